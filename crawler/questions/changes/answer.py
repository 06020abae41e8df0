"""The question: what has changed since a day or a run, the most telling changes first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from crawler.errors import ConfigError
from crawler.field.times import china_day
from crawler.model import ChangeKind
from crawler.questions.changes.change import Change
from crawler.questions.changes.lists import list_changes
from crawler.questions.changes.metadata import metadata_changes
from crawler.questions.changes.overdue import KINDS, overdue_changes
from crawler.questions.changes.pages import page_changes
from crawler.questions.changes.versions import version_changes
from crawler.questions.changes.window import Window, window_of

if TYPE_CHECKING:
    from crawler.archive import Reader
    from crawler.archive.reader_queries.changes import RunSpan


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The answer: the changes in order, the time that it is about, and how many there are of each kind."""

    since: datetime
    until: datetime | None
    runs: tuple[int, ...]  # of this archive that were under way in that time
    changes: tuple[Change, ...]
    counts: Mapping[ChangeKind, int]  # of the kinds asked for, and of ADDED


def changes(
    reader: Reader,
    *,
    since: datetime | int,
    until: datetime | int | None = None,
    today: date,
    region: str | None = None,
    kinds: Collection[ChangeKind] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Changes:
    """Return what has changed from `since` to before `until`: times (aware), or numbers of runs, which count whole.

    `today`: in China time; reports may become overdue up to it, if `until` is None. `region`: a code of GB/T 2260, with the
    divisions in it. `kinds`: only these; by default all but ADDED, which are no news of the government's. `progress`: called with
    how many versions were looked at, and of how many.

    First come quiet edits, whose page's dates did not change, then the rest; within both the heaviest first, see `weights`.
    Edits of punctuation and white space alone are never among the first. The same archive gives the same order.

    Raises ConfigError for an unknown run, or if `since` is not before `until`.
    """
    wanted = frozenset(kinds) if kinds is not None else frozenset(ChangeKind) - {ChangeKind.ADDED}
    runs = reader.runs()
    window = window_of(runs, since, until)
    if window.until is not None and window.since >= window.until:
        raise ConfigError(f"since {since}: must be before {until}")
    found = list(version_changes(reader, window, runs, region, progress))
    told = {(each.report_id, each.kind) for each in found}
    found += metadata_changes(reader, window, runs, region)
    found += page_changes(reader, window, runs, region, told)
    found += list_changes(reader, window, region)
    if wanted & KINDS:
        found += overdue_changes(reader, *_days(window, today, runs), region)
    return Changes(
        since=window.since,
        until=window.until,
        runs=tuple(_runs_in(window, runs)),
        changes=tuple(sorted((each for each in found if each.kind in wanted), key=_rank)),
        counts={
            kind: sum(each.kind is kind for each in found)
            for kind in ChangeKind
            if kind in wanted | {ChangeKind.ADDED}
        },
    )


def _rank(change: Change) -> tuple[bool, int, str, int, str, int, str, str]:
    return (
        not change.quiet,
        -change.weight,
        change.region or "",
        change.year or 0,
        change.report_id or "",
        change.version or 0,
        change.kind,
        change.url or "",
    )


def _days(window: Window, today: date, runs: Sequence[RunSpan]) -> tuple[date, date]:
    """Return the first and the last day of a window, China time. A last run ends it: what the next one found is not in it."""
    run = next((run for run in runs if run.id == window.last_run), None)
    if run is not None:
        return china_day(window.since), china_day(run.finished_at or run.started_at)
    last = china_day(window.until - timedelta(microseconds=1)) if window.until else today
    return china_day(window.since), last


def _runs_in(window: Window, runs: tuple[RunSpan, ...]) -> Iterator[int]:
    for run in runs:
        ended = run.finished_at or run.started_at
        if window.first_run is not None or window.last_run is not None:
            within = window.has(run.started_at, run.id)
        else:
            within = ended >= window.since and (window.until is None or run.started_at < window.until)
        if within and not run.merged:
            yield run.id
