"""Find an expression in the full text index: how many texts have it, and the first of them by rank.

One pass over the matches gives count, facets and page. `crawler.questions.search` puts the texts to it.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter

from sqlalchemy import Connection

from crawler.archive.fulltext.expression import Expression
from crawler.archive.fulltext.schema import COLUMNS, KINDS, TITLE_WEIGHT

_RANK_DIGITS = 12
"""Digits of a rank that count: further ones depend on the order in which SQLite adds."""

_WEIGHTS = ", ".join(str(TITLE_WEIGHT if column == "title" else 1.0) for column in COLUMNS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which texts are searched; None searches all."""

    region: str | None = None  # beginning of division codes: 42 for 湖北省 and all divisions within it
    first_year: int | None = None
    last_year: int | None = None
    kind: str | None = None
    section: str | None = None  # kind of section: only what stands in one is found
    all_versions: bool = False  # otherwise only the latest text of each report

    def conditions(self) -> tuple[str, tuple[object, ...]]:
        """Return the conditions on `entries` as SQL, and their parameters."""
        found: list[tuple[str, object]] = [
            (sql, value)
            for sql, value in (
                ("region LIKE ?", None if self.region is None else f"{self.region}%"),
                ("year >= ?", self.first_year),
                ("year <= ?", self.last_year),
                ("kind = ?", self.kind),
            )
            if value is not None
        ]
        fixed = ["live"] if self.all_versions else ["live", "latest"]
        return " AND ".join([*fixed, *(sql for sql, _ in found)]), tuple(value for _, value in found)


@dataclass(frozen=True, slots=True)
class Hit:
    """A text that was found. `rank`: by bm25, the lower the better."""

    rank: float
    version: int  # versions.id
    text_sha256: str
    region: str | None
    year: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The texts that an expression finds: how many, how many of each year and province, and some of them by rank."""

    total: int
    hits: tuple[Hit, ...]
    years: Mapping[int | None, int]
    provinces: Mapping[str | None, int]  # by code, 420000; None: of no division


def find(
    connection: Connection,
    expression: Expression,
    filters: Filters,
    *,
    limit: int,
    offset: int = 0,
    facets: bool = False,
    passes: Callable[[Iterable[tuple[float, int, int]]], Iterable[tuple[float, int, int]]] | None = None,
) -> Found:
    """Return the texts that an expression finds. `passes`: a filter on (rank, entry, version) that needs the texts.

    Raises SQLAlchemyError if the index cannot be read.
    """
    match = expression.fts5()
    if filters.section is not None:
        assert filters.section in KINDS
        match = f"{{{filters.section}}} : ({match})"
    conditions, parameters = filters.conditions()
    rows: Iterable[tuple[float, int, int]] = connection.exec_driver_sql(
        f"SELECT round(bm25(texts, {_WEIGHTS}), {_RANK_DIGITS}), entries.id, version FROM texts"
        f" JOIN entries ON entries.id = texts.rowid WHERE texts MATCH ? AND {conditions}",
        (match, *parameters),
    ).cursor.fetchall()  # the driver's rows: SQLAlchemy's take four times as long
    rows = list(passes(rows) if passes else rows)
    best = heapq.nsmallest(offset + limit, rows, key=itemgetter(0, 2))[offset:]
    years, provinces = _facets(connection, rows) if facets else (Counter(), Counter())
    return Found(
        total=len(rows),
        hits=tuple(_hit(connection, rank, entry) for rank, entry, _ in best),
        years=years,
        provinces=provinces,
    )


def _hit(connection: Connection, rank: float, entry: int) -> Hit:
    row = connection.exec_driver_sql(
        "SELECT version, text_sha256, region, year FROM entries WHERE id = ?", (entry,)
    ).one()
    return Hit(rank, *row)


def _facets(
    connection: Connection, rows: Iterable[tuple[float, int, int]]
) -> tuple[Counter[int | None], Counter[str | None]]:
    found = {entry for _, entry, _ in rows}
    years: Counter[int | None] = Counter()
    provinces: Counter[str | None] = Counter()
    for entry, year, region in connection.exec_driver_sql("SELECT id, year, region FROM entries"):
        if entry in found:
            years[year] += 1
            provinces[region and f"{region[:2]}0000"] += 1
    return years, provinces
