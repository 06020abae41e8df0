"""Run a whole crawl into an archive: check the network, plan which sites are due, set up Fetcher and parsing, crawl.

Takes a Job, calls an Observer with what happens. The command line and the library both run it; `run` does the crawling.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

from crawler.address import host_port
from crawler.anchoring import AnchorSettings, anchor_after_crawl
from crawler.archive import MANIFEST, Archive
from crawler.archive.damage import errors_as_damage
from crawler.crawl.first_steps import start_urls
from crawler.crawl.halt import Halt
from crawler.crawl.run import counting_sink, crawl
from crawler.crawl.schedule import Plan, plan
from crawler.errors import NoNetwork
from crawler.fetch import ConnectTo, Fetcher, Replay
from crawler.fetch.reach import Reach, reach_of
from crawler.field.counting import counted
from crawler.field.times import china_day, utc_now
from crawler.model import HostFigures, Outcome, Proxy, Site, SiteVisit
from crawler.reading.pages import PageProcess

MAX_PROBES = 40
"""Hosts that are tried before a crawl. If none of them answers, there is no network."""

NO_SITE = "no site of {sources} can be reached from here ({hosts} tried){proxies}; `make demo` shows the whole job offline"

MIN_PROBES = 3
"""Hosts that must fail before an archive's later crawls end for want of a network: fewer may be down by themselves."""

TELL_AGAIN_AFTER = timedelta(weeks=1)
"""A network that stays away is told once in this time, like other trouble."""

MAX_OUTCOMES_PER_COMMIT = 64
"""After so many outcomes the archive commits at once; otherwise after a second, see `run`."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The request for a crawl."""

    sites: Sequence[Site]
    sources: str  # name of the file they come from, for messages
    replay: Replay | None = None
    connect_to: ConnectTo = field(default_factory=dict)
    full: bool = False
    anyway: bool = False  # visit also sites that are not due
    max_seconds: float | None = None
    time_limit: str = ""  # `max_seconds` as the caller wrote it, for the reason of ending
    halt: Halt = field(default_factory=Halt)
    anchoring: AnchorSettings | None = None  # None: the archive is not anchored at the end


class Observer(Protocol):
    """Called with what happens in a crawl."""

    def show(self, outcome: Outcome, archive: Archive | None) -> None:
        """Take the outcome of one address; `archive` is None in a dry run."""

    def visited(self, visit: SiteVisit) -> None:
        """Take the finished visit of one site."""

    def hosts(self, hosts: Sequence[HostFigures]) -> None:
        """Take the figures of each host, at the end."""

    def message(self, text: str) -> None:
        """Take a note for people, such as that the archive repaired what a killed run left."""


Around = Callable[[], AbstractContextManager[object]]
"""Returns a context manager in which the crawl runs, inside the event loop: for signal handlers, or a line of progress."""


def crawl_into(
    archive: Path,
    job: Job,
    observer: Observer,
    *,
    command: str,
    around: Around,
    database: str | None = None,
) -> bool:
    """Visit the sites that are due and archive what they give. `command`: the run's command, as the archive notes it.

    `database`: address of the catalogue's database if it is not in the folder.

    Returns False if the archive was to be anchored at the end and that failed, which the observer has been told. Raises NoNetwork before an archive is made or a site visited; ArchiveError.
    """
    with errors_as_damage(archive):
        first = not (archive / MANIFEST).is_file()
    if first:
        _must_reach(job.sites, job)
    notify = observer.message
    with Archive.create(
        archive,
        clock=utc_now,
        command=command,
        notify=notify,
        batch=MAX_OUTCOMES_PER_COMMIT,
        database=database,
    ) as store:
        planned = plan(job.sites, store.pasts(), store.started_at, anyway=job.anyway)
        if warning := planned.clock_warning():
            observer.message(warning)
        for outcome in planned.not_due_outcomes():
            observer.show(outcome, store)
        if not first:
            _must_still_reach(planned, store, job, observer)
        asyncio.run(_pipeline(planned.due, store, job, observer, around))
    return job.anchoring is None or anchor_after_crawl(archive, job.anchoring, clock=utc_now, notify=notify)


