"""Know the field without seeing a page: names, titles, dates, division codes. Pure tables and functions of text.

`text` (folding, dates, numerals), `fingerprint` (digests), `titles` (whether a title is a report's, and its year), `organs`
(names of organs), `regions` (division codes, with `regions.tsv`).
"""
