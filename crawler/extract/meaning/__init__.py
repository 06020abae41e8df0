"""Turn lines and their roles into a Report: title, dates, source, issuer, division, year, kind and sections.

`assemble` is the entry. `title_clues`, `text_clues` and `address_clues` gather evidence as Clues; `choose_clue` picks one
value for each field. `subject` and `kind` find out who reports, on which year; `sections` and `attachments` find those in
the text; `join_pages` makes one report of an article's pages. `offers` finds the documents that a page offers, `text_choice`
decides whether the text is theirs, `text_difference` tells how theirs differs.
"""
