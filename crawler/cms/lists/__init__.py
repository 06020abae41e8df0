"""TODO cms/lists"""