def dry_run(job: Job, observer: Observer, *, around: Around) -> None:
    """Read the lists of all sites and archive nothing. Raises NoNetwork when no site can be reached."""
    _must_reach(job.sites, job)
    asyncio.run(_pipeline(job.sites, None, job, observer, around))


def _must_reach(sites: Sequence[Site], job: Job) -> None:
    """Raise NoNetwork when no site can be reached: one error instead of a failure for each of thousands of sites."""
    probes = _probes(sites, job)
    if probes and not (reach := _reach(probes, job)).any:
        raise NoNetwork(_no_site(job, probes, reach))


def _must_still_reach(planned: Plan, store: Archive, job: Job, observer: Observer) -> None:
    """Raise NoNetwork when neither a site that is due nor another one can be reached. Say so if that was so before and is over.

    The others count because the sites that are due may be those alone that are down.
    """
    due = _probes(planned.due, job)
    if not due:
        return
    before = store.failures_before(NO_SITE.partition("(")[0].format(sources=job.sources))
    reach = _reach(due, job)
    if not reach.any:
        tried = _probes([*planned.due, *(site for site, _ in planned.not_due)], job)
        if len(_hosts(tried)) >= MIN_PROBES and not _reach(tried[len(due) :], job).any:
            is_told = before is not None and not _is_due_again(*before, store.started_at)
            raise NoNetwork(_no_site(job, tried, reach), is_told=is_told)
    if before is not None:
        observer.message(f"sites can be reached again; none could be since {china_day(before[0])}")


def _is_due_again(since: datetime, last: datetime, now: datetime) -> bool:
    """Whether a week since `since` has passed between the last run and now."""
    return (now - since) // TELL_AGAIN_AFTER > (last - since) // TELL_AGAIN_AFTER


_Probe = tuple[str, Proxy | None]


def _probes(sites: Sequence[Site], job: Job) -> list[_Probe]:
    """Return an address of each host, with its proxy, of so many hosts as are tried; none in a replay."""
    if job.replay is not None:
        return []
    first = {host_port(url): (url, site.proxy) for site in sites for url in start_urls([site])}
    return list(first.values())[:MAX_PROBES]


def _reach(probes: Sequence[_Probe], job: Job) -> Reach:
    return asyncio.run(reach_of(probes, connect_to=job.connect_to))


def _hosts(probes: Sequence[_Probe]) -> set[str]:
    return {host_port(url).rpartition(":")[0] for url, _ in probes}  # http and https are one host


def _no_site(job: Job, probes: Sequence[_Probe], reach: Reach) -> str:
    hosts = counted(len(_hosts(probes)), "host")
    proxies = "".join(f"; {fault}" for fault in reach.proxies)
    return NO_SITE.format(sources=job.sources, hosts=hosts, proxies=proxies)


async def _pipeline(
    sites: Sequence[Site], store: Archive | None, job: Job, observer: Observer, around: Around
) -> None:
    halt = job.halt
    log.info("crawl", extra={"sites": len(sites)})
    with around():
        if job.max_seconds is not None:
            end = partial(halt.request, job.time_limit, planned=True)
            asyncio.get_running_loop().call_later(job.max_seconds, end)
        fetcher = Fetcher(
            sink=counting_sink(store.record if store else _forget, halt),
            rendered=store.record_rendered if store else _forget,
            missed=store.missed if store else _forget,
            replay=job.replay,
            connect_to=job.connect_to,
            sleep=halt.sleep,
        )
        async with fetcher, PageProcess() as page_process:
            async for outcome in crawl(
                sites,
                fetcher=fetcher,
                archive=store,
                full=job.full,
                replay=job.replay,
                halt=halt,
                on_visit=observer.visited,
                page_process=page_process,
            ):
                observer.show(outcome, store)
            observer.hosts(fetcher.figures())
    log.info("end", extra={"why": halt.why or "done"})


def _forget(*_: object) -> None:
    """Sink for what is not archived."""
