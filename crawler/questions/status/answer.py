"""`status`: the state of an archive. Reads it without a lock, also while a run writes, and before the first run."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from os import PathLike
from pathlib import Path

from crawler.archive import EMPTY_HEAD, MANIFEST, Reader, manifest_entries
from crawler.archive.catalogue.databases.base import Catalogue
from crawler.archive.catalogue.databases.opening import open_catalogue
from crawler.archive.damage import errors_as_damage
from crawler.archive.evidence.lock import is_held
from crawler.archive.reader_queries.site_facts import HeldReport, RunFacts
from crawler.archive.storage.places import as_archive
from crawler.model import Site
from crawler.questions.status.attention import Alert, Facts, alerts
from crawler.questions.status.sizes import free_bytes, sizes
from crawler.questions.status.sources import SourceResult, SourceStatus, source_statuses

_BEFORE_FIRST_RUN = {"README.md", ".gitignore", ".lock", MANIFEST}
"""All that a folder may contain to be taken for an archive before its first run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStatus:
    """A run. `state`: running, finished, stopped (in order, with work left), failed or killed."""

    number: int
    state: str
    started_at: datetime
    finished_at: datetime | None
    detail: str
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The state of an archive at a time. Sizes are in bytes."""

    archive: Path
    at: datetime
    last_run: RunStatus | None  # None before the first one
    last_ended_run: RunStatus | None  # the last one that ended in order, complete or not
    sources: tuple[SourceStatus, ...]
    sources_known: bool  # the entries of sources.yaml were given, so it is known what is due
    reports_by_year: Mapping[int | None, int]  # None: on no single year
    newest: HeldReport | None  # of all sources, the one first seen last
    sizes: Mapping[str, int]
    free: int
    head: str  # SHA-256 of the chain's last line; zeros before the first run
    lines: int  # of the chain
    alerts: tuple[Alert, ...] = field(default=())

    @property
    def reports(self) -> int:
        """Number of reports held."""
        return sum(self.reports_by_year.values())

    @property
    def size(self) -> int:
        """Bytes of the whole archive."""
        return sum(self.sizes.values())

    @property
    def configured(self) -> tuple[SourceStatus, ...]:
        """The sources that a crawl visits."""
        return tuple(source for source in self.sources if source.configured)

    @property
    def failing(self) -> tuple[SourceStatus, ...]:
        """The sources whose last visit failed, those that have failed for the longest time first."""
        found = [(source.failure.since, source) for source in self.configured if source.failure]
        return tuple(source for _, source in sorted(found, key=lambda pair: (pair[0], pair[1].id)))

    def results(self) -> dict[SourceResult, int]:
        """Return how many sources have each result."""
        counts = Counter(source.result for source in self.configured)
        return {result: counts[result] for result in SourceResult}

    @property
    def due(self) -> int:
        """Number of sources that the next crawl visits."""
        return sum(source.is_due or False for source in self.sources)

    @property
    def next_due_at(self) -> datetime | None:
        """When the next source that is not due yet will be; None if there is none."""
        return min((s.due_at for s in self.sources if s.due_at and not s.is_due), default=None)


def _print_notice(text: str) -> None:
    print(text, file=sys.stderr)


def status(
    archive: str | PathLike[str],
    sites: Sequence[Site] | None = None,
    *,
    now: datetime,
    notify: Callable[[str], None] = _print_notice,
    database: str | None = None,
) -> Status:
    """Return the state of an archive at `now` (aware). Read permission is enough.

    `sites`: the entries of sources.yaml, disabled ones too; without them it is not known what is due. `notify` gets a
    message if the catalogue has an earlier schema. `database`: address of the catalogue's database if it is not in the
    folder. Raises NoArchive, ArchiveDamaged, ArchiveTooNew.
    """
    path = as_archive(archive)
    with errors_as_damage(path):
        catalogue = open_catalogue(path, database)
        if not catalogue.exists() and _is_before_first_run(path):
            found = _answer(catalogue, None, sites, now)
        else:
            with Reader.of(catalogue, notify=notify) as store:
                found = _answer(catalogue, store, sites, now)
    facts = Facts(
        now=now,
        run_state=found.last_run.state if found.last_run else None,
        run_detail=found.last_run.detail if found.last_run else "",
        sources=found.sources,
        size=found.size,
        free=found.free,
    )
    return replace(found, alerts=tuple(alerts(facts)))


def _is_before_first_run(path: Path) -> bool:
    """Whether a folder is an archive to which nothing was written yet."""
    return path.is_dir() and {entry.name for entry in path.iterdir()} <= _BEFORE_FIRST_RUN


def _answer(
    catalogue: Catalogue, store: Reader | None, sites: Sequence[Site] | None, now: datetime
) -> Status:
    path = catalogue.archive
    sources = source_statuses(store, sites, now=now)
    held = [source.newest for source in sources if source.newest]
    head, lines = EMPTY_HEAD, 0
    for entry in manifest_entries(path):
        head, lines = entry.sha256, entry.number
    return Status(
        archive=path,
        at=now,
        last_run=_run(path, store.last_run() if store else None),
        last_ended_run=_run(path, store.last_run(ended=True) if store else None),
        sources=sources,
        sources_known=sites is not None,
        reports_by_year=store.reports_by_year() if store else {},
        newest=max(held, key=lambda report: (report.first_seen, report.id), default=None),
        sizes=sizes(catalogue),
        free=free_bytes(path),
        head=head,
        lines=lines,
    )


def _run(path: Path, facts: RunFacts | None) -> RunStatus | None:
    """Return a run. The catalogue calls a killed one `running` until the next one; whether its process lives tells them apart."""
    if facts is None:
        return None
    is_killed = facts.state == "running" and is_held(path) is False
    return RunStatus(
        number=facts.number,
        state="killed" if is_killed else facts.state,
        started_at=facts.started_at,
        finished_at=facts.finished_at,
        detail=facts.detail,
        command=facts.command,
    )
