"""The planner: ask the archive and the queue what `planning` must know, and queue what is due."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from crawler.archive import Reader
from crawler.errors import NoArchive
from crawler.field.times import utc_now
from crawler.model import Site
from crawler.spread.planning import Failures, ServerVisit, plan_visits
from crawler.spread.queue.jobs import open_queue
from crawler.spread.queue.overview import busy_servers, failures


async def queue_visits(
    url: str,
    sites: Sequence[Site],
    archive: Path,
    *,
    database: str | None = None,
    anyway: bool = False,
) -> list[ServerVisit]:
    """Queue the visits of sites, and return them. `anyway`: due or not. Raises CrawlerError if the queue cannot be used."""
    async with open_queue(url) as queue:
        visits = await plan_due(url, sites, archive, database=database, anyway=anyway)
        await queue.defer_visits(visits)
        return visits


async def plan_due(
    url: str,
    sites: Sequence[Site],
    archive: Path,
    *,
    database: str | None = None,
    anyway: bool = False,
) -> list[ServerVisit]:
    """Return the visits that are due and not queued yet. `anyway`: due or not."""
    busy, failed = await busy_servers(url), await failures(url)
    return await asyncio.to_thread(_planned, sites, archive, database, busy, failed, anyway)


def _planned(
    sites: Sequence[Site],
    archive: Path,
    database: str | None,
    busy: set[str],
    failed: Mapping[str, Failures],
    anyway: bool,
) -> list[ServerVisit]:
    now = utc_now()
    try:
        with Reader.read(archive, notify=lambda _: None, database=database) as reader:
            pasts = reader.visit_histories(now)
    except NoArchive:
        pasts = {}
    return plan_visits(sites, pasts, now, busy=busy, failures=failed, anyway=anyway)
