"""Plan which servers are visited, and in which order: what is due by the sources' `every`, the longest overdue first. Pure.

A visit is of all due sites of one server, as far as names tell: sites that share a host are visited together. That two
hosts have one IP address shows at the first request, and is what the leases are for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from crawler.archive import VisitHistory
from crawler.crawl.schedule import due_after, seconds
from crawler.model import Site
from crawler.spread.visit import hosts_of

DEFAULT_EVERY = "1d"
"""Minimum time between two visits of a source whose entry says none."""

FIRST_HOLD_BACK = timedelta(minutes=10)
"""A server at whose visits two workers in a row have died waits so long, then twice as long, at most MAX_HOLD_BACK.

One dead worker says nothing of the server."""
MAX_HOLD_BACK = timedelta(days=1)

VISITS_AHEAD = 60
"""Visits that wait for each that can run at a time, at most: those of a pass of ten minutes, if each lasts ten seconds."""

_NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerVisit:
    """A visit to be queued: the server's key, which is the first of its hosts, and the ids of its due sites."""

    server: str
    sites: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """Visits of a server that ended without a segment, in a row, and when the last one did."""

    number: int
    last: datetime

    def holds_back(self, now: datetime) -> bool:
        """Whether the server is not to be visited yet."""
        if self.number < 2:
            return False
        wait: timedelta = min(MAX_HOLD_BACK, FIRST_HOLD_BACK * 2 ** (min(self.number, 12) - 2))
        return now < self.last + wait


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState:
    """What a planner must know of the queue."""

    busy: Collection[str] = (
        frozenset()
    )  # servers whose visit is queued or under way, or whose segment is not entered yet
    failures: Mapping[str, Failures] = field(default_factory=dict)  # by server
    waiting: int = 0  # visits
    processes: int = 0  # alive: workers, and the enterer

    def room(self, at_once: int) -> int:
        """Return how many further visits are queued, if a process runs so many at a time.

        What is due beyond that waits for the next pass: a queue of all that is due would keep its order for hours, whatever
        becomes due or fails meanwhile, and each of its jobs is told to every worker.
        """
        return max(0, max(1, self.processes) * at_once * VISITS_AHEAD - self.waiting)


def plan_visits(
    servers: Mapping[str, Sequence[Site]],
    pasts: Mapping[str, VisitHistory],
    now: datetime,
    *,
    busy: Collection[str] = (),
    failures: Mapping[str, Failures] | None = None,
    anyway: bool = False,
) -> list[ServerVisit]:
    """Return the visits to queue, in order. `servers`: as `by_server` makes them.

    `busy`: servers that are queued, under way, or not entered yet. `failures`: by server. `anyway`: every source is due.
    """
    failures = failures or {}
    groups: list[tuple[datetime, str, tuple[str, ...]]] = []
    for server, members in servers.items():
        if server in busy or (not anyway and server in failures and failures[server].holds_back(now)):
            continue
        due = {
            site.id: at for site in members if (at := _due(site, pasts.get(site.id), now)) <= now or anyway
        }
        if due:
            groups.append((min(due.values()), server, tuple(due)))
    return [ServerVisit(server=server, sites=ids) for _, server, ids in sorted(groups)]


def _due(site: Site, past: VisitHistory | None, now: datetime) -> datetime:
    at = due_after(seconds(site.every or DEFAULT_EVERY), past, now)
    return _NEVER if at is None else at


def by_server(sites: Sequence[Site]) -> dict[str, list[Site]]:
    """Return sites by the key of their server. Hosts that one site names belong together, and so do sites with a common host."""
    parents: dict[str, str] = {}

    def root(host: str) -> str:
        while (above := parents.setdefault(host, host)) != host:
            parents[host] = host = parents.setdefault(above, above)
        return host

    first: dict[str, str] = {}
    for site in sites:
        hosts = hosts_of([site]) or [f"source:{site.id}"]
        first[site.id] = hosts[0]
        for other in hosts[1:]:
            one, two = sorted((root(hosts[0]), root(other)))
            parents[two] = one
    found: dict[str, list[Site]] = {}
    for site in sites:
        found.setdefault(root(first[site.id]), []).append(site)
    return found
