"""TODO fetch/answers"""
