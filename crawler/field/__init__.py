"""TODO field"""
