"""Rules of lasting trouble: which outcomes are trouble, which is the same as before, when it is told again, when it is over.

Pure. A trouble belongs to a URL and a cause. It stands until a whole visit of the site has met no trouble at the URL. The
rows of the catalogue follow from the outcomes and visits alone, so the migration that adds the table fills it by the same rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from crawler.model import ENDED_BEFORE, NOT_UNDERSTOOD, TROUBLE_ENDINGS, Ending, VisitState

REMINDER_INTERVAL = timedelta(days=7) * 0.95
"""Trouble that stands is told again after a week. Cron does not start to the second, so a little earlier counts."""

MAX_CAUSE_CHARS = 200

_ADDRESS = re.compile(r"https?://[^\s;,]+")
_NUMBER = re.compile(r"\d+")


class Trouble(Protocol):
    """The columns of a trouble, see TroubleRow."""

    url: str
    ending: str
    cause: str
    detail: str
    since: datetime
    last_seen: datetime
    told_at: datetime | None
    over_at: datetime | None


T = TypeVar("T", bound=Trouble)


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """One trouble as a visit met it."""

    url: str
    ending: Ending
    detail: str
    at: datetime
    run_started: datetime
    lists: Collection[str]  # URLs of the site's lists

    def columns(self, cause: str) -> dict[str, Any]:
        """Return the columns of the trouble that begins with it."""
        return {
            "url": self.url,
            "ending": self.ending.value,
            "cause": cause,
            "detail": self.detail,
            "since": self.at,
            "last_seen": self.run_started,
        }


def may_be_trouble(ending: Ending, detail: str) -> bool:
    """Whether an outcome is trouble that may last. Of a page that is gone, only if it is one of the site's lists."""
    if ending is Ending.LISTED:
        return NOT_UNDERSTOOD in detail
    if ending is Ending.LEFT:
        return not detail.startswith(ENDED_BEFORE)
    return ending is Ending.GONE or ending in TROUBLE_ENDINGS


def cause_of(detail: str) -> str:
    """Return a reason without addresses and numbers, which differ from visit to visit where the cause is the same."""
    reason = detail.partition("; ")[0] if NOT_UNDERSTOOD not in detail else NOT_UNDERSTOOD
    return _NUMBER.sub("#", _ADDRESS.sub("…", reason))[:MAX_CAUSE_CHARS]


def meet(standing: list[T], met: Met, make: Callable[[Met, str], T]) -> tuple[datetime, bool]:
    """Enter a trouble that a visit met. Return since when its URL has had trouble, and whether the cause was told already.

    `standing`: those of the site, of all URLs; a new one is made by `make` and appended. Told already is also what has the cause of
    a trouble of one of the site's lists: then the site as a whole does not answer. Of pages that a site's budget leaves, all
    have one cause.
    """
    cause = cause_of(met.detail)
    here = next((each for each in standing if _is_same(each, met, cause)), None)
    if here is None:
        here = make(met, cause)
        standing.append(here)
    here.detail, here.last_seen = met.detail, met.run_started
    here.since = min(here.since, met.at)
    covering = [
        each
        for each in standing
        if each is here or (each.url in met.lists and (each.ending, each.cause) == (here.ending, cause))
    ]
    told = any(_is_recent(each.told_at, met.run_started) for each in covering)
    if not told:
        here.told_at = met.run_started
    return min(each.since for each in standing if each.url == here.url), told


def _is_same(one: Trouble, met: Met, cause: str) -> bool:
    same_url = one.url == met.url or met.ending is Ending.LEFT
    return same_url and (one.ending, one.cause) == (met.ending.value, cause)


def _is_recent(told_at: datetime | None, now: datetime) -> bool:
    """Whether something was told less than a week ago. A time in the future was written by a wrong clock."""
    return told_at is not None and timedelta(0) <= now - told_at < REMINDER_INTERVAL


def end_visit(
    standing: list[T],
    state: VisitState | None,
    *,
    began_at: datetime,
    run_started: datetime,
    ended_at: datetime,
) -> list[T]:
    """Take out of `standing`, and return, what a visit has ended: the troubles of URLs where it met none.

    `began_at`: start of the visit's first run, `run_started`: of its last one. A visit that was killed or left something undone ends nothing. That something was left for a later run is over once a run
    has done it.
    """
    if state not in (VisitState.COMPLETE, VisitState.FAILED):
        return []
    met = [each for each in standing if began_at <= each.last_seen <= run_started]
    troubled = {each.url for each in met if each.ending != Ending.LEFT}
    over = [each for each in standing if each.url not in troubled]
    for each in over:
        each.over_at = ended_at
    standing[:] = [each for each in standing if each.url in troubled]
    return over


def told(over: Iterable[Trouble]) -> bool:
    """Whether people were told of any of these."""
    return any(each.told_at is not None for each in over)
