"""What a text is to the archive: unchanged, a new version, a known report at another URL, or a new report.

The same code runs in a live run and in a rebuild, so both make the same rows. In the order of the data:

- `ledger`: takes what a run fetched and enters it in the catalogue.
- `observation`: one text seen at one URL, and the result of storing it.
- `identity`: decides what the text is. `current_page` finds what the URL showed before and records that it was seen again.
- `new_reports` handles a new URL, `versions` a new text, `shrunk_texts` a shrunk text, `varying_urls` a URL that
  changes from visit to visit, `page_states` a page that is missing, gone, moved or unreachable.
- `ownership`: which site publishes a report, which pages are its own, and what comes from outside.
- `pages_due`: which known pages a visit asks for again.
- `site_visits`, `site_memory`, `runs`: rows of visits, of what lists have shown, and of runs.
"""
