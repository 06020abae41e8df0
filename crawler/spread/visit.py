"""One visit of some sites by a worker: a scratch archive with their slice, the crawl as on one machine, its segment.

Takes the sites and their slice; gives the finished WARC files of the visit, by the names that they get as segments.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

from crawler.address import normal
from crawler.archive import EMPTY_SLICE, ScratchArchive, Slice, finished_segments, write_scratch
from crawler.crawl.first_steps import start_urls
from crawler.crawl.halt import Halt
from crawler.crawl.run import counting_sink, crawl
from crawler.fetch import ConnectTo, Fetcher, Turns
from crawler.field.times import utc_now
from crawler.model import Outcome, Site
from crawler.reading.pages import PageProcess
from crawler.spread.rounds import Rounds

P = ParamSpec("P")
T = TypeVar("T")

_BATCH = 256
"""Acts between two commits of a scratch archive. A kill loses none of those before: they are in its journal."""


class SharedPages(PageProcess):
    """The process that reads the pages of all visits of a worker. That one of them ends hastens none of the others."""

    def __init__(self, rounds: Rounds | None = None) -> None:
        super().__init__()
        self._rounds = rounds or Rounds()

    async def run(self, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Return or raise what `work` does, in a round of its own."""
        result = await super().run(work, *args, **named)
        await self._rounds.next()
        return result

    def hasten(self, why: str) -> None:
        """Do nothing: a visit that must end waits for its own pages no longer than its grace."""

    def hasten_all(self, why: str) -> None:
        """Give each page of all visits little time from now on: the worker must end."""
        super().hasten(why)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitJob:
    """What a visit needs. `turns`: where the servers' turns are asked for; None: this process alone asks them."""

    sites: Sequence[Site]
    held: Slice
    scratch: Path  # an empty folder of its own
    evidence: Path | None  # folder of the whole archive, if it can be read from here
    command: str  # of the run, as the archive notes it
    page_process: PageProcess
    turns: Turns | None = None
    connect_to: ConnectTo = field(default_factory=dict)
    halt: Halt = field(default_factory=Halt)
    clock: Callable[[], datetime] = utc_now
    rounds: Rounds = field(default_factory=Rounds)  # in which scratch archives are made and closed


async def visit(job: VisitJob, shown: Callable[[Outcome], None] = lambda _: None) -> dict[str, Path]:
    """Visit the sites of a job; return the files of its segment. Raises ArchiveError if the scratch archive cannot be written."""
    await job.rounds.next(first=True)
    write_scratch(job.scratch, job.held, job.evidence, job.clock())
    with ScratchArchive.create(
        job.scratch, clock=job.clock, command=job.command, notify=_ignore, batch=_BATCH
    ) as store:
        fetcher = Fetcher(
            sink=counting_sink(store.record, job.halt),
            rendered=store.record_rendered,
            missed=store.missed,
            connect_to=job.connect_to,
            turns=job.turns,
            sleep=job.halt.sleep,
            clock=job.clock,
        )
        async with fetcher:
            outcomes = crawl(
                job.sites,
                fetcher=fetcher,
                archive=store,
                halt=job.halt,
                page_process=job.page_process,
                commit_interval=None,
            )
            async for outcome in outcomes:
                shown(outcome)
        await job.rounds.next()
    return finished_segments(job.scratch)


def warm_up(folder: Path, now: datetime) -> None:
    """Make what the first scratch archive takes long for and all others use, before hundreds of visits begin. `folder`: is removed."""
    write_scratch(folder, EMPTY_SLICE, None, now)
    shutil.rmtree(folder)


def hosts_of(sites: Iterable[Site]) -> list[str]:
    """Return the host names in the addresses of sites, sorted, in the form of canonical URLs."""
    hosts = {urlsplit(normal(url) or url).hostname for site in sites for url in start_urls([site])}
    return sorted(host for host in hosts if host)


def _ignore(_: object) -> None:
    """Take a notice about the scratch archive, which lives for one visit."""
