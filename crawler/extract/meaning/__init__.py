"""From lines and their roles to a Report: title, dates, source, who reports for which division and year, sections.

`assemble` is the way in. Evidence is gathered as Clues (`title_clues`, `text_clues`, `address_clues`); `choose_clue` picks one
a field. `subject` and `kind` say whose report it is; `sections`, `attachments` and `join_pages` do what their names say.
"""
