"""Reports that have become overdue, or are so no longer: what `coverage` finds between two days, as changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from crawler.field.counting import counted
from crawler.field.times import end_of
from crawler.model import ChangeKind
from crawler.questions.changes.change import Change
from crawler.questions.changes.weights import finding
from crawler.questions.coverage import CoverageChange, CoverageReason, CoverageStatus
from crawler.questions.coverage.answer import status_changes

if TYPE_CHECKING:
    from crawler.archive import Reader

KINDS = frozenset({ChangeKind.NEWLY_OVERDUE, ChangeKind.NO_LONGER_OVERDUE, ChangeKind.FOUND_OVERDUE})


def overdue_changes(reader: Reader, since: date, until: date, region: str | None) -> Iterator[Change]:
    """Yield what has become overdue, or is so no longer, from the beginning of a day to the end of another, China time.

    The definition is that of `coverage.newly_overdue` and `no_longer_overdue`; of the former, what the archive could not tell
    before is FOUND_OVERDUE: a first crawl finds every earlier year. By division, the government first, then its departments.
    """
    if since > until:
        return
    before = since - timedelta(days=1)
    for each in status_changes(reader, before, until, region, governments=True, departments=True):
        if each.now.status is CoverageStatus.OVERDUE is not each.before.status:
            yield _newly(each, until)
        elif each.before.status is CoverageStatus.OVERDUE and each.now.is_published:
            yield _change(ChangeKind.NO_LONGER_OVERDUE, each, until)


def _newly(found: CoverageChange, until: date) -> Change:
    """Return that a report is overdue. Where the archive did not look before, that is news for the archive, not of the organ.

    That no visit has begun since the last day is the usual state until the visit that finds no report.
    """
    before = found.before
    learnt = before.status is CoverageStatus.UNKNOWN and before.reason is not CoverageReason.NOT_VISITED_SINCE
    kind = ChangeKind.FOUND_OVERDUE if learnt else ChangeKind.NEWLY_OVERDUE
    return _change(kind, found, until)


def _change(kind: ChangeKind, found: CoverageChange, until: date) -> Change:
    row, now, told = found.row, found.now, finding(kind.value)  # each of KINDS has a rule of its name
    return Change(
        kind=kind,
        weight=told.weight,
        findings=(told,),
        at=now.witnessed or now.checked or end_of(until),
        report_id=now.report_id,
        version=now.version,
        region=row.region,
        year=now.year,
        report_kind="department" if row.organ else "government",
        issuer=row.organ,
        published=now.claimed,
        url=now.url,
        captured_at=now.witnessed,
        detail=_words(found),
        site=now.site,
        due=now.last_day,
    )


def _words(found: CoverageChange) -> str:
    """Return the last day on time, and the status before and now."""
    now, before = found.now, found.before
    due = f"due by {now.last_day}; " if now.last_day else ""
    days = f" ({counted(now.days, 'day')})" if now.days is not None else ""
    reason = f" ({before.words()})" if before.words() else ""
    return f"{due}{before.status.value}{reason} before, {now.status.value}{days} now"
