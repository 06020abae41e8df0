"""The library's face: what a program may import from this project, and what stays as it is from one version to the next.

Everything in `__all__` is public and stable: the functions, `Reader` with the methods that docs/api.md lists, the nouns
and the errors. A change that would break a program that uses them comes with a new minor version (a new major one
from 1.0 on) and a line in CHANGELOG.md that says what to do. Everything else in `crawler` may change at any time.

It is a module of its own because `crawler.crawl` is a package: a function `crawl` in `crawler` would hide it.
Every path may be a `str` or an `os.PathLike`. Nothing here prints, and nothing is read or made on import.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path

from crawler.archive import Archive, Reader
from crawler.archive.catalogue.selection import ReportState
from crawler.crawl import Halt, is_trouble
from crawler.crawl.job import Job, crawl_into
from crawler.errors import (
    ArchiveDamaged,
    ArchiveError,
    ArchiveLocked,
    ConfigError,
    CrawlerError,
    ExtractError,
    NoBody,
    UnknownFormat,
)
from crawler.extract import extract, extract_text
from crawler.fetch import Replay, load_exchanges
from crawler.model import (
    JSON_KEYS,
    Attachment,
    Capture,
    Clue,
    Ending,
    Expect,
    HeaderRule,
    Headers,
    HostFigures,
    Link,
    Outcome,
    Report,
    Section,
    Site,
    SiteVisit,
    Tls,
    Version,
    Years,
)
from crawler.sources import choose, load_sites

__all__ = [
    "JSON_KEYS",
    "Archive",
    "ArchiveDamaged",
    "ArchiveError",
    "ArchiveLocked",
    "Attachment",
    "Capture",
    "Clue",
    "ConfigError",
    "CrawlerError",
    "Ending",
    "Expect",
    "ExtractError",
    "HeaderRule",
    "Headers",
    "Link",
    "NoBody",
    "Outcome",
    "Reader",
    "Report",
    "ReportState",
    "Section",
    "Site",
    "Summary",
    "Tls",
    "UnknownFormat",
    "Version",
    "Years",
    "crawl",
    "extract",
    "extract_text",
    "load_sources",
]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a crawl came to. `exit_status` is that of the command `fazhi crawl`."""

    outcomes: tuple[Outcome, ...]  # in the order they came; empty when `on_outcome` took them
    counts: Mapping[Ending, int]  # how often each ending came; 0 for those that did not
    troubled: tuple[str, ...]  # ids of the sites with an outcome to look after, sorted
    ended_early: str | None  # why something is left for the next crawl
    exit_status: int  # 0 all well; 1 trouble at a site, or something left


def load_sources(path: str | PathLike[str]) -> tuple[Site, ...]:
    """The sites of a sources.yaml and of the files it includes, in order, disabled ones among them.

    Raises ConfigError with every fault at once, each with file and line.
    """
    return load_sites(Path(path))


def crawl(
    sources: str | PathLike[str] | Iterable[Site],
    archive: str | PathLike[str],
    *,
    ids: Iterable[str] = (),
    replay: str | PathLike[str] | None = None,
    full: bool = False,
    max_seconds: float | None = None,
    max_requests: int | None = None,
    on_outcome: Callable[[Outcome], None] | None = None,
) -> Summary:
    """Crawl the sites of a sources file, or the sites given, into an archive. Return when the crawl has ended.

    The archive is made where there is none.

    - `ids`: only these sources, due or not; without, every one that is enabled and whose `every` has passed.
    - `replay`: answer every request from saved exchanges, and connect to nothing. A folder with an `exchanges.yaml`, a
      folder of such folders, or a WARC file.
    - `full`: fetch every page whole, without conditional requests, due or not.
    - `max_seconds`, `max_requests`: end in order after so much; the next crawl goes on there.
    - `on_outcome`: called with each outcome as it comes; the Summary then holds none. A crawl of thousands of sites has
      hundreds of thousands of them. An exception from it ends the crawl; what was stored before stays.

    A page or a site that fails is an outcome, never an exception. Raises ConfigError for faults in the sources, for
    unknown ids, and where there is nothing to replay; ArchiveLocked when another crawl writes to the archive;
    ArchiveDamaged when it cannot be written; CrawlerError when no site can be reached at all.

    Where an event loop runs already, as in a notebook, the crawl and `on_outcome` run in another thread, for which the
    caller waits.
    """
    named = tuple(ids)
    if isinstance(sources, str | PathLike):
        sites, place = load_sources(sources), fspath(sources)
    else:
        sites, place = tuple(sources), "those given"
    job = Job(
        sites=choose(sites, named),
        sources=place,
        replay=None if replay is None else Replay(load_exchanges(Path(replay))),
        full=full,
        anyway=full or bool(named) or replay is not None,
        max_seconds=max_seconds,
        time_limit=f"max_seconds {max_seconds}",
        halt=Halt(max_requests=max_requests),
    )
    watch = _Watch(job.sites, on_outcome)
    _outside_any_loop(
        lambda: crawl_into(Path(archive), job, watch, command="crawler.api.crawl", around=nullcontext)
    )
    return watch.summary(job.halt.why)


def _outside_any_loop(work: Callable[[], None]) -> None:
    """Do it here, or in a thread where this one's event loop runs already."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        work()
        return
    with ThreadPoolExecutor(1, thread_name_prefix="crawl") as thread:
        thread.submit(work).result()


class _Watch:
    """Counts a crawl's outcomes, and keeps them or hands them on."""

    def __init__(self, sites: Iterable[Site], on_outcome: Callable[[Outcome], None] | None) -> None:
        self._sites = {site.id: site for site in sites}
        self._outcomes: list[Outcome] = []
        self._take = on_outcome or self._outcomes.append
        self._counts: Counter[Ending] = Counter()
        self._troubled: set[str] = set()

    def show(self, outcome: Outcome, archive: Archive | None) -> None:
        self._counts[outcome.ending] += 1
        site = self._sites.get(outcome.site_id)
        if site is not None and is_trouble(outcome, site):
            self._troubled.add(outcome.site_id)
        self._take(outcome)

    def visited(self, visit: SiteVisit) -> None:
        """Not part of the Summary."""

    def hosts(self, hosts: Sequence[HostFigures]) -> None:
        """Not part of the Summary."""

    def message(self, text: str) -> None:
        log.warning(text)

    def summary(self, why: str | None) -> Summary:
        left = self._counts[Ending.LEFT] > 0
        return Summary(
            outcomes=tuple(self._outcomes),
            counts=self._counts,
            troubled=tuple(sorted(self._troubled)),
            ended_early=why if left else None,
            exit_status=1 if self._troubled or left else 0,
        )
