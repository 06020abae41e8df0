"""`backfill`: fill in what archives have of sites, one archive after the other, one site after the other.

Takes a Job, calls an Observer with what happens. Nothing is asked of the sites themselves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Protocol

from crawler.archive import MANIFEST, Archive, Reader
from crawler.crawl import Halt
from crawler.errors import CrawlerError, Halted, LeftAlone
from crawler.fetch import ConnectTo
from crawler.fetch.archive_client import ArchiveClient
from crawler.fetch.reach import reach_of
from crawler.field.times import utc_now
from crawler.intake.backfill.archives.public_archive import PublicArchive
from crawler.intake.backfill.keep import Keeper
from crawler.intake.backfill.site_fill import Counts, SiteFill
from crawler.intake.backfill.state import STATE, State
from crawler.model import Outcome, Site
from crawler.reading.pages import PageProcess

MAX_OUTCOMES_PER_COMMIT = 64

NO_ARCHIVE = "no web archive can be reached from here ({names}); nothing was asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The request for a backfill."""

    sites: Sequence[Site]
    archives: Sequence[PublicArchive]
    connect_to: ConnectTo = field(default_factory=dict)
    deep: bool = False
    again: bool = False
    max_seconds: float | None = None
    time_limit: str = ""  # `max_seconds` as the caller wrote it
    halt: Halt = field(default_factory=Halt)
    clock: Callable[[], datetime] = utc_now


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What one archive gave of one site. `left`: why it did not come to its end; empty if it did."""

    site: str
    archive: str
    counts: Counts
    left: str = ""


class Observer(Protocol):
    """Called with what happens."""

    def begin(self, site: Site, archive: str) -> None:
        """Take the site and the archive that come next."""

    def show(self, outcome: Outcome) -> None:
        """Take the outcome of one capture."""

    def filled(self, filled: Filled) -> None:
        """Take what one archive gave of one site."""

    def message(self, text: str) -> None:
        """Take a note for people."""


Around = Callable[[], AbstractContextManager[object]]


def backfill(
    folder: Path,
    job: Job,
    observer: Observer,
    *,
    command: str,
    around: Around,
    database: str | None = None,
) -> None:
    """Fill in. `database`: address of the catalogue's database if it is not in the folder. Raises CrawlerError when no archive can be reached, before anything is made; ArchiveError."""
    _must_reach(job)
    with (
        Archive.create(
            folder,
            clock=job.clock,
            command=command,
            notify=observer.message,
            batch=MAX_OUTCOMES_PER_COMMIT,
            database=database,
        ) as archive,
        State(folder / STATE) as state,
    ):
        asyncio.run(_fill_all(archive, state, job, observer, around))
        if job.halt.why:
            archive.mark_stopped(job.halt.why)


def count(folder: Path, job: Job, observer: Observer, *, around: Around, database: str | None = None) -> None:
    """Ask the indexes alone, and archive nothing. Raises CrawlerError when no archive can be reached."""
    _must_reach(job)
    reader = Archive.read(folder, database=database) if (folder / MANIFEST).is_file() else nullcontext()
    with reader as held, State(folder / STATE, dry=True) as state:
        asyncio.run(
            _fill_all(
                None, state, job, observer, around, held=_archived_urls(held, job.sites) if held else {}
            )
        )


def _must_reach(job: Job) -> None:
    targets = [(each.entry, None) for each in job.archives]
    if not asyncio.run(reach_of(targets, connect_to=job.connect_to)).any:
        raise CrawlerError(NO_ARCHIVE.format(names=", ".join(each.name for each in job.archives)))


async def _fill_all(
    archive: Archive | None,
    state: State,
    job: Job,
    observer: Observer,
    around: Around,
    *,
    held: dict[str, list[str]] | None = None,
) -> None:
    halt = job.halt
    with around():
        if job.max_seconds is not None:
            end = partial(halt.request, job.time_limit, planned=True)
            asyncio.get_running_loop().call_later(job.max_seconds, end)
        client = ArchiveClient(
            connect_to=job.connect_to, clock=job.clock, sleep=halt.sleep, count=halt.count_exchange
        )
        async with client, PageProcess() as pages:
            for source in job.archives:
                source.service.closed_until = state.closed_until(source.name)
                for site in job.sites:
                    known = archive.page_urls(site.id) if archive else (held or {}).get(site.id, [])
                    fill = _fill(site, source, state, client, pages, archive, job, observer, known)
                    observer.begin(site, source.name)
                    observer.filled(await _run(fill, source, halt))
                if source.service.closed_until is not None:
                    state.close(source.name, source.service.closed_until)


def _fill(
    site: Site,
    source: PublicArchive,
    state: State,
    client: ArchiveClient,
    pages: PageProcess,
    archive: Archive | None,
    job: Job,
    observer: Observer,
    known: Sequence[str],
) -> SiteFill:
    fill = SiteFill(
        site=site,
        source=source,
        state=state,
        client=client.on_behalf_of(site.contact),
        show=observer.show,
        message=observer.message,
        clock=job.clock,
        may_go_on=job.halt.may_start_page,
        archived=known,
        deep=job.deep,
        again=job.again,
    )
    if archive is not None:
        fill.keeper = Keeper(site, source, archive, pages, fill.nearest)
    return fill


async def _run(fill: SiteFill, source: PublicArchive, halt: Halt) -> Filled:
    left = ""
    try:
        await fill.run()
    except LeftAlone as error:
        left = error.reason
    except Halted:
        pass
    return Filled(site=fill.site.id, archive=source.name, counts=fill.counts, left=left or halt.why or "")


def _archived_urls(reader: Reader, sites: Sequence[Site]) -> dict[str, list[str]]:
    return {site.id: reader.page_urls(site.id) for site in sites}
