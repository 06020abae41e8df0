"""The full text index `search.db`: derived from the catalogue's texts, in a file of its own, which may be lost at any time.

`schema` has its tables, `update` writes it at the end of each run, `expression` says what may be searched for, and
`lookup` finds it. Of a catalogue in PostgreSQL it is in the database, see `database`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.lazy import exports

if TYPE_CHECKING:
    from crawler.archive.fulltext.changes import Changes
    from crawler.archive.fulltext.expression import All, Any, Expression, Term
    from crawler.archive.fulltext.lookup import Filters, Found, Hit
    from crawler.archive.fulltext.schema import INDEX
    from crawler.archive.fulltext.update import index_after_run, index_catalogue
else:
    __getattr__, __dir__ = exports(
        __name__,
        {
            ".changes": ("Changes",),
            ".expression": (
                "All",
                "Any",
                "Expression",
                "Term",
            ),
            ".lookup": (
                "Filters",
                "Found",
                "Hit",
            ),
            ".schema": ("INDEX",),
            ".update": (
                "index_after_run",
                "index_catalogue",
            ),
        },
    )

__all__ = [
    "INDEX",
    "All",
    "Any",
    "Changes",
    "Expression",
    "Filters",
    "Found",
    "Hit",
    "Term",
    "index_after_run",
    "index_catalogue",
]
