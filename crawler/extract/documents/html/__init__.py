"""TODO extract/documents/html"""
