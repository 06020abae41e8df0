"""TODO archive/catalogue"""
