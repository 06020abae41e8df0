"""What a table of a delivery is: typed columns, described in English and Chinese, and where its rows come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Literal

from crawler.field.times import iso

if TYPE_CHECKING:
    from crawler.archive import Reader
    from crawler.archive.catalogue.selection import Selection
    from crawler.archive.reader_queries.held_versions import HeldVersion

Type = Literal["string", "integer", "number", "boolean", "date", "time", "datetime"]
"""Types of Table Schema (Data Package 2.0). A datetime is aware, in UTC."""

Value = str | int | float | bool | date | time | datetime | None
Row = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One column. `text` ones are long, and only in deliveries with texts; they come last in their table.

    `as_published` ones are behind them, and only in deliveries that ask for the punctuation of the pages.
    """

    name: str
    type: Type
    english: str
    chinese: str
    text: bool = False
    as_published: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table. Its rows come from each version in turn, or from the archive as a whole: one of the two is set."""

    name: str  # of files and sheets: lower case, ASCII
    english: str
    chinese: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]  # columns that together name a row
    of_version: Callable[[HeldVersion], Iterable[Row]] | None = None
    of_archive: Callable[[Reader, Selection], Iterable[Row]] | None = None

    def columns(self, *, with_text: bool, as_published: bool = False) -> tuple[Field, ...]:
        """Return the columns of a delivery with or without texts, and with or without texts as published."""
        return tuple(
            each
            for each in self.fields
            if (with_text or not each.text) and (as_published or not each.as_published)
        )


def plain(value: Value) -> str | int | float | bool | None:
    """Return a value for JSON: dates and times as ISO 8601, UTC as `2026-11-25T03:00:00Z`. NaN is no value of a table."""
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date | time):
        return value.isoformat()
    return value
