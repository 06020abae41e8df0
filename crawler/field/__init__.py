"""What is known of the field without seeing a page. Pure tables and functions of text.

`text` (folding, dates, numerals), `fingerprint` (digests), `titles` (is this a report's title, of which year), `organs`
(names of organs), `regions` (division codes, with `regions.tsv`).
"""
