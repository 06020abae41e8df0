"""Find an expression in the full text index of PostgreSQL: the same texts as SQLite finds, in the same order.

The rank is computed as FTS5 computes bm25 (sqlite.org/fts5.html, 5.1.1), from the occurrences of each phrase.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any as Whatever

from sqlalchemy import Connection

from crawler.archive.fulltext.database.tables import looked_for, looked_up
from crawler.archive.fulltext.expression import All, Any, Expression, Term
from crawler.archive.fulltext.lookup import Filters, Found, Hit
from crawler.archive.fulltext.schema import COLUMNS, KINDS, TITLE_WEIGHT
from crawler.field.search_tokens import Phrase

_K1, _B = 1.2, 0.75  # as FTS5 has them
_MIN_IDF = 1e-6  # of a phrase that more than half of the texts have
_SIZE = (
    "size AS (SELECT count(*)::float8 AS texts, coalesce(sum(length), 0)::float8 AS tokens FROM search_texts)"
)


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
    matching, values = _matching(expression, filters)
    if passes is None and not facets:
        below, order = ("true", "score, version")
        if newest_before is not None:
            below, order, offset = "version < %(newest_before)s", "version DESC", 0
        page = (
            f"{matching} SELECT total.number, page.* FROM (SELECT count(*) AS number FROM matching) AS total"
            f" LEFT JOIN LATERAL (SELECT * FROM matching WHERE {below} ORDER BY {order}"
            f" LIMIT %(limit)s OFFSET %(offset)s) AS page ON true ORDER BY {order}"
        )
        values |= {"limit": limit, "offset": offset, "newest_before": newest_before}
        rows = connection.exec_driver_sql(page, values).all()
        hits = tuple(Hit(*row[1:]) for row in rows if row[1] is not None)
        return Found(total=rows[0][0], hits=hits, years={}, provinces={})
    rows = connection.exec_driver_sql(
        f"{matching} SELECT * FROM matching ORDER BY score, version", values
    ).all()
    found = [Hit(*row) for row in rows]
    if passes is not None:
        passed = set(passes([hit.version for hit in found]))
        found = [hit for hit in found if hit.version in passed]
    years = Counter(hit.year for hit in found if facets)
    provinces = Counter(hit.region and f"{hit.region[:2]}0000" for hit in found if facets)
    page_of = found[offset : offset + limit]
    if newest_before is not None:
        older = (hit for hit in found if hit.version < newest_before)
        page_of = sorted(older, key=lambda hit: -hit.version)[:limit]
    return Found(total=len(found), hits=tuple(page_of), years=years, provinces=provinces)


def _matching(expression: Expression, filters: Filters) -> tuple[str, dict[str, Whatever]]:
    """Return the WITH clause whose table `matching` has rank, version, digest, region and year of each text found."""
    assert filters.section is None or filters.section in KINDS
    phrases = list(_phrases(expression))
    numbers = iter(range(len(phrases)))
    condition, values = _filter(filters)
    tables, joins, ranks = [_SIZE], [], []
    for number, phrase in enumerate(phrases):
        values |= {f"tokens{number}": looked_up(phrase), f"phrase{number}": looked_for(phrase)}
        tables += (
            f"found{number} AS MATERIALIZED (SELECT * FROM (SELECT version, {_hits(number, filters.section)} AS hits"
            f" FROM search_texts WHERE token_set @> %(tokens{number})s::text[] OFFSET 0) AS each WHERE hits > 0)",
            f"idf{number} AS (SELECT greatest({_MIN_IDF}, ln((texts - number + 0.5) / (number + 0.5))) AS idf"
            f" FROM size, (SELECT count(*) AS number FROM found{number}) AS each)",
        )
        joins.append(f"CROSS JOIN idf{number} LEFT JOIN found{number} ON found{number}.version = t.version")
        hits = f"found{number}.hits"
        ranks.append(
            f"coalesce(idf{number}.idf * {hits} * {_K1 + 1} / ({hits} + {_K1} * ({1 - _B} + {_B} * t.length"
            " * size.texts / size.tokens)), 0)"
        )
    tables.append(
        f"matching AS MATERIALIZED (SELECT -({' + '.join(ranks)})::float8 AS score, t.version, t.text_sha256, t.region, t.year"
        f" FROM search_texts AS t CROSS JOIN size {' '.join(joins)}"
        f" WHERE ({_condition(expression, numbers)}) AND {condition})"
    )
    return f"WITH {', '.join(tables)}", values


def _phrases(expression: Expression) -> Iterator[Phrase]:
    """Yield all phrases of an expression, in the order in which `_condition` meets them."""
    match expression:
        case Term():
            yield expression.phrase
        case All():
            for part in (*expression.parts, *expression.without):
                yield from _phrases(part)
        case Any():
            for part in expression.parts:
                yield from _phrases(part)


def _hits(number: int, section: str | None) -> str:
    """Return the sum of a phrase's occurrences in a text, weighted by column, as SQL."""
    columns = COLUMNS if section is None else (section,)
    phrase = f"%(phrase{number})s::text"
    lost = [
        f"{TITLE_WEIGHT if column == 'title' else 1.0} * (octet_length({column}_tokens)"
        f" - octet_length(replace({column}_tokens, {phrase}, '')))"
        for column in columns
    ]
    return f"(({' + '.join(lost)}) / octet_length({phrase}))::float8"


def _condition(expression: Expression, numbers: Iterator[int]) -> str:
    """Return an expression as a condition on the joined tables of its phrases, which are numbered in their order."""
    match expression:
        case Term():
            return f"found{next(numbers)}.version IS NOT NULL"
        case All():
            parts = [f"({_condition(part, numbers)})" for part in expression.parts]
            parts += [f"NOT ({_condition(part, numbers)})" for part in expression.without]
            return " AND ".join(parts)
        case Any():
            return " OR ".join(f"({_condition(part, numbers)})" for part in expression.parts)


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
