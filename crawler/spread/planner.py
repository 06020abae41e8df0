"""The planner: ask the archive and the queue what `planning` must know, and queue what is due."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from crawler.field.times import utc_now
from crawler.model import Site
from crawler.spread.asking import ask
from crawler.spread.planning import QueueState, ServerVisit, by_server, plan_visits
from crawler.spread.queue.jobs import open_queue
from crawler.spread.queue.overview import queue_state


async def queue_visits(
    url: str,
    sites: Sequence[Site],
    archive: Path,
    *,
    database: str | None = None,
    anyway: bool = False,
) -> list[ServerVisit]:
    """Queue the visits of sites, all of them, and return them. `anyway`: due or not; these come before those of the planner.

    Raises CrawlerError if the queue cannot be used.
    """
    async with open_queue(url) as queue:
        visits = await plan_due(url, by_server(sites), archive, database=database, anyway=anyway)
        await queue.defer_visits(visits, first=anyway)
        return visits


async def plan_due(
    url: str,
    servers: Mapping[str, Sequence[Site]],
    archive: Path,
    *,
    database: str | None = None,
    anyway: bool = False,
    at_once: int | None = None,
) -> list[ServerVisit]:
    """Return the visits that are due and not queued yet. `servers`: see `planning.by_server`. `anyway`: due or not.

    `at_once`: visits that a worker runs at a time; no more are returned than the workers take until the pass after the next.
    """
    state = await queue_state(url)
    room = None if at_once is None else state.room(at_once)
    if room == 0:
        return []
    visits = await asyncio.to_thread(_planned, servers, archive, database, state, anyway)
    return visits[:room]


def _planned(
    servers: Mapping[str, Sequence[Site]],
    archive: Path,
    database: str | None,
    state: QueueState,
    anyway: bool,
) -> list[ServerVisit]:
    now = utc_now()
    pasts = ask(archive, database, lambda reader: reader.visit_histories(now, brief=True))
    return plan_visits(servers, pasts or {}, now, busy=state.busy, failures=state.failures, anyway=anyway)
