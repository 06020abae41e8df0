"""The coverage that pages show: rows of organs by year, and their cells as marks with words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from crawler.field.regions import Level
from crawler.model import Years
from crawler.questions.coverage import CoverageCell, CoverageRow, CoverageStatus, coverage
from crawler.questions.coverage.answer import FIRST_YEAR, around, the_span
from crawler.questions.coverage.words import STATUS_WORDS, YearTotal, mark, totals
from crawler.web.question import Question

STATUSES = tuple(status.value for status in CoverageStatus)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which organs and years, as of which day."""

    asof: date
    region: str | None = None
    level: Level | None = None
    years: Years | None = None
    departments: bool = False


def rows(question: Question, scope: Scope) -> tuple[CoverageRow, ...]:
    """Return the coverage of a scope, by code. It is taken out of that of all divisions and years, which is kept."""
    whole = Scope(asof=scope.asof, departments=scope.departments)
    keep = question.shared if whole.asof == question.today else question.remembered
    everything = keep(
        whole,
        lambda: tuple(coverage(question.reader, asof=whole.asof, departments=whole.departments)),
    )
    if scope == whole:
        return everything
    span = the_span(scope.years, scope.asof)
    if span.start < FIRST_YEAR or span.stop > the_span(None, scope.asof).stop:
        return question.remembered(scope, lambda: tuple(_asked(question, scope)))
    found = (
        everything if scope.region is None else _by_region(question, whole, everything).get(scope.region, ())
    )
    return tuple(_only(row, span) for row in found if scope.level in (None, row.level))


def _by_region(
    question: Question, whole: Scope, rows: Sequence[CoverageRow]
) -> Mapping[str, Sequence[CoverageRow]]:
    """Return the rows of a coverage by each division that they are in, kept as the coverage is."""

    def make() -> dict[str, list[CoverageRow]]:
        found: dict[str, list[CoverageRow]] = {}
        for row in rows:
            for code in around(row.region):
                found.setdefault(code, []).append(row)
        return found

    return question.remembered(("regions", whole), make)


def _asked(question: Question, scope: Scope) -> Iterator[CoverageRow]:
    return coverage(
        question.reader,
        asof=scope.asof,
        years=scope.years,
        region=scope.region,
        level=scope.level,
        departments=scope.departments,
    )


def _only(row: CoverageRow, years: range) -> CoverageRow:
    if len(row.cells) == len(years):
        return row
    return replace(row, cells=tuple(cell for cell in row.cells if cell.year in years))


def year_totals(question: Question, scope: Scope) -> dict[int, YearTotal]:
    """Return the totals of a scope by year, kept as its rows are."""
    return question.remembered(("totals", scope), lambda: totals(rows(question, scope)))


def words(cell: CoverageCell, language: str) -> str:
    """Return a cell's status in words: 迟延公开 27 天."""
    return status_words(cell.status, cell.days, language)


def status_words(status: CoverageStatus, days: int | None, language: str) -> str:
    """Return a status in words, with its days."""
    english, chinese = STATUS_WORDS[status]
    if language == "zh":
        return f"{chinese} {days} 天" if days is not None else chinese
    return f"{english}, {days} {'day' if days == 1 else 'days'}" if days is not None else english


__all__ = ["STATUSES", "Scope", "mark", "rows", "status_words", "words", "year_totals"]
