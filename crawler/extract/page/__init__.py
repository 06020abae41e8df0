"""TODO extract/page"""
