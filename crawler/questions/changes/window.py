"""The span of time, or of runs, whose changes are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from crawler.errors import ConfigError

if TYPE_CHECKING:
    from crawler.archive.reader_queries.changes import RunSpan


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Changes seen since `since` and before `until` (aware; None: without end), by runs `first_run` to `last_run`.

    With runs, the times are those of their begin and end.
    """

    since: datetime
    until: datetime | None = None
    first_run: int | None = None
    last_run: int | None = None

    def has(self, at: datetime, run: int | None) -> bool:
        """Whether something that a run saw at a time is in the window. A run counts whole, whatever its clock said."""
        if run is None or (self.first_run is None and self.last_run is None):
            return self.has_time(at)
        after = self.since <= at if self.first_run is None else self.first_run <= run
        before = (self.until is None or at < self.until) if self.last_run is None else run <= self.last_run
        return after and before

    def has_time(self, at: datetime) -> bool:
        """Whether a time is in the window."""
        return self.since <= at and (self.until is None or at < self.until)


def window_of(runs: Sequence[RunSpan], since: datetime | int, until: datetime | int | None) -> Window:
    """Return the window between two times, or two runs by number, both included. Raises ConfigError for an unknown run."""
    first = _run(runs, since) if isinstance(since, int) else None
    last = _run(runs, until) if isinstance(until, int) else None
    begin = first.started_at if first else since
    end = _end(runs, last) if last else until
    assert isinstance(begin, datetime)
    assert end is None or isinstance(end, datetime)
    return Window(
        since=begin,
        until=end,
        first_run=first.id if first else None,
        last_run=last.id if last else None,
    )


def _end(runs: Sequence[RunSpan], last: RunSpan) -> datetime | None:
    """Return when the next run of this archive began; None after the last run."""
    return next((run.started_at for run in runs if run.id > last.id and not run.merged), None)


def _run(runs: Sequence[RunSpan], number: int) -> RunSpan:
    found = next((run for run in runs if run.id == number), None)
    if found is None:
        known = f"has runs {runs[0].id} to {runs[-1].id}" if runs else "has no runs"
        raise ConfigError(f"run {number}: the archive {known}")
    return found
