"""TODO archive/evidence"""
