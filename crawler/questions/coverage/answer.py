"""The questions: the coverage as of a day, and what has become overdue, or was published, between two days.

One pass over the reports, division by division, in constant memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

from crawler.errors import ConfigError
from crawler.field.deadline import DEPARTMENT, GOVERNMENT, RULES, deadline
from crawler.field.organs import PARTY_GOVERNMENT
from crawler.field.regions import Level, all_regions, outward
from crawler.field.regions import region as region_row
from crawler.field.times import end_of
from crawler.questions.coverage.cells import CoverageCell, CoverageChange, CoverageRow, CoverageStatus
from crawler.questions.coverage.judge import Case, judge
from crawler.questions.coverage.publication import Seen, as_of
from crawler.questions.coverage.sources import Source, department_name, sources_as_of

if TYPE_CHECKING:
    from crawler.archive import Reader
    from crawler.model import Publication, SpanningReport, Years

_ByOrgan = dict[str | None, list[Seen]]
"""Reports of a division by department; None: the government."""

FIRST_YEAR = min(rule.first_year for rule in RULES)
MAX_YEARS = 100


def coverage(
    reader: Reader,
    *,
    asof: date,
    years: Years | None = None,
    region: str | None = None,
    level: Level | None = None,
    every_division: bool = False,
    departments: bool = False,
) -> Iterator[CoverageRow]:
    """Yield a CoverageRow for each division, by code, with a CoverageCell for each year: the status as of the end of `asof`, China time.

    `years`: reported on; default: from the first with a rule to the one before `asof`, which is also the end of an open span.
    `region`: a code of GB/T 2260, with the divisions in it. `level`: province, city or county. `every_division`: also divisions of
    which the archive has neither a source nor a report. `departments`: a CoverageRow for each department instead of the government.
    Raises ConfigError for an unknown code, an empty span of years or too long a one, ArchiveDamaged if the catalogue cannot be read.
    """
    span = the_span(years, asof)
    scope = _Scope(
        region=_known(region),
        level=level,
        every_division=every_division,
        governments=not departments,
        departments=departments,
    )
    return (rows[0] for rows in _rows(reader, scope, span, (asof,)))


def newly_overdue(
    reader: Reader, *, since: date, until: date, region: str | None = None, departments: bool = False
) -> Iterator[CoverageChange]:
    """Yield the organs and years that are overdue as of the end of `until` and were not as of `since`, by division and year.

    What was unknown before is among them: `CoverageChange.before` tells it.
    """
    for change in status_changes(
        reader, since, until, region, governments=not departments, departments=departments
    ):
        if change.now.status is CoverageStatus.OVERDUE is not change.before.status:
            yield change


def no_longer_overdue(
    reader: Reader, *, since: date, until: date, region: str | None = None, departments: bool = False
) -> Iterator[CoverageChange]:
    """Yield the organs and years that were overdue as of the end of `since` and have published as of `until`.

    One whose source fails since then is not among them: nobody knows.
    """
    for change in status_changes(
        reader, since, until, region, governments=not departments, departments=departments
    ):
        if change.before.status is CoverageStatus.OVERDUE and change.now.is_published:
            yield change


def the_span(years: Years | None, asof: date) -> range:
    """Return the years that a coverage has. Raises ConfigError if there are none, or too many."""
    first = years.first if years else FIRST_YEAR
    last = years.last if years and years.last is not None else asof.year - 1
    if not 0 <= last - first < MAX_YEARS:
        raise ConfigError(
            f"years {first}-{last}: must be 1 to {MAX_YEARS} years, and an open span begins before {asof.year}"
        )
    return range(first, last + 1)


def _known(code: str | None) -> str | None:
    if code is not None and region_row(code) is None:
        raise ConfigError(f"{code!r} is no division code; use six digits of GB/T 2260, such as 420000")
    return code


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scope:
    """The organs that are asked for."""

    region: str | None
    level: Level | None
    every_division: bool
    governments: bool
    departments: bool

    def has(self, code: str) -> bool:
        row = region_row(code)
        if self.level and (row is None or row.level != self.level):
            return False
        return self.region is None or self.region in around(code)


def around(code: str) -> tuple[str, ...]:
    """Return a division and those around it; of a code that is not in the table, those that its digits name."""
    if region_row(code) is None:
        return (code, f"{code[:4]}00", f"{code[:2]}0000")
    return tuple(outer.code for outer in outward(code))


class _AsOf:
    """The archive at the end of a day. `copies`: the reports of which a text claims to be of another's division."""

    def __init__(self, reader: Reader, day: date, copies: Sequence[Publication]) -> None:
        self.day, self.moment = day, end_of(day)
        self._visit_without = reader.visit_without
        self.by_region: dict[str, list[Source]] = {}
        for source in sources_as_of(reader, self.moment).values():
            if source.entry.region:
                self.by_region.setdefault(source.entry.region, []).append(source)
        self.spanning: dict[str, list[SpanningReport]] = {}
        for each in reader.spanning_reports():
            if each.first_seen < self.moment:
                self.spanning.setdefault(each.region, []).append(each)
        self._copies: dict[str, list[Seen]] = {}
        for report in copies:
            seen = as_of(report, self.moment)
            if seen and seen.newest.claims and not seen.tombstone:
                self._copies.setdefault(seen.newest.claims, []).append(seen)

    def seen(self, code: str, reports: Sequence[Publication]) -> _ByOrgan:
        """Return the reports of a division that were known, by organ, without copies of others'."""
        found: _ByOrgan = {}
        for each in reports:
            if (seen := as_of(each, self.moment)) and not seen.newest.claims:
                found.setdefault(_organ(seen, code), []).append(seen)
        return found

    def row(self, code: str, organ: str | None, seen: Sequence[Seen], years: range) -> CoverageRow:
        kind = DEPARTMENT if organ else GOVERNMENT
        sources = [each for each in self.by_region.get(code, ()) if each.department == organ]
        copies = [each for each in self._copies.get(code, ()) if organ == _organ(each, code)]
        spanning = [
            each for each in self.spanning.get(code, ()) if organ == _organ_of(each.kind, each.issuer, code)
        ]
        cells = []
        for year in years:
            case = Case(
                year=year,
                deadline=deadline(year, kind),
                asof=self.day,
                seen=[each for each in seen if each.report.year == year],
                copies=[each for each in copies if each.report.year == year],
                sources=sources,
                visit_without=self._visit_without,
            )
            cell = judge(case)
            ids = tuple(each.report_id for each in spanning if each.first_year <= year <= each.last_year)
            cells.append(replace(cell, several_years=ids) if ids else cell)
        return _row(code, organ, sources, cells)


