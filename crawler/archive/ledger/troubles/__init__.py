"""Troubles that last from visit to visit, so that they are told once, weekly, and when they are over: `rows` enters them."""
