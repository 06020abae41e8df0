"""`fazhi source find`, and `fazhi source list --portals`: portals, what is known of them, and what a search found.

- `command`: the flags of `find`; `searching` runs it, shows progress and writes entries
- `output`: results as rows and as JSON
- `portal_table`: what is known of each division's portal
- `single`: the search of one portal for `fazhi source add`
"""
