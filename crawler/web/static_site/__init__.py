"""The site as static files, for hosts that only hand out files, and for reading from a disk.

`links` gives each page its file, `making` makes what the links lead to, `search_index` is what the browser searches in,
`folder` keeps the files, and removes only its own.
"""
