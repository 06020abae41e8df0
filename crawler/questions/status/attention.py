"""What a monitor should alert on: a table of conditions on the state of an archive. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.field.counting import counted
from crawler.questions.status.sources import SourceResult, SourceStatus

FAILING_FOR = timedelta(days=7)
"""A source that fails is told when it has failed for this time. Most failures of government sites pass."""

MIN_FREE_BYTES = 1_000_000_000
MIN_FREE_SHARE = 0.1
"""The disk is nearly full below 1 GB, or below this share of the archive's size."""

MAX_NAMED = 5  # sources in a message

ALERTS = (
    "no_run", "run_killed", "run_failed", "sources_failing", "sources_late", "clock", "disk",
)  # fmt: skip
"""All words of `Alert.name`. They are stable: monitors have them in their rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something that somebody must look at. `name`: a word of ALERTS."""

    name: str
    what: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What alerts are decided from."""

    now: datetime
    run_state: str | None  # of the last run; None if there is none
    run_detail: str
    sources: Sequence[SourceStatus]
    size: int  # bytes
    free: int  # bytes


def alerts(facts: Facts) -> Iterator[Alert]:
    """Yield what wants attention, in the order of ALERTS."""
    why = f" ({facts.run_detail})" if facts.run_detail else ""
    if facts.run_state is None:
        yield Alert(name="no_run", what="no run has written to this archive", action="start `fazhi crawl`")
    if facts.run_state == "killed":
        yield Alert(
            name="run_killed",
            what="the last run was killed, or could not write its end",
            action="see the system's log (memory, restart) and the disk; the next run repairs what it left and goes on",
        )
    if facts.run_state == "failed":
        yield Alert(
            name="run_failed",
            what=f"the last run failed{why}",
            action="see its messages, and run `fazhi verify`",
        )
    configured = [source for source in facts.sources if source.configured]
    failing = [s for s in configured if s.failure and facts.now - s.failure.since >= FAILING_FOR]
    if failing:
        yield Alert(
            name="sources_failing",
            what=f"{_number(failing)} failed for {FAILING_FOR.days} days or longer: {_names(failing)}",
            action="look at each with `fazhi source check ID`",
        )
    late = [s for s in configured if s.is_late and s.result is not SourceResult.NEVER]
    if late:
        yield Alert(
            name="sources_late",
            what=f"{_number(late)} not visited for more than twice the time between visits: {_names(late)}",
            action="see whether cron starts the crawl, and whether --max-time leaves it enough time",
        )
    future = [s for s in configured if s.last_visit and s.last_visit > facts.now]
    if future:
        yield Alert(
            name="clock",
            what=f"{_number(future)} last visited at a time that lies in the future: {_names(future)}",
            action="set this machine's clock; such visits do not count for what is due",
        )
    if facts.free < max(MIN_FREE_BYTES, facts.size * MIN_FREE_SHARE):
        yield Alert(
            name="disk",
            what=f"only {facts.free / 1e6:,.0f} MB are free on the archive's disk",
            action="make room, or move the archive: a crawl on a full disk stops with exit code 4 and loses nothing",
        )


def _number(sources: Sequence[SourceStatus]) -> str:
    return counted(len(sources), "source")


def _names(sources: Sequence[SourceStatus]) -> str:
    names = ", ".join(source.id for source in sources[:MAX_NAMED])
    return f"{names} and {len(sources) - MAX_NAMED} more" if len(sources) > MAX_NAMED else names
