"""TODO fetch/connections"""
