"""Bring a site into sources.yaml: `find` searches a portal for its list, `add` makes an entry, `check` tests it, `fixtures` saves it."""
