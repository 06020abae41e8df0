"""Reports that have become overdue, or are so no longer: what `coverage` finds between two days, as changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, timezone

from crawler.archive import Reader
from crawler.questions.changes.change import Change, ChangeKind
from crawler.questions.changes.weights import finding
from crawler.questions.coverage import CoverageChange, newly_overdue, no_longer_overdue

CHINA = timezone(timedelta(hours=8))

OVERDUE_QUESTIONS: Mapping[ChangeKind, Callable[..., Iterator[CoverageChange]]] = {
    ChangeKind.NEWLY_OVERDUE: newly_overdue,
    ChangeKind.NO_LONGER_OVERDUE: no_longer_overdue,
}
"""The question whose answers are changes of a kind."""


def overdue_changes(
    reader: Reader, kind: ChangeKind, since: date, until: date, region: str | None
) -> Iterator[Change]:
    """Yield what has become overdue, or is so no longer, from the beginning of a day to the end of another, China time.

    Governments first, then departments.
    """
    for departments in (False, True) if since <= until else ():
        found = OVERDUE_QUESTIONS[kind](
            reader, since=since - timedelta(days=1), until=until, region=region, departments=departments
        )
        yield from (_change(kind, each, until) for each in found)


def _change(kind: ChangeKind, found: CoverageChange, until: date) -> Change:
    row, now, told = found.row, found.now, finding(kind.value)
    return Change(
        kind=kind,
        weight=told.weight,
        findings=(told,),
        at=now.witnessed or now.checked or _end_of(until),
        report_id=now.report,
        version=now.version,
        region=row.region,
        year=now.year,
        report_kind="department" if row.organ else "government",
        issuer=row.organ,
        published=now.claimed,
        url=now.url,
        captured_at=now.witnessed,
        detail=_words(found),
    )


def _end_of(day: date) -> datetime:
    following = day + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=CHINA).astimezone(UTC)


def _words(found: CoverageChange) -> str:
    """Return the last day on time, and the status before and now."""
    now, before = found.now, found.before
    due = f"due by {now.last_day}; " if now.last_day else ""
    days = f" ({now.days} days)" if now.days is not None else ""
    reason = f" ({before.words()})" if before.words() else ""
    return f"{due}{before.status.value}{reason} before, {now.status.value}{days} now"
