"""Read the pages of a government's portal on the way to its reports: what leads where, and whose reports are linked.

- `columns`: how likely a link leads to the reports, by its words and its address
- `menus`: links that scripts, JSON and attributes hold
- `search_forms`: requests to the site's own search
- `authors`: whose report a title names
- `page`: all of this of one page, as a value

Pure functions of bytes, as all of `discover`. `crawler.onboarding.find` decides what is fetched.
"""
