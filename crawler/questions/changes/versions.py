"""Changes that made a version: new reports, revised texts, reports that are gone or back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from crawler.archive.ledger.shrunk_texts import is_shrunk
from crawler.archive.reader_queries.changes import Entered, RunSpan, VersionFacts
from crawler.model import ChangeKind, Ending, Report
from crawler.questions.changes.change import Change, ChangeFinding
from crawler.questions.changes.texts import judge
from crawler.questions.changes.weights import finding, ranked, total
from crawler.questions.diff.texts import Side, compare, side

if TYPE_CHECKING:
    from crawler.archive import Reader
    from crawler.questions.changes.window import Window
    from crawler.questions.diff.texts import Difference

PORTION = 500

Progress = Callable[[int, int], None] | None
"""Called with how many versions were looked at, and of how many."""

History = Sequence[VersionFacts]
"""All versions of a report by number."""


def version_changes(
    reader: Reader, window: Window, runs: Sequence[RunSpan], region: str | None, progress: Progress
) -> Iterator[Change]:
    """Yield the changes of versions in a window, in the order in which runs saw them."""
    seen = _Observations(window, runs)
    entered = list(seen.first_ones(reader.entered(seen.runs_in_question(), region=region)))
    left = iter(enumerate(entered, start=1))
    while portion := list(islice(left, PORTION)):
        facts = reader.version_facts({each.report_id for _, each in portion})
        for number, each in portion:
            history = facts.get(each.report_id, ())
            if len(history) >= each.version and (change := _change(reader, seen, each, history)):
                yield change
            if progress is not None:
                progress(number, len(entered))


class _Observations:
    """Which outcomes are in the window, and which came from outside."""

    def __init__(self, window: Window, runs: Sequence[RunSpan]) -> None:
        self._window, self._runs = window, runs
        self._merged = {run.id for run in runs if run.merged}
        self._added_at = dict(_added_times(runs))

    def runs_in_question(self) -> list[int]:
        """Return the runs that may have seen something in the window: replayed and imported pages are older than their run."""
        since, window = self._window.since, self._window
        return [
            run.id
            for run in self._runs
            if (run.merged or run.finished_at is None or run.finished_at >= since)
            and (window.first_run is None or run.id >= window.first_run)
            and (window.last_run is None or run.id <= window.last_run)
        ]

    def first_ones(self, entered: Iterable[Entered]) -> Iterator[Entered]:
        """Yield those in the window, each version once: its report's other address may show the same change later."""
        known: set[tuple[str, int]] = set()
        for each in entered:
            key = (each.report_id, each.version)
            if key not in known and self._window.has(self.at(each), each.run):
                known.add(key)
                yield each

    def origin(self, entered: Entered) -> str:
        """Return own, imported, memento or merged."""
        return "merged" if entered.run in self._merged else entered.outside or "own"

    def at(self, entered: Entered) -> datetime:
        """Return when this archive's crawl saw it; of what came from outside, when it came."""
        return entered.at if self.origin(entered) == "own" else self._added_at[entered.run]


def _added_times(runs: Sequence[RunSpan]) -> Iterator[tuple[int, datetime]]:
    """Yield for each run when its rows came: a merged one with the run of this archive that merged it, the one before it."""
    last: datetime | None = None
    for run in runs:
        if not run.merged:
            last = run.started_at
        yield run.id, last or run.started_at


def _change(reader: Reader, seen: _Observations, entered: Entered, history: History) -> Change | None:
    """Return the change of one version; None if it was another address that showed a change known before."""
    version = history[entered.version - 1]
    origin = seen.origin(entered)
    if origin != "own" or version.older:
        return _made(
            entered, version, ChangeKind.ADDED, [finding("added")], at=seen.at(entered), origin=origin
        )
    if entered.ending is Ending.NEW:
        return _made(entered, version, ChangeKind.NEW, [finding("new")])
    if version.tombstone:
        text = text_before(history, entered.version)
        return _made(entered, text or version, ChangeKind.GONE, [finding("gone")])
    if version.captured_at is not None and version.captured_at < entered.at:
        return None
    return _edit(reader, entered, history)


def _edit(reader: Reader, entered: Entered, history: History) -> Change:
    """Return the change of a report whose text was another one before, or that was gone."""
    version, before = history[entered.version - 1], text_before(history, entered.version)
    if before is None:
        return _made(entered, version, ChangeKind.NEW, [finding("new")])
    difference = compare_versions(reader, before, version)
    text, findings = judge(difference)
    state = _state_before(history, entered.version)
    if state is not None and state.tombstone:
        change = _made(entered, version, ChangeKind.BACK, [finding("back"), *findings])
    else:
        shrunk = is_shrunk(difference.new.report.body, difference.old.report.body)
        change = _made(entered, version, ChangeKind.SHRUNK if shrunk else ChangeKind.REVISED, findings)
    return replace(change, text=text)


def compare_versions(reader: Reader, old: VersionFacts, new: VersionFacts) -> Difference:
    """Return what differs between two versions of a report."""
    texts = reader.version_texts(new.report_id, (old.number, new.number))
    return compare(*(_side(texts[each.number], each) for each in (old, new)))


def _side(report: Report, facts: VersionFacts) -> Side:
    return side(report, first_seen=facts.first_seen, captured_at=facts.captured_at)


def text_before(history: History, number: int) -> VersionFacts | None:
    """Return the text that was the newest one before a version."""
    texts = [row for row in history[: number - 1] if not row.tombstone]
    return next((row for row in reversed(texts) if not row.older), texts[-1] if texts else None)


def _state_before(history: History, number: int) -> VersionFacts | None:
    return next((row for row in reversed(history[: number - 1]) if not row.older), None)


def _made(
    entered: Entered,
    version: VersionFacts,
    kind: ChangeKind,
    findings: Sequence[ChangeFinding],
    *,
    at: datetime | None = None,
    origin: str = "own",
) -> Change:
    return replace(
        change_of(version, kind, findings, at=at or entered.at),
        version=entered.version,
        made_version=True,
        url=entered.url or version.url,
        run=entered.run,
        origin=origin,
        detail=entered.detail,
    )


def change_of(
    version: VersionFacts, kind: ChangeKind, findings: Iterable[ChangeFinding], *, at: datetime
) -> Change:
    """Return a change of a report, with what is known of one of its versions."""
    found = ranked(findings)
    return Change(
        kind=kind,
        weight=total(found),
        findings=found,
        at=at,
        report_id=version.report_id,
        version=version.number,
        region=version.region,
        year=version.year,
        report_kind=version.kind,
        title=version.title,
        issuer=version.issuer,
        published=version.published,
        url=version.url,
        captured_at=version.captured_at,
    )
