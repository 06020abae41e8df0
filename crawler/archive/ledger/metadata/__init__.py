"""Edits of a page's title, date, issuer or source while its text stays (`edits`; `past` finds those of earlier captures): they make no version."""
