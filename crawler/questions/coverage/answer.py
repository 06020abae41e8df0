"""The questions: the coverage as of a day, and what has become overdue, or was published, between two days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from crawler.archive import Reader
from crawler.field.regions import Level
from crawler.model import Years
from crawler.questions.coverage.cells import Change, Row


def coverage(
    reader: Reader,
    *,
    asof: date,
    years: Years | None = None,
    region: str | None = None,
    level: Level | None = None,
    every_division: bool = False,
    departments: bool = False,
) -> Iterator[Row]:
    """Yield a Row for each division, by code, with a cell for each year."""
    raise NotImplementedError


def newly_overdue(
    reader: Reader, *, since: date, until: date, region: str | None = None, departments: bool = False
) -> Iterator[Change]:
    """Yield the organs and years that are overdue as of `until` and were not as of `since`, by division and year."""
    raise NotImplementedError


def no_longer_overdue(
    reader: Reader, *, since: date, until: date, region: str | None = None, departments: bool = False
) -> Iterator[Change]:
    """Yield the organs and years that were overdue as of `since` and have published as of `until`, by division and year."""
    raise NotImplementedError
