"""Plan which sites a crawl visits, and in which order, from their earlier visits and the time. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from crawler.crawl.first_steps import first_url
from crawler.errors import ConfigError
from crawler.model import Ending, Outcome, Site

if TYPE_CHECKING:
    from crawler.archive import VisitHistory

_UNIT_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
EARLY_SHARE = 0.05
"""Share of `every` by which a visit may come early. Cron does not start to the second, and `1d` must mean every day."""

MAX_SITES_IN_CLOCK_WARNING = 3
"""Sites that the warning about a wrong clock names; there may be thousands."""

FIRST_RETRY_DIVISOR = 8
"""A failed visit is due again after 1/8 of `every`, then 1/4, then 1/2, and from then on the whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The sites to visit, in order, and the sites that are not due, each with the time when it will be."""

    due: tuple[Site, ...]
    not_due: tuple[tuple[Site, datetime], ...] = ()
    in_future: tuple[tuple[Site, datetime], ...] = ()  # sites whose last visit began in the future, and when

    def clock_warning(self) -> str:
        """Return a warning about visits that lie in the future; empty when there are none."""
        if not self.in_future:
            return ""
        names = ", ".join(site.id for site, _ in self.in_future[:MAX_SITES_IN_CLOCK_WARNING])
        further = len(self.in_future) - MAX_SITES_IN_CLOCK_WARNING
        more = f" and {further} more" if further > 0 else ""
        latest = max(at for _, at in self.in_future)
        return (
            f"{names}{more}: last visited at a time that lies in the future (until {latest:%Y-%m-%d %H:%M} UTC):"
            " the clock was wrong then, or is now; such visits do not count for what is due"
        )

    def not_due_outcomes(self) -> list[Outcome]:
        """Return one `not_due` for each site that is not visited. They are shown and not archived: nothing was requested."""
        return [
            Outcome(
                ending=Ending.NOT_DUE,
                url=first_url(site),
                site_id=site.id,
                detail=f"due from {at:%Y-%m-%d %H:%M} UTC (every: {site.every})",
            )
            for site, at in self.not_due
        ]


def plan(
    sites: Sequence[Site], pasts: Mapping[str, VisitHistory], now: datetime, *, anyway: bool = False
) -> Plan:
    """Plan the sites that are due: unfinished ones first, otherwise in the order given. `anyway`: every site is due."""
    times = {site.id: due_at(site, pasts.get(site.id), now) for site in sites if not anyway}
    not_due = [(site, at) for site in sites if (at := times.get(site.id)) is not None and at > now]
    skipped = {site.id for site, _ in not_due}
    due = [site for site in sites if site.id not in skipped]
    due.sort(key=lambda site: site.id not in pasts or not pasts[site.id].unfinished)
    in_future = [
        (site, pasts[site.id].last.began_at) for site in sites if _is_in_future(pasts.get(site.id), now)
    ]
    return Plan(due=tuple(due), not_due=tuple(not_due), in_future=tuple(in_future))


def _is_in_future(past: VisitHistory | None, now: datetime) -> bool:
    return past is not None and past.is_in_future(now)


def due_at(site: Site, past: VisitHistory | None, now: datetime | None = None) -> datetime | None:
    """Return when a site may be visited again; None: at any time. Times count from the start of the run of a visit.

    A visit that began after `now` had a wrong clock and does not count; the one before it does, if there is one.
    """
    return None if site.every is None else due_after(seconds(site.every), past, now)


def due_after(interval: float, past: VisitHistory | None, now: datetime | None = None) -> datetime | None:
    """Return when a site with so many seconds between two visits may be visited again; see `due_at`."""
    if past is None or past.unfinished:
        return None
    began_at = past.last_credible_at if now is not None and past.is_in_future(now) else past.last.began_at
    if began_at is None:
        return None
    every = timedelta(seconds=interval)
    wait = every
    if past.failures:
        wait = min(every, every * 2 ** (min(past.failures, 10) - 1) / FIRST_RETRY_DIVISOR)
    return began_at + wait * (1 - EARLY_SHARE)


@lru_cache(maxsize=64)
def seconds(span: str, option: str = "") -> float:
    """Return `90`, `90s`, `30m`, `12h`, `1d` or `2w` in seconds. Raises ConfigError, with the option, for anything else."""
    found = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)([smhdw]?)", span.strip())
    if not found or not float(found[1]):
        named = f"{option} {span}" if option else span
        raise ConfigError(f"{named}: must be a time such as 90 (seconds), 30m, 12h or 1d")
    return float(found[1]) * _UNIT_SECONDS[found[2]]
