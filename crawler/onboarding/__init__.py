"""TODO onboarding"""
