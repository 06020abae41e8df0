"""Find an expression in the full text index: how many texts have it, and the first of them by rank.

SQLite counts without ranking, which takes a tenth of the time, and ranks for one page. `crawler.questions.search` puts the
texts to it.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crawler.archive.fulltext.expression import Expression
from crawler.archive.fulltext.schema import COLUMNS, HIDDEN, KINDS, TITLE_WEIGHT, VERSION_BITS

_WEIGHTS = ", ".join(str(TITLE_WEIGHT if column == "title" else 1.0) for column in COLUMNS)
_VERSION = f"rowid & {(1 << VERSION_BITS) - 1}"
_BEST_FIRST = f"ORDER BY score, {_VERSION}"
_NEWEST_FIRST = f"ORDER BY {_VERSION} DESC"
_MATCHING = f"SELECT rowid AS id, bm25(texts, {_WEIGHTS}) AS score FROM texts WHERE texts MATCH ? "


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which texts are searched; None searches all."""

    region: str | None = None  # beginning of division codes: 42 for 湖北省 and all divisions within it
    first_year: int | None = None
    last_year: int | None = None
    kind: str | None = None
    section: str | None = None  # kind of section: only what stands in one is found
    all_versions: bool = False  # otherwise only the latest text of each report

    def condition(self) -> tuple[str, tuple[object, ...]]:
        """Return the condition on the rows of `texts` as SQL, and its parameters.

        The plus sign keeps SQLite from looking up each id in the table of texts.
        """
        given = {
            "region LIKE ?": None if self.region is None else f"{self.region}%",
            "year >= ?": self.first_year,
            "year <= ?": self.last_year,
            "kind = ?": self.kind,
        }
        found = {sql: value for sql, value in given.items() if value is not None}
        if not found:
            hidden = "NOT live" if self.all_versions else HIDDEN
            return f"AND +rowid NOT IN (SELECT id FROM entries WHERE {hidden})", ()
        shown = "live" if self.all_versions else "live AND latest"
        wanted = " AND ".join((shown, *found))
        return f"AND +rowid IN (SELECT id FROM entries WHERE {wanted})", tuple(found.values())


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
    index: sqlite3.Connection,
    expression: Expression,
    filters: Filters,
    *,
    limit: int,
    offset: int = 0,
    newest_before: int | None = None,
    facets: bool = False,
    passes: Callable[[Sequence[int]], Iterable[int]] | None = None,
) -> Found:
    """Return the texts that an expression finds. `passes`: chooses among ids of versions; it needs the texts.

    `newest_before`: not by rank, but the latest versions first, of those with ids below this one. New texts have higher ids, so
    whoever goes on with the last id meets each text once, whatever is added meanwhile.

    Raises sqlite3.Error if the index cannot be read.
    """
    match = expression.fts5()
    if filters.section is not None:
        assert filters.section in KINDS
        match = f"{{{filters.section}}} : ({match})"
    condition, parameters = filters.condition()
    values = (match, *parameters)
    chosen = None
    if passes is not None:
        rows = index.execute(f"{_MATCHING}{condition} {_BEST_FIRST}", values).fetchall()
        chosen = _those_that_pass(rows, passes)
    elif facets:
        chosen = index.execute(
            f"SELECT rowid, 0 FROM texts WHERE texts MATCH ? {condition}", values
        ).fetchall()
    if passes is not None and chosen is not None:
        page = _portion(chosen, limit, offset, newest_before)
    elif newest_before is not None:
        newest = f"{_MATCHING}{condition} AND {_VERSION} < ? {_NEWEST_FIRST} LIMIT ?"
        page = index.execute(newest, (*values, newest_before, limit)).fetchall()
    else:
        first = f"{_MATCHING}{condition} {_BEST_FIRST} LIMIT ? OFFSET ?"
        page = index.execute(first, (*values, limit, offset)).fetchall()
    if chosen is not None:
        total = len(chosen)
    elif newest_before is None and len(page) < limit and (page or not offset):
        total = offset + len(page)  # the last page: nothing is left to count
    else:
        count = f"SELECT count(*) FROM texts WHERE texts MATCH ? {condition}"
        (total,) = index.execute(count, values).fetchone()
    years, provinces = _facets(index, [row[0] for row in chosen or ()] if facets else ())
    return Found(total=total, hits=_hits(index, page), years=years, provinces=provinces)


def _those_that_pass(
    rows: Sequence[tuple[int, float]], passes: Callable[[Sequence[int]], Iterable[int]]
) -> list[tuple[int, float]]:
    mask = (1 << VERSION_BITS) - 1
    passed = set(passes([entry & mask for entry, _ in rows]))
    return [row for row in rows if row[0] & mask in passed]


def _portion(
    rows: Sequence[tuple[int, float]], limit: int, offset: int, newest_before: int | None
) -> Sequence[tuple[int, float]]:
    """Return one page of rows that are in the order of their ranks."""
    if newest_before is None:
        return rows[offset : offset + limit]
    mask = (1 << VERSION_BITS) - 1
    older = [row for row in rows if row[0] & mask < newest_before]
    return sorted(older, key=lambda row: -(row[0] & mask))[:limit]


def _hits(index: sqlite3.Connection, page: Sequence[tuple[int, float]]) -> tuple[Hit, ...]:
    marks = ", ".join("?" * len(page))
    rows = index.execute(
        f"SELECT id, version, text_sha256, region, year FROM entries WHERE id IN ({marks})",
        [entry for entry, _ in page],
    )
    by_entry: dict[int, tuple[Any, ...]] = {row[0]: row[1:] for row in rows}
    return tuple(Hit(rank, *by_entry[entry]) for entry, rank in page)


def _facets(
    index: sqlite3.Connection, entries: Iterable[int]
) -> tuple[Counter[int | None], Counter[str | None]]:
    years: Counter[int | None] = Counter()
    provinces: Counter[str | None] = Counter()
    rows = index.execute(
        "SELECT year, region FROM json_each(?) JOIN entries ON entries.id = json_each.value",
        (json.dumps(list(entries)),),
    )
    for year, region in rows:
        years[year] += 1
        provinces[region and f"{region[:2]}0000"] += 1
    return years, provinces
