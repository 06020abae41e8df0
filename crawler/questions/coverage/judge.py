"""The one definition of a status: what the archive saw of one organ and year by the end of a day, to a CoverageCell.

In order:

1. A report that was seen counts. A capture on or before the last day makes it on time, witnessed. Else the date that its page
   gave when it was first seen decides: on time or late, claimed. Without such a date it is late, witnessed, if a complete visit
   after the last day did not find it; otherwise nothing says when it came, and the status is unknown.
2. A report that is gone from all pages of its publisher is withdrawn. What it was before is kept.
3. Of several reports (of the government, and of party committee and government together) the best one counts.
4. Without a report: not yet due; or overdue, if a complete visit of the organ's source began after the last day and found none,
   and no source of it fails; or unknown, with the reason. Nothing is called overdue because it was not looked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from crawler.field.times import china_day, end_of
from crawler.questions.coverage.cells import CLAIMED, WITNESSED, CoverageCell, CoverageReason, CoverageStatus
from crawler.questions.coverage.publication import WITNESS_RANK, Claim, Seen

if TYPE_CHECKING:
    from crawler.field.deadline import Deadline
    from crawler.model import SeenText
    from crawler.questions.coverage.sources import Source

IN_USE = timedelta(days=90)
"""A source whose last visit is so much older than that of another one of the same organ is no longer in use."""

VisitWithout = Callable[[str, int, datetime, datetime], "datetime | None"]
"""Finds a complete visit of a source between two times that showed no report on a year: `Reader.visit_without`."""

_ORDER = (CoverageStatus.ON_TIME, CoverageStatus.LATE, CoverageStatus.UNKNOWN, CoverageStatus.WITHDRAWN)
_BLOCKING = (
    CoverageReason.SHOWN_UNREAD,
    CoverageReason.FAILING,
    CoverageReason.NEVER_COMPLETE,
    CoverageReason.NOT_VISITED_SINCE,
)
"""Reasons for which a second source might have the report. The first that applies is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is judged: one organ and year, as of the end of a day."""

    year: int
    deadline: Deadline | None
    asof: date
    seen: Sequence[Seen]  # its reports on that year
    copies: Sequence[Seen]  # reports at other sites that claim to be its
    sources: Sequence[Source]
    visit_without: VisitWithout


@dataclass(frozen=True, slots=True)
class _Timing:
    """Whether a report was in time, by how many days it was not, what that rests on, and a visit that speaks against it."""

    status: CoverageStatus
    rests_on: str | None = None
    days: int | None = None
    doubt: datetime | None = None
    reason: CoverageReason | None = None


@dataclass(frozen=True, slots=True)
class _Evidence:
    """A report that was seen: what its page claims, and the text whose first sight counts."""

    seen: Seen
    claim: Claim | None
    witness: SeenText


def judge(case: Case) -> CoverageCell:
    """Return the status of a case with its evidence."""
    cells = sorted((_published(case, seen) for seen in case.seen), key=_preference)
    if len(cells) == 1:
        return cells[0]
    if cells:
        return replace(cells[0], report_ids=tuple(cell.report_id or "" for cell in cells))
    limit = case.deadline
    if limit is None:
        return CoverageCell(year=case.year, status=CoverageStatus.UNKNOWN, reason=CoverageReason.NO_RULE)
    if case.asof <= limit.last_day:
        return CoverageCell(
            year=case.year, status=CoverageStatus.NOT_YET_DUE, last_day=limit.last_day, rule=limit.rule.id
        )
    if case.copies:
        only_a_copy = _Timing(CoverageStatus.UNKNOWN, reason=CoverageReason.ONLY_A_COPY)
        return _cell(case, _evidence(case, case.copies[0]), only_a_copy)
    return _absent(case, limit)


def _preference(cell: CoverageCell) -> tuple[object, ...]:
    rank = WITNESS_RANK.get(cell.witnessed_by or "", len(WITNESS_RANK))
    return (
        _ORDER.index(cell.status), cell.rests_on != WITNESSED, cell.days or 0, rank, cell.witnessed, cell.report_id
    )  # fmt: skip


def _published(case: Case, seen: Seen) -> CoverageCell:
    """Return the cell of a report that was seen."""
    evidence = _evidence(case, seen)
    cell = _cell(case, evidence, _timing(case, evidence))
    if redated := seen.redated(end_of(case.asof)):
        cell = replace(cell, redated=redated.since, claimed_now=redated.now)
    if seen.tombstone is None:
        return cell
    return replace(
        cell, status=CoverageStatus.WITHDRAWN, was=cell.status, gone_since=seen.tombstone.first_seen
    )


def _evidence(case: Case, seen: Seen) -> _Evidence:
    return _Evidence(seen, seen.claim, seen.witness(case.deadline.last_day if case.deadline else case.asof))


def _cell(case: Case, evidence: _Evidence, timing: _Timing) -> CoverageCell:
    limit, seen, claim, witness = case.deadline, evidence.seen, evidence.claim, evidence.witness
    return CoverageCell(
        year=case.year,
        status=timing.status,
        days=timing.days,
        last_day=limit.last_day if limit else None,
        rule=limit.rule.id if limit else None,
        rests_on=timing.rests_on,
        claimed=claim.written if claim else None,
        witnessed=witness.first_seen,
        witnessed_by=witness.seen_by,
        report_id=seen.report.report_id,
        version=seen.newest.number,
        url=seen.newest.url,
        doubt=timing.doubt,
        site=seen.report.site,
        reason=timing.reason,
        report_ids=(seen.report.report_id,),
        claimed_version=claim.version if claim else None,
        witnessed_version=witness.number,
    )


def _timing(case: Case, evidence: _Evidence) -> _Timing:
    """Return whether a report was in time."""
    if case.deadline is None:
        return _Timing(CoverageStatus.UNKNOWN, reason=CoverageReason.NO_RULE)
    last_day, claim, first_seen = case.deadline.last_day, evidence.claim, evidence.witness.first_seen
    if china_day(first_seen) <= last_day:
        return _Timing(CoverageStatus.ON_TIME, WITNESSED)
    if claim and claim.first > last_day:
        return _Timing(CoverageStatus.LATE, CLAIMED, (claim.first - last_day).days)
    absent = _visit_without(case, evidence.seen, last_day, first_seen)
    if claim and claim.last <= last_day:
        return _Timing(CoverageStatus.ON_TIME, CLAIMED, doubt=absent)
    if absent:  # it came after that visit: at least so many days late
        return _Timing(CoverageStatus.LATE, WITNESSED, (china_day(absent) - last_day).days, doubt=absent)
    return _Timing(CoverageStatus.UNKNOWN, reason=CoverageReason.UNDATED)


def _visit_without(case: Case, seen: Seen, last_day: date, before: datetime) -> datetime | None:
    site = next((each for each in case.sources if each.entry.site == seen.report.site), None)
    if site is None or site.first_complete is None or site.first_complete >= before:
        return None
    return case.visit_without(site.entry.site, case.year, end_of(last_day), before)


def _absent(case: Case, limit: Deadline) -> CoverageCell:
    """Return the cell of a report that was not seen and is due."""
    known = [(why_unknown(source, case.year, limit.last_day), source) for source in _in_use(case.sources)]
    witnesses = [source for why, source in known if why is None]
    for reason in _BLOCKING if witnesses else CoverageReason:
        for why, source in known:
            if why is reason:
                return _unseen(case, limit, source, reason)
    if not witnesses:
        return _unseen(case, limit, None, CoverageReason.NO_SOURCE)
    best = max(witnesses, key=lambda source: (source.last_complete, source.entry.site))
    return _unseen(case, limit, best, None)


def _unseen(
    case: Case, limit: Deadline, source: Source | None, reason: CoverageReason | None
) -> CoverageCell:
    """Return the cell of a report that was not seen: overdue, or unknown for a reason. `source`: that shows so."""
    is_overdue = reason is None
    return CoverageCell(
        year=case.year,
        status=CoverageStatus.OVERDUE if is_overdue else CoverageStatus.UNKNOWN,
        days=(case.asof - limit.last_day).days if is_overdue else None,
        last_day=limit.last_day,
        rule=limit.rule.id,
        rests_on=WITNESSED if is_overdue else None,
        site=source.entry.site if source else None,
        checked=source.last_complete if source else None,
        reason=reason,
    )


def _in_use(sources: Sequence[Source]) -> list[Source]:
    """Return the sources without those that others have replaced."""
    last = max((source.last_visit for source in sources if source.last_visit), default=None)
    if last is None:
        return list(sources)
    return [source for source in sources if source.last_visit and last - source.last_visit <= IN_USE]


def why_unknown(source: Source, year: int, last_day: date) -> CoverageReason | None:
    """Return why a source cannot show that a report is missing; None if its last complete visit does."""
    entry, complete, failed = source.entry, source.last_complete, source.last_failed
    if entry.lists is None:
        return CoverageReason.ENTRY_UNKNOWN
    if not entry.lists:
        return CoverageReason.NO_LISTS
    if not entry.first_year <= year <= (entry.last_year or year):
        return CoverageReason.YEAR_NOT_WANTED
    if failed and (complete is None or failed >= complete):
        return CoverageReason.FAILING
    if complete is None:
        return CoverageReason.NEVER_COMPLETE
    due = end_of(last_day)
    if complete < due:
        return CoverageReason.NOT_VISITED_SINCE
    if year not in source.held and any(shown == year and last >= due for shown, last in source.shown):
        return CoverageReason.SHOWN_UNREAD
    return None
