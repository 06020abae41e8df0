"""The public API: what a program may import from this project.

Everything in `__all__` is public and stable: the functions, `Reader` with the methods that docs/api.md lists, the data
types and the errors. A change that breaks a program comes with a new minor version (from 1.0 on a new major one) and a
line in CHANGELOG.md that says what to do. Everything else in `crawler` may change in any version.

The API is a module of its own because `crawler.crawl` is a package: a function `crawl` in `crawler` would hide it.
Every path may be a `str` or an `os.PathLike`. Nothing here prints; nothing is read or created on import.
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

from crawler.anchoring import AnchorSettings
from crawler.archive import Archive, Reader
from crawler.archive.catalogue.selection import ReportState
from crawler.crawl import Halt, fails_crawl, is_trouble
from crawler.crawl.job import Job, crawl_into
from crawler.errors import (
    ArchiveDamaged,
    ArchiveError,
    ArchiveLocked,
    ConfigError,
    CrawlerError,
    ExtractError,
    NoArchive,
    NoBody,
    NoNetwork,
    UnknownFormat,
)
from crawler.extract import extract, extract_text
from crawler.fetch import Replay, load_exchanges
from crawler.model import (
    JSON_KEYS,
    AsPublished,
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
    Proxy,
    ProxyScheme,
    ProxyUse,
    RecordPlace,
    Report,
    Section,
    Site,
    SiteVisit,
    Tls,
    Version,
    Years,
)
from crawler.questions.changes import (
    Change,
    ChangedText,
    ChangeFinding,
    ChangeKind,
    ChangePlace,
    Changes,
    changes,
)
from crawler.questions.cite import Citation, cite, format_citation
from crawler.questions.coverage import (
    CoverageCell,
    CoverageChange,
    CoverageReason,
    CoverageRow,
    CoverageStatus,
    coverage,
    newly_overdue,
    no_longer_overdue,
)
from crawler.questions.export import Delivery, export
from crawler.questions.indicators.panel import ReportFigures, indicators
from crawler.questions.indicators.rules import Indicator
from crawler.questions.indicators.statements import Statement
from crawler.questions.search import Match, SearchResult, Snippet, search
from crawler.sources import choose, load, load_sites

__all__ = [
    "JSON_KEYS",
    "Archive",
    "ArchiveDamaged",
    "ArchiveError",
    "ArchiveLocked",
    "AsPublished",
    "Attachment",
    "Capture",
    "Change",
    "ChangeFinding",
    "ChangeKind",
    "ChangePlace",
    "ChangedText",
    "Changes",
    "Citation",
    "Clue",
    "ConfigError",
    "CoverageCell",
    "CoverageChange",
    "CoverageReason",
    "CoverageRow",
    "CoverageStatus",
    "CrawlerError",
    "Delivery",
    "Ending",
    "Expect",
    "ExtractError",
    "HeaderRule",
    "Headers",
    "Indicator",
    "Link",
    "Match",
    "NoArchive",
    "NoBody",
    "NoNetwork",
    "Outcome",
    "Proxy",
    "ProxyScheme",
    "ProxyUse",
    "Reader",
    "RecordPlace",
    "Report",
    "ReportFigures",
    "ReportState",
    "SearchResult",
    "Section",
    "Site",
    "Snippet",
    "Statement",
    "Summary",
    "Tls",
    "UnknownFormat",
    "Version",
    "Years",
    "changes",
    "cite",
    "coverage",
    "crawl",
    "export",
    "extract",
    "extract_text",
    "format_citation",
    "indicators",
    "load_sources",
    "newly_overdue",
    "no_longer_overdue",
    "search",
]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The result of a crawl. `exit_status` is that of the command `fazhi crawl`."""

    outcomes: tuple[Outcome, ...]  # in the order they came; empty with `on_outcome`
    counts: Mapping[Ending, int]  # how often each ending came; 0 for the others
    troubled: tuple[str, ...]  # ids of the sites with trouble, sorted
    ended_early: str | None  # why addresses are left for the next crawl; None if none is
    exit_status: int  # 0 all well; 1 trouble at a site, addresses left by a budget or a proxy, or the archive not anchored as `defaults:` ask


