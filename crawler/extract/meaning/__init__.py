"""TODO extract/meaning"""
