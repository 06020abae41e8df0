"""A site of no known system."""
