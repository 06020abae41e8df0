"""TODO intake"""
