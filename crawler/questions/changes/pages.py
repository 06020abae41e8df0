"""Changes of pages: missing, gone, moved, back, or showing only the beginning of a text. Told is what is left of them at the end.

A page that was missing for a day within the window is no change.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from crawler.model import ChangeKind
from crawler.questions.changes.change import Change
from crawler.questions.changes.versions import change_of
from crawler.questions.changes.weights import finding

if TYPE_CHECKING:
    from crawler.archive import Reader
    from crawler.archive.reader_queries.changes import PageEvent, PageHistory, RunSpan, VersionFacts
    from crawler.questions.changes.window import Window

_SHOWN = "live"
_STATES = {
    "missing": "missing",
    "gone": "gone",
    "moved": "moved",
    "live": _SHOWN,
    "back": _SHOWN,
    "changed": _SHOWN,
}
"""What a page's event says of it. `unreachable` says nothing: the page may be there."""

_KINDS = {
    "missing": (ChangeKind.MISSING, "missing"),
    "gone": (ChangeKind.GONE, "page_gone"),
    "moved": (ChangeKind.MOVED, "moved"),
    _SHOWN: (ChangeKind.BACK, "back"),
}
"""Kind and rule of a page that is in a state now and was in another one."""


def page_changes(
    reader: Reader,
    window: Window,
    runs: Sequence[RunSpan],
    region: str | None,
    told: Collection[tuple[str | None, ChangeKind]],
) -> Iterator[Change]:
    """Yield the changes of pages in a window. `told`: reports with the kinds that their versions have told already."""
    spans = RunTimes(runs)
    histories = reader.page_histories(window.since, window.until, region=region)
    shrunk = reader.shrunk_pages(window.since, window.until, region=region)
    facts = reader.version_facts({each.report_id for each in histories} | {each.report_id for each in shrunk})
    for history in histories:
        found = _net_change(history, window)
        if found is None or spans.is_merged(found.at):
            continue
        kind, rule = _KINDS[_STATES[found.state]]
        if not _is_told(history.report_id, kind, told):
            change = change_of(_newest(facts[history.report_id]), kind, [finding(rule)], at=found.at)
            yield replace(change, url=history.url, run=spans.own(found.at), detail=found.detail)
    for page in shrunk:
        text = _newest(facts[page.report_id])
        change = change_of(text, ChangeKind.SHRUNK, [finding("shrunk")], at=page.since)
        yield replace(
            change, url=page.url, run=spans.own(page.since), detail="only the beginning of the text held"
        )


def _is_told(report_id: str, kind: ChangeKind, told: Collection[tuple[str | None, ChangeKind]]) -> bool:
    covers = (kind, ChangeKind.GONE) if kind is ChangeKind.MISSING else (kind,)
    return any((report_id, each) in told for each in covers)


def _net_change(history: PageHistory, window: Window) -> PageEvent | None:
    """Return the event that gave a page the state in which the window leaves it; None if it was in that before."""
    before, now, cause = _SHOWN, _SHOWN, None
    began = False
    for event in history.events:
        within = window.has_time(event.at)
        if began and not within:
            break
        began = began or within
        state = _STATES.get(event.state)
        if state is None:
            continue
        if not began:
            before = now = state
        elif state != now:
            now, cause = state, event
    return cause if now != before else None


def _newest(history: Sequence[VersionFacts]) -> VersionFacts:
    texts = [row for row in history if not row.tombstone]
    return next((row for row in reversed(texts) if not row.older), history[-1])


class RunTimes:
    """Which run was under way at a time."""

    def __init__(self, runs: Iterable[RunSpan]) -> None:
        self._own = sorted((run.started_at, run.id, run.finished_at) for run in runs if not run.merged)
        self._merged = [(run.started_at, run.finished_at) for run in runs if run.merged]
        self._starts = [began for began, _, _ in self._own]

    def own(self, at: datetime) -> int | None:
        """Return the number of this archive's run; None if there was none, as for saved pages, which are older than their run."""
        place = bisect_right(self._starts, at)
        if not place:
            return None
        _, number, ended = self._own[place - 1]
        return number if ended is None or at <= ended else None

    def is_merged(self, at: datetime) -> bool:
        """Whether only a run of another archive was under way."""
        return self.own(at) is None and any(
            began <= at and (ended is None or at <= ended) for began, ended in self._merged
        )
