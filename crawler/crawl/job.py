"""A whole crawl: which sites are due, whether any can be reached, and all that stands around the pipeline while it runs.

Takes sites and what was asked for, tells a Watch how it goes. Command line and library both run it; neither is known here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from crawler.address import host_port
from crawler.archive import CATALOGUE, Archive
from crawler.crawl.halt import Halt
from crawler.crawl.page_process import Readers
from crawler.crawl.run import counted, crawl
from crawler.crawl.schedule import plan
from crawler.crawl.visit import entries
from crawler.errors import CrawlerError
from crawler.fetch import ConnectTo, Fetcher, Replay
from crawler.fetch.client import utc_now
from crawler.model import HostFigures, Outcome, Site, SiteVisit

MAX_PROBES = 40
"""Hosts that are tried before a crawl; where none of so many answers, there is no network."""

NO_SITE = "no site of {sources} can be reached from here ({count} hosts tried); `make demo` shows the whole job offline"

OUTCOMES_A_COMMIT = 64
"""Outcomes between two commits; they wait for one a second at the most."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a crawl was asked to do."""

    sites: Sequence[Site]
    sources: str  # where they are from, for messages
    replay: Replay | None = None
    connect_to: ConnectTo = field(default_factory=dict)
    full: bool = False
    anyway: bool = False  # visit sites whose time has not come too
    max_seconds: float | None = None
    time_limit: str = ""  # how `max_seconds` was said, for the reason of ending
    halt: Halt = field(default_factory=Halt)


class Watch(Protocol):
    """Who is told how a crawl goes."""

    def show(self, outcome: Outcome, archive: Archive | None) -> None:
        """How the visit of one address ended; `archive` is None in a dry run."""

    def visited(self, visit: SiteVisit) -> None:
        """How the visit of one site ended."""

    def hosts(self, hosts: Sequence[HostFigures]) -> None:
        """What each host was asked, at the end."""

    def message(self, text: str) -> None:
        """What the archive has to say, such as that it mended what a killed run left."""


Around = Callable[[], AbstractContextManager[object]]
"""Makes a context in which the pipeline runs, inside the event loop: for signals, or for a live line."""


def crawl_into(archive: Path, job: Job, watch: Watch, *, command: str, around: Around) -> None:
    """Visit the sites that are due and keep what they give. `command`: what the archive notes as the run's.

    That some site can be reached is found out before an archive is made, or a site asked. Raises CrawlerError where none
    can; ArchiveError.
    """
    if first := not (archive / CATALOGUE).is_file():
        _must_reach(job.sites, job)
    notify = watch.message
    with Archive.create(
        archive, clock=utc_now, command=command, notify=notify, batch=OUTCOMES_A_COMMIT
    ) as store:
        planned = plan(job.sites, store.pasts(), store.started_at, anyway=job.anyway)
        if clock := planned.clock():
            watch.message(clock)
        for outcome in planned.waiting():
            watch.show(outcome, store)
        if not first:
            _must_reach(planned.due, job)
        asyncio.run(_pipeline(planned.due, store, job, watch, around))


def dry_run(job: Job, watch: Watch, *, around: Around) -> None:
    """Read the lists of all sites and keep nothing. Raises CrawlerError where no site can be reached."""
    _must_reach(job.sites, job)
    asyncio.run(_pipeline(job.sites, None, job, watch, around))


def _must_reach(sites: Sequence[Site], job: Job) -> None:
    """Raise CrawlerError when there is no network, rather than a failure for each of thousands of sites."""
    probes = list({host_port(url): url for url in entries(sites)}.values())[:MAX_PROBES]
    if job.replay is None and probes and not asyncio.run(_reachable(probes, job.connect_to)):
        hosts = {host_port(url).rpartition(":")[0] for url in probes}  # http and https are one host
        raise CrawlerError(NO_SITE.format(sources=job.sources, count=len(hosts)))


async def _reachable(urls: list[str], connect_to: ConnectTo) -> bool:
    async with Fetcher(sink=_forget, connect_to=connect_to) as fetcher:
        return await fetcher.any_reachable(urls)


async def _pipeline(
    sites: Sequence[Site], store: Archive | None, job: Job, watch: Watch, around: Around
) -> None:
    halt = job.halt
    log.info("crawl", extra={"sites": len(sites)})
    with around():
        if job.max_seconds is not None:
            asyncio.get_running_loop().call_later(job.max_seconds, halt.ask, job.time_limit)
        fetcher = Fetcher(
            sink=counted(store.record if store else _forget, halt),
            rendered=store.record_rendered if store else _forget,
            missed=store.missed if store else _forget,
            replay=job.replay,
            connect_to=job.connect_to,
            sleep=halt.sleep,
        )
        # of saved pages there are few, however many sites
        async with fetcher, Readers.of_crawl(1 if job.replay else len(sites)) as readers:
            async for outcome in crawl(
                sites,
                fetcher=fetcher,
                archive=store,
                full=job.full,
                replay=job.replay,
                halt=halt,
                on_visit=watch.visited,
                readers=readers,
            ):
                watch.show(outcome, store)
            watch.hosts(fetcher.figures())
    log.info("end", extra={"why": halt.why or "done"})


def _forget(*_: object) -> None:
    """A sink for what is not kept."""
