"""TODO extract/roles"""