def _row(
    code: str, organ: str | None, sources: Sequence[Source], cells: Sequence[CoverageCell]
) -> CoverageRow:
    division = region_row(code)
    return CoverageRow(
        region=code,
        division=division.name if division else code,
        level=division.level if division else "",
        parent=division.parent if division else None,
        organ=organ,
        sources=tuple(source.entry.site for source in sources),
        cells=tuple(cells),
    )


def _organ(seen: Seen, code: str) -> str | None:
    """Return the department that a report is of, in its issuer's words if they are no organ's name; None for a government.

    A text of no known kind counts for whom its issuer is: it was stored as a report, and nobody is overdue whose report is held.
    """
    return _organ_of(seen.newest.kind, seen.newest.issuer, code)


def _organ_of(kind: str | None, issuer: str | None, code: str) -> str | None:
    if kind in (GOVERNMENT, PARTY_GOVERNMENT):
        return None
    return department_name(issuer, code) or ((issuer or "?") if kind == DEPARTMENT else None)


def _rows(
    reader: Reader, scope: _Scope, years: range, days: Sequence[date]
) -> Iterator[tuple[CoverageRow, ...]]:
    """Yield the row of each organ as of each of the days, by division and organ."""
    copies = list(reader.publications(copies=True))
    views = [_AsOf(reader, day, copies) for day in days]
    codes = _known_codes(views, scope)
    for code, reports in _divisions(reader, sorted(codes)):
        if not scope.has(code):
            continue
        seen = [view.seen(code, reports) for view in views]
        if not any((*seen, code in codes)):
            continue
        organs = _organs(views, code, seen) if scope.departments else []
        for organ in [None, *organs] if scope.governments else organs:
            yield tuple(
                view.row(code, organ, known.get(organ, ()), years)
                for view, known in zip(views, seen, strict=True)
            )


def _known_codes(views: Sequence[_AsOf], scope: _Scope) -> set[str]:
    codes = {code for view in views for code in (*view.by_region, *view.spanning)}
    return codes | ({row.code for row in all_regions()} if scope.every_division else set())


def _organs(views: Sequence[_AsOf], code: str, seen: Sequence[_ByOrgan]) -> list[str]:
    of_reports = {organ for known in seen for organ in known}
    of_reports |= {
        _organ_of(each.kind, each.issuer, code) for view in views for each in view.spanning.get(code, ())
    }
    of_sources = {source.department for view in views for source in view.by_region.get(code, ())}
    return sorted(name for name in of_reports | of_sources if name)


def _divisions(reader: Reader, codes: Sequence[str]) -> Iterator[tuple[str, list[Publication]]]:
    """Yield the divisions with reports and those of `codes` (sorted), by code, each with its reports."""
    waiting = iter(codes)
    next_code = next(waiting, None)
    for code, found in groupby(reader.publications(), key=lambda report: report.region):
        while next_code is not None and next_code < code:
            yield next_code, []
            next_code = next(waiting, None)
        if next_code == code:
            next_code = next(waiting, None)
        yield code, list(found)
    while next_code is not None:
        yield next_code, []
        next_code = next(waiting, None)


def status_changes(
    reader: Reader, since: date, until: date, region: str | None, *, governments: bool, departments: bool
) -> Iterator[CoverageChange]:
    """Yield each organ and year as of the end of two days, by division, organ and year, also where the status is the same.

    Of a division the government comes first.
    """
    if since > until:
        raise ConfigError(f"since {since}: lies after {until}")
    scope = _Scope(
        region=_known(region),
        level=None,
        every_division=False,
        governments=governments,
        departments=departments,
    )
    for before, now in _rows(reader, scope, the_span(None, until), (since, until)):
        for earlier, later in zip(before.cells, now.cells, strict=True):
            yield CoverageChange(row=now, before=earlier, now=later)
