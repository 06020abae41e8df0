"""Bring a new site into sources.yaml: `find` searches a portal for its list, `add` finds what an entry needs, `check` tests it,
`fixtures` saves its pages for tests.
"""
