"""Reports that have become overdue, or are so no longer: what `coverage` finds between two days, as changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Protocol

from crawler.archive import Reader
from crawler.questions.changes.change import Change, ChangeKind
from crawler.questions.changes.weights import finding

CHINA = timezone(timedelta(hours=8))


class Organ(Protocol):
    """Of `coverage.Row`: whose report it is."""

    @property
    def region(self) -> str: ...
    @property
    def division(self) -> str: ...
    @property
    def organ(self) -> str | None: ...


class Status(Protocol):
    """Of `coverage.Cell`: the status on one year, and the report that it rests on."""

    @property
    def year(self) -> int: ...
    @property
    def status(self) -> str: ...
    @property
    def days(self) -> int | None: ...
    @property
    def last_day(self) -> date | None: ...
    @property
    def report(self) -> str | None: ...
    @property
    def version(self) -> int | None: ...
    @property
    def url(self) -> str | None: ...
    @property
    def claimed(self) -> str | None: ...
    @property
    def witnessed(self) -> datetime | None: ...
    @property
    def checked(self) -> datetime | None: ...


class StatusChange(Protocol):
    """Of `coverage.Change`: one organ and year as of two days."""

    @property
    def row(self) -> Organ: ...
    @property
    def before(self) -> Status: ...
    @property
    def now(self) -> Status: ...


StatusQuestion = Callable[[Reader, date, date, str | None], Iterable[StatusChange]]
"""Asks for the changes of status from the end of one day to the end of another, in a region."""

QUESTIONS: Mapping[ChangeKind, StatusQuestion] = {}
"""The questions of `coverage`, by the kind of change that their answers are."""


def overdue_changes(
    reader: Reader,
    since: date,
    until: date,
    region: str | None,
    questions: Mapping[ChangeKind, StatusQuestion],
) -> Iterator[Change]:
    """Yield what has become overdue or is so no longer from the beginning of a day to the end of another, China time."""
    for kind, ask in questions.items():
        for each in ask(reader, since - timedelta(days=1), until, region):
            yield _change(kind, each, until)


def _change(kind: ChangeKind, found: StatusChange, until: date) -> Change:
    row, now = found.row, found.now
    told = finding(kind.value)
    return Change(
        kind=kind,
        weight=told.weight,
        findings=(told,),
        at=_seen(now) or _end_of(until),
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


def _seen(now: Status) -> datetime | None:
    """Return the capture or the visit that shows a status; it may be one before the last day, on which it rests no less."""
    return now.witnessed or now.checked


def _end_of(day: date) -> datetime:
    following = day + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=CHINA).astimezone(UTC)


def _words(found: StatusChange) -> str:
    now, before = found.now, found.before
    days = f", {now.days} days" if now.days is not None else ""
    due = f"due by {now.last_day}" if now.last_day else "due"
    return f"{due}; {before.status} before, {now.status} now{days}"