def load_sources(path: str | PathLike[str]) -> tuple[Site, ...]:
    """Return the sites of a sources.yaml and of the files it includes, in order, also disabled ones.

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
    database: str | None = None,
) -> Summary:
    """Crawl the sites of a sources file, or the sites given, into an archive. Return when the crawl has ended.

    The archive is created if it does not exist.

    - `ids`: visit only these sites, due or not. Without, every enabled site whose `every` has passed.
    - `replay`: answer every request from saved exchanges and connect to nothing. A folder with an `exchanges.yaml`, a
      folder of such folders, or a WARC file.
    - `full`: fetch every page whole, without conditional requests, due or not.
    - `max_seconds`, `max_requests`: end in order after that; the next crawl goes on there.
    - `on_outcome`: called with each outcome as it comes; the Summary then holds none. A crawl of thousands of sites has
      hundreds of thousands of outcomes. An exception from it ends the crawl; what is stored by then stays.
    - `database`: the catalogue is in this database, such as postgresql+psycopg://user@host/name, and not in the archive's
      folder. All that reads the archive names it too.

    A page or a site that fails is an outcome, never an exception. Raises ConfigError for faults in the sources, for
    unknown ids, and for a `replay` without exchanges; ArchiveLocked when another crawl writes to the archive;
    ArchiveDamaged when it cannot be written; NoNetwork when no site can be reached.

    Where an event loop already runs, as in a notebook, the crawl and `on_outcome` run in another thread while the caller
    waits.
    """
    chosen = tuple(ids)
    anchoring = None
    if isinstance(sources, str | PathLike):
        loaded, name = load(Path(sources)), fspath(sources)
        sites = loaded.sites
        if loaded.anchoring.anchor:
            anchoring = AnchorSettings.of(loaded.anchoring, offline=replay is not None)
    else:
        sites, name = tuple(sources), "those given"
    job = Job(
        sites=choose(sites, chosen),
        sources=name,
        replay=None if replay is None else Replay(load_exchanges(Path(replay))),
        full=full,
        anyway=full or bool(chosen) or replay is not None,
        max_seconds=max_seconds,
        time_limit=f"max_seconds {max_seconds}",
        halt=Halt(max_requests=max_requests),
        anchoring=anchoring,
    )
    counter = _OutcomeCounter(job.sites, job.halt, on_outcome)
    anchored = _outside_any_loop(
        lambda: crawl_into(
            Path(archive), job, counter, command="crawler.api.crawl", around=nullcontext, database=database
        )
    )
    return counter.summary(job.halt.why, anchored=anchored)


def _outside_any_loop(work: Callable[[], bool]) -> bool:
    """Run `work` in this thread, or in a new one if an event loop already runs in this one."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return work()
    with ThreadPoolExecutor(1, thread_name_prefix="crawl") as thread:
        return thread.submit(work).result()


class _OutcomeCounter:
    """Observer that counts outcomes, and keeps them or passes them to `on_outcome`."""

    def __init__(
        self, sites: Iterable[Site], halt: Halt, on_outcome: Callable[[Outcome], None] | None
    ) -> None:
        self._sites = {site.id: site for site in sites}
        self._halt = halt
        self._failed = False
        self._outcomes: list[Outcome] = []
        self._take = on_outcome or self._outcomes.append
        self._counts: Counter[Ending] = Counter()
        self._troubled: set[str] = set()

    def show(self, outcome: Outcome, archive: Archive | None) -> None:
        self._counts[outcome.ending] += 1
        site = self._sites.get(outcome.site_id)
        if site is not None and is_trouble(outcome, site):
            self._troubled.add(outcome.site_id)
        self._failed |= fails_crawl(outcome, site, self._halt)
        self._take(outcome)

    def visited(self, visit: SiteVisit) -> None:
        """Not part of the Summary."""

    def hosts(self, hosts: Sequence[HostFigures]) -> None:
        """Not part of the Summary."""

    def message(self, text: str) -> None:
        log.warning(text)

    def summary(self, why: str | None, *, anchored: bool) -> Summary:
        left = self._counts[Ending.LEFT] > 0
        return Summary(
            outcomes=tuple(self._outcomes),
            counts=self._counts,
            troubled=tuple(sorted(self._troubled)),
            ended_early=why if left else None,
            exit_status=1 if self._failed or not anchored else 0,
        )
