"""TODO fetch/pacing"""
