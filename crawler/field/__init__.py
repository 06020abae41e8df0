"""Read names of organs and divisions, titles and dates in Chinese text. Pure tables and functions, which see no page.

`text` (folding, dates, numerals), `fingerprint` (digests), `titles` (whether a title is a report's, and its year), `organs`
(names of organs), `regions` (division codes, with `regions.tsv`), `portals` (home pages of governments, with `portals.tsv`).
"""
