"""Bring a new site into sources.yaml: `add` finds what an entry needs, `check` tests it, `fixtures` saves its pages for tests."""
