"""Figures of the archived reports as panel data: one row a statement, or one row a report with a column an indicator."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

from crawler.errors import ConfigError
from crawler.field.regions import region as region_row
from crawler.field.times import iso
from crawler.questions.indicators.context import Period
from crawler.questions.indicators.rules import Indicator, rule_book
from crawler.questions.indicators.statements import Statement, find_statements

if TYPE_CHECKING:
    from crawler.archive import Reader
    from crawler.model import Holding, Report, Years

REPORTS_PER_PORTION = 100
_NONE_OF_THE_YEAR = frozenset(("problems", "plans"))
"""Sections whose figures are examples, goals or next year's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFigures:
    """A report in its latest version, what the archive holds of it, and the figures in its text, in order."""

    report: Report
    held: Holding
    statements: tuple[Statement, ...]

    def best(self) -> Mapping[str, Statement]:
        """Return the statement that stands for each indicator in a table with one row a report.

        Statements on several years or on a part of one are left out. Of counts the largest wins, since a part never exceeds the whole; of rates
        the first. Equal ones: an exact one, then the first.
        """
        best: dict[str, Statement] = {}
        for found in self.statements:
            if found.period is not Period.YEAR:
                continue
            other = best.get(found.indicator.id)
            if other is None or (not found.indicator.is_rate and _weight(found) > _weight(other)):
                best[found.indicator.id] = found
        return best


def _weight(found: Statement) -> tuple[Decimal, bool]:
    return found.value, not found.approximate


def the_indicators(names: Iterable[str] = ()) -> tuple[Indicator, ...]:
    """Return the indicators with these names, English or Chinese, in the order of the rules; all if there are none.

    Raises ConfigError, with names that are like it, for one that does not exist.
    """
    known = rule_book().indicators
    by_name = {name: each for each in known for name in (each.id, each.label)}
    wanted = set()
    for name in names:
        if name not in by_name:
            near = difflib.get_close_matches(name, by_name, n=3, cutoff=0.4) or [
                each for each in by_name if name in each
            ]
            like = f"; like it: {', '.join(near[:3])}" if near else ""
            raise ConfigError(f"{name!r} is no indicator{like}; `fazhi indicators --names` lists them")
        wanted.add(by_name[name].id)
    return tuple(each for each in known if not wanted or each.id in wanted)


def indicators(
    reader: Reader,
    report_id: str | None = None,
    *,
    names: Iterable[str] = (),
    region: str | None = None,
    years: Years | None = None,
    kind: str | None = None,
) -> Iterator[ReportFigures]:
    """Yield the figures in the latest text of every report that passes the filters, by region, year and date.

    `report_id`: only of this report (an id or an address), whatever the filters. `names`: only these indicators, English
    or Chinese names. `region`: a code of GB/T 2260, with the divisions within it. Reports without a figure are yielded,
    too. Texts are read in portions. Raises ConfigError for an unknown name or a faulty code, UnknownReport for an unknown id.
    """
    wanted = frozenset(each.id for each in the_indicators(names))
    if report_id is not None:
        found: Iterator[Report] = iter((reader.show(report_id),))
    else:
        found = reader.iter_reports(region=region, years=years, kind=kind, bodies=True)
    return _figures(reader, found, wanted)


def _figures(reader: Reader, found: Iterator[Report], wanted: frozenset[str]) -> Iterator[ReportFigures]:
    while portion := list(islice(found, REPORTS_PER_PORTION)):
        for report, held in zip(portion, reader.holdings(portion), strict=True):
            statements = tuple(each for each in report_statements(report) if each.indicator.id in wanted)
            yield ReportFigures(report=report, held=held, statements=statements)


def report_statements(report: Report) -> Iterator[Statement]:
    """Yield the figures in a report's body, without those of its sections on problems and plans. Offsets are of the body."""
    skip = [(each.start, each.end) for each in report.sections if each.kind in _NONE_OF_THE_YEAR]
    return find_statements(report.body, year=report.year, skip=skip)


LONG_COLUMNS = (
    "report_id", "version", "region", "division", "year", "kind", "indicator", "label", "value", "unit", "approximate",
    "period", "number", "offset", "words", "words_offset", "rule", "title", "url", "captured_at",
)  # fmt: skip
"""Columns of a table with one row a statement. Stable: new ones come last."""

WIDE_COLUMNS = ("report_id", "version", "region", "division", "year", "kind", "title", "url", "captured_at")
"""First columns of a table with one row a report; one an indicator follows, then `approximate`."""


def statement_rows(figures: ReportFigures) -> Iterator[dict[str, Any]]:
    """Yield a row under LONG_COLUMNS for each statement of a report. `value` is an int or a float."""
    about = _report_cells(figures)
    for each in figures.statements:
        row = about | {
            "indicator": each.indicator.id,
            "label": each.indicator.label,
            "value": plain_value(each.value),
            "unit": each.indicator.unit,
            "approximate": each.approximate,
            "period": each.period.value,
            "number": each.number,
            "offset": each.offset,
            "words": each.words,
            "words_offset": each.words_offset,
            "rule": each.rule,
        }
        yield {name: row[name] for name in LONG_COLUMNS}


def wide_row(figures: ReportFigures, columns: Sequence[Indicator]) -> dict[str, Any]:
    """Return a report's row under WIDE_COLUMNS and the ids of the indicators; a figure it does not give is None.

    `approximate` names the indicators whose value is not exact.
    """
    best = figures.best()
    values = {each.id: plain_value(best[each.id].value) if each.id in best else None for each in columns}
    inexact = [each.id for each in columns if each.id in best and best[each.id].approximate]
    return _report_cells(figures) | values | {"approximate": inexact}


def plain_value(value: Decimal) -> int | float:
    """Return a value for JSON and tables: an int if it is whole."""
    return int(value) if value == value.to_integral_value() else float(value)


def _report_cells(figures: ReportFigures) -> dict[str, Any]:
    report, first_seen = figures.report, figures.held.first_seen
    division = region_row(report.region) if report.region else None
    return {
        "report_id": report.id,
        "version": report.version,
        "region": report.region,
        "division": division.name if division else None,
        "year": report.year,
        "kind": report.kind,
        "title": report.title,
        "url": report.url,
        "captured_at": iso(first_seen),
    }
