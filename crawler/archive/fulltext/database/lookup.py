"""Find an expression in the full text index of PostgreSQL: the same texts as SQLite finds, in the same order.

The rank is computed as FTS5 computes bm25 (sqlite.org/fts5.html, 5.1.1), from the occurrences of each phrase.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import log
from typing import Any as Whatever
from typing import NamedTuple

from sqlalchemy import Connection

from crawler.archive.fulltext.database.occurrences import Text, occurrences
from crawler.archive.fulltext.expression import All, Any, Expression, Term
from crawler.archive.fulltext.lookup import Filters, Found, Hit
from crawler.archive.fulltext.schema import KINDS
from crawler.field.search_tokens import Phrase

_K1, _B = 1.2, 0.75  # as FTS5 has them
_MIN_IDF = 1e-6  # of a phrase that more than half of the texts have
_MAX_NAMED = 1000  # texts; of more, all rows are read
_SIZE = "SELECT count(*), coalesce(sum(length), 0)::bigint FROM search_texts"

Occurrences = Mapping[Text, float]


class _Row(NamedTuple):
    """A text of the index. `is_wanted`: the filters let it through."""

    version: int
    text_sha256: str
    region: str | None
    year: int | None
    length: int
    is_wanted: bool


def find(
    connection: Connection,
    expression: Expression,
    filters: Filters,
    *,
    limit: int,
    offset: int = 0,
    newest_before: int | None = None,
    facets: bool = False,
    passes: Callable[[Sequence[int]], Iterable[int]] | None = None,
) -> Found:
    """Return the texts that an expression finds, as `crawler.archive.fulltext.lookup.find` does. Raises SQLAlchemyError."""
    assert filters.section is None or filters.section in KINDS
    found = _ranked(connection, expression, filters)
    if passes is not None:
        passed = set(passes([hit.version for hit in found]))
        found = [hit for hit in found if hit.version in passed]
    page_of = found[offset : offset + limit]
    if newest_before is not None:
        older = (hit for hit in found if hit.version < newest_before)
        page_of = sorted(older, key=lambda hit: -hit.version)[:limit]
    return Found(
        total=len(found),
        hits=tuple(page_of),
        years=Counter(hit.year for hit in found if facets),
        provinces=Counter(hit.region and f"{hit.region[:2]}0000" for hit in found if facets),
    )


def _ranked(connection: Connection, expression: Expression, filters: Filters) -> list[Hit]:
    """Return all texts that an expression finds, the best first."""
    several = [occurrences(connection, phrase, filters.section) for phrase in _phrases(expression)]
    rows = _rows(connection, {text for each in several for text in each}, filters)
    several = [{text: times for text, times in each.items() if text in rows} for each in several]
    number, tokens = connection.exec_driver_sql(_SIZE).one()
    idfs = [max(_MIN_IDF, log((number - len(each) + 0.5) / (len(each) + 0.5))) for each in several]
    found = []
    for text in _matching(expression, iter(several)):
        row = rows[text]
        if row.is_wanted:
            norm = _K1 * (1 - _B + _B * row.length * number / tokens)
            score = sum(
                idf * times * (_K1 + 1) / (times + norm)
                for idf, each in zip(idfs, several, strict=True)
                if (times := each.get(text))
            )
            found.append(Hit(-score, *row[:4]))
    return sorted(found, key=lambda hit: (hit.rank, hit.version))


def _phrases(expression: Expression) -> Iterator[Phrase]:
    """Yield all phrases of an expression, in the order in which `_matching` meets them."""
    match expression:
        case Term():
            yield expression.phrase
        case All():
            for part in (*expression.parts, *expression.without):
                yield from _phrases(part)
        case Any():
            for part in expression.parts:
                yield from _phrases(part)


def _matching(expression: Expression, several: Iterator[Occurrences]) -> set[Text]:
    """Return the texts that an expression finds. `several`: where each of its phrases occurs, in their order."""
    match expression:
        case Term():
            return set(next(several))
        case All():
            found = set.intersection(*[_matching(part, several) for part in expression.parts])
            return found.difference(*[_matching(part, several) for part in expression.without])
        case Any():
            return set.union(*[_matching(part, several) for part in expression.parts])


def _rows(connection: Connection, texts: set[Text], filters: Filters) -> dict[Text, _Row]:
    """Return the rows of texts. One that was replaced has none."""
    wanted, values = _filter(filters)
    query = (
        f"SELECT portion, place, version, text_sha256, region, year, length, coalesce({wanted}, false)"
        " FROM search_texts AS t"
    )
    if len(texts) <= _MAX_NAMED:
        query += " JOIN unnest(%(portions)s::bigint[], %(places)s::bigint[]) AS n (portion, place) USING (portion, place)"
        values |= {"portions": [text[0] for text in texts], "places": [text[1] for text in texts]}
    found = connection.exec_driver_sql(query, values)
    return {(row[0], row[1]): _Row._make(row[2:]) for row in found if (row[0], row[1]) in texts}


def _filter(filters: Filters) -> tuple[str, dict[str, Whatever]]:
    given = {
        "starts_with(t.region, %(region)s)": ("region", filters.region),
        "t.year >= %(first_year)s": ("first_year", filters.first_year),
        "t.year <= %(last_year)s": ("last_year", filters.last_year),
        "t.kind = %(kind)s": ("kind", filters.kind),
    }
    wanted = {sql: pair for sql, pair in given.items() if pair[1] is not None}
    shown = "true" if filters.all_versions else "t.latest"
    return " AND ".join((shown, *wanted)), dict(wanted.values())
