"""Which sites a crawl visits, and in which order. Pure: what is due follows from the past and the time given."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.archive import VisitHistory
from crawler.crawl.visit import front
from crawler.errors import ConfigError
from crawler.model import Ending, Outcome, Site

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
SLACK = 0.05
"""Share of `every` by which a visit may come early: cron does not start to the second, and a day must stay a day."""

AHEAD_NAMED = 3
"""Sites that a line about wrong clocks names; there may be thousands."""

FIRST_RETRY = 8
"""A failed visit is due again after an eighth of `every`, then a fourth, a half, and from then on the whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The sites to visit, in order, and those whose time has not come, with the time when it will."""

    due: tuple[Site, ...]
    not_due: tuple[tuple[Site, datetime], ...] = ()
    ahead: tuple[
        tuple[Site, datetime], ...
    ] = ()  # sites whose last visit lies in the future, and when it began

    def clock(self) -> str:
        """What is to be told of visits that lie in the future; nothing where there are none."""
        if not self.ahead:
            return ""
        names = ", ".join(site.id for site, _ in self.ahead[:AHEAD_NAMED])
        more = f" and {len(self.ahead) - AHEAD_NAMED} more" if len(self.ahead) > AHEAD_NAMED else ""
        latest = max(at for _, at in self.ahead)
        return (
            f"{names}{more}: last visited at a time that lies in the future (until {latest:%Y-%m-%d %H:%M} UTC):"
            " the clock was wrong then, or is now; such visits do not count for what is due"
        )

    def waiting(self) -> list[Outcome]:
        """One `not_due` for each site left alone. They are told, not kept: nothing was asked."""
        return [
            Outcome(
                ending=Ending.NOT_DUE,
                url=front(site),
                site_id=site.id,
                detail=f"due from {at:%Y-%m-%d %H:%M} UTC (every: {site.every})",
            )
            for site, at in self.not_due
        ]


def plan(
    sites: Sequence[Site], pasts: Mapping[str, VisitHistory], now: datetime, *, anyway: bool = False
) -> Plan:
    """Sites that are due, unfinished ones first, else in the order given. `anyway`: every one is due."""
    waiting = {site.id: due_at(site, pasts.get(site.id), now) for site in sites if not anyway}
    not_due = [(site, at) for site in sites if (at := waiting.get(site.id)) is not None and at > now]
    left_out = {site.id for site, _ in not_due}
    due = [site for site in sites if site.id not in left_out]
    due.sort(key=lambda site: site.id not in pasts or not pasts[site.id].unfinished)
    ahead = [(site, pasts[site.id].last.began_at) for site in sites if _is_ahead(pasts.get(site.id), now)]
    return Plan(due=tuple(due), not_due=tuple(not_due), ahead=tuple(ahead))


def _is_ahead(past: VisitHistory | None, now: datetime) -> bool:
    return past is not None and past.is_in_future(now)


def due_at(site: Site, past: VisitHistory | None, now: datetime | None = None) -> datetime | None:
    """When a site may be visited again; None: at any time. Times count from the start of the run of a visit.

    A visit that lies after `now` had a wrong clock, and does not count: the one before it does, if there is any.
    """
    if site.every is None or past is None or past.unfinished:
        return None
    began_at = past.last_credible_at if now is not None and past.is_in_future(now) else past.last.began_at
    if began_at is None:
        return None
    every = timedelta(seconds=seconds(site.every))
    wait = every
    if past.failures:
        wait = min(every, every * 2 ** (min(past.failures, 10) - 1) / FIRST_RETRY)
    return began_at + wait * (1 - SLACK)


def seconds(span: str) -> float:
    """`90`, `90s`, `30m`, `12h`, `1d`, `2w` as seconds. Raises ConfigError for anything else."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhdw]?)", span.strip())
    if not found or not float(found[1]):
        raise ConfigError(f"{span}: must be a time such as 90 (seconds), 30m, 12h or 1d")
    return float(found[1]) * _UNITS[found[2]]
