"""Which sites a crawl visits, and in which order. Pure: what is due follows from the past and the time given."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.archive import Past
from crawler.crawl.visit import front
from crawler.errors import ConfigError
from crawler.model import Ending, Outcome, Site

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
SLACK = 0.05
"""Share of `every` by which a visit may come early: cron does not start to the second, and a day must stay a day."""

FIRST_RETRY = 8
"""A failed visit is due again after an eighth of `every`, then a fourth, a half, and from then on the whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The sites to visit, in order, and those whose time has not come, with the time when it will."""

    due: tuple[Site, ...]
    not_due: tuple[tuple[Site, datetime], ...] = ()

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


def plan(sites: Sequence[Site], pasts: Mapping[str, Past], now: datetime, *, anyway: bool = False) -> Plan:
    """Sites that are due, unfinished ones first, else in the order given. `anyway`: every one is due."""
    waiting = {site.id: due_at(site, pasts.get(site.id)) for site in sites if not anyway}
    not_due = [(site, at) for site in sites if (at := waiting.get(site.id)) is not None and at > now]
    left_out = {site.id for site, _ in not_due}
    due = [site for site in sites if site.id not in left_out]
    due.sort(key=lambda site: site.id not in pasts or not pasts[site.id].unfinished)
    return Plan(due=tuple(due), not_due=tuple(not_due))


def due_at(site: Site, past: Past | None) -> datetime | None:
    """When a site may be visited again; None: at any time. Times count from the start of the run of a visit."""
    if site.every is None or past is None or past.unfinished:
        return None
    every = timedelta(seconds=seconds(site.every))
    wait = every
    if past.failures:
        wait = min(every, every * 2 ** (min(past.failures, 10) - 1) / FIRST_RETRY)
    return past.last.began_at + wait * (1 - SLACK)


def seconds(span: str) -> float:
    """`90`, `90s`, `30m`, `12h`, `1d`, `2w` as seconds. Raises ConfigError for anything else."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhdw]?)", span.strip())
    if not found or not float(found[1]):
        raise ConfigError(f"{span}: must be a time such as 90 (seconds), 30m, 12h or 1d")
    return float(found[1]) * _UNITS[found[2]]
