"""TODO fetch/browser"""
