"""TODO questions"""
