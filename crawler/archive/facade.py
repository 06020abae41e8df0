"""`Archive`: the one way in and out. WARC first, then the catalogue, then the text file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from crawler import __version__
from crawler.address import canonical
from crawler.archive import identity, memories, reading, rows, visits
from crawler.archive.batch import Batch
from crawler.archive.catalogue import RunRow, VersionRow, VisitRow
from crawler.archive.damage import damage
from crawler.archive.engine import sqlite_engine, upgrade
from crawler.archive.lock import acquire
from crawler.archive.reading import Entered
from crawler.archive.recovery import recover
from crawler.archive.warcs import RunWarcs
from crawler.discover import SiteMemory
from crawler.errors import ArchiveDamaged, ArchiveError, CrawlerError
from crawler.model import (
    Capture,
    Ending,
    Link,
    Outcome,
    Page,
    Rendering,
    Report,
    Site,
    SiteVisit,
    Validators,
)
from crawler.warc import Earlier, WarcFile

CATALOGUE = "catalogue.db"
SOFTWARE = f"fazhi/{__version__}"


class Archive:
    """An archive folder, opened for writing by `Archive.create` or for reading by `Archive.read`.

    Every method that writes raises ArchiveDamaged when the disk or the catalogue does not take it.
    """

    def __init__(
        self, path: Path, engine: Engine, clock: Callable[[], datetime] | None = None, batch: int = 1
    ) -> None:
        self.path = path
        self._engine = engine
        self._clock = clock
        self._session = Session(engine, expire_on_commit=False)  # nobody else writes: rows stay as they are
        self._batch = Batch(path, self._session, batch)
        self._lock: BinaryIO | None = None
        self._run: RunRow | None = None
        self._warcs: RunWarcs | None = None
        self._visits: dict[str, VisitRow] = {}  # under way, by site

    @classmethod
    def read(cls, path: Path) -> Self:
        """An archive to ask questions of. Raises ArchiveError when there is none."""
        if not (path / CATALOGUE).is_file():
            raise ArchiveError(
                f"{path}: no archive here (no {CATALOGUE}); a crawl makes one, or name it with --archive"
            )
        return cls(path, sqlite_engine(path / CATALOGUE, writes=False))

    @classmethod
    def create(
        cls,
        path: Path,
        *,
        clock: Callable[[], datetime],
        command: str = "",
        notify: Callable[[str], None] = print,
        batch: int = 1,
    ) -> Self:
        """An archive to write to, made if it is not there, mended if the last run was killed.

        `batch` is the number of entries (outcomes, visits) between two commits; `flush` commits what there is.
        Raises ArchiveLocked when another process writes to it, ArchiveDamaged when it cannot be written.
        """
        try:
            path.mkdir(parents=True, exist_ok=True)
            lock = acquire(path, clock())
        except OSError as error:
            raise ArchiveDamaged(f"{path}: cannot be written: {error.strerror or error}") from error
        archive = cls(path, sqlite_engine(path / CATALOGUE, writes=True), clock, batch)
        archive._lock = lock
        try:
            archive._begin(command, notify)
        except BaseException:
            archive._let_go()
            raise
        return archive

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, CrawlerError) and self._run is not None:
            self._run.state, self._run.detail = "failed", str(error)
        self.close(finished=kind is None or issubclass(kind, CrawlerError))

    # -- writing ------------------------------------------------------------------------------------------

    def record(self, capture: Capture) -> None:
        """Append an exchange to the WARC, flushed, before anything is made of it.

        The same payload at the same address as before becomes a `revisit` record.
        """
        with damage(self.path):
            key = canonical(capture.url)
            known = reading.same_capture(self._session, key, capture)
            writer, warcs = self._writer()
            earlier = (
                Earlier(record_id=known.record_id, url=known.url, date=known.fetched_at) if known else None
            )
            place = writer.capture(capture, earlier)
            kind = "revisit" if known else "response"
            values = rows.capture_values(capture, key, place, warcs.name, kind)
            if known and capture.status == 304:  # RFC 9110, 15.4.5: a 304 may leave validators out
                values["etag"] = values["etag"] or known.etag
                values["last_modified"] = values["last_modified"] or known.last_modified
            self._enter(values)

    def record_rendered(self, rendering: Rendering) -> None:
        """Append a page as a browser drew it, as a `conversion` of the page as served, which was recorded before."""
        with damage(self.path):
            key = canonical(rendering.url)
            origin = reading.record_of(self._session, key, rendering.of)
            assert origin is not None, "a page was rendered before it was recorded"
            writer, warcs = self._writer()
            when, dom = rendering.rendered_at, rendering.dom
            place = writer.conversion(origin, rendering.url, when, rendering.headers[0][1], dom)
            self._enter(rows.conversion_values(rendering.url, dom, when, place, warcs.name))

    def validators(self, url: str) -> Validators | None:
        """What a conditional request for an address can be made with, when a report is held from there."""
        return reading.validators(self._session, canonical(url))

    def store(self, report: Report, page: Page, site: Site) -> Outcome:
        """Keep what a page says: a new report, a new version, or the note that nothing has changed."""
        with damage(self.path):
            now = page.fetched_at
            row = self._batch.latest_capture(canonical(page.url))
            report = replace(report, url=report.url or page.url, region=report.region or site.region)
            change = identity.settle(self._session, report, site, now, row)
            if isinstance(page, Rendering):
                change = change.saying(page.note)
            if row is not None:
                writer, _ = self._writer()
                writer.metadata(row.record_id, page.url, now, rows.said(report, site, change.outcome))
            return self._keep(change)

    def ingest(self, report: Report, name: str, data: bytes, site: Site) -> Outcome:
        """Keep a document that came as a file: its bytes as a `resource` record, then like any other text."""
        with damage(self.path):
            now, url = self._now(), rows.import_url(name)
            row = self._batch.latest_capture(url)
            if row is None or row.payload_sha256 != hashlib.sha256(data).hexdigest():
                writer, warcs = self._writer()
                place = writer.resource(url, now, "text/plain", data)
                row = self._enter(rows.document_values(url, data, now, place, warcs.name))
            return self._keep(identity.settle(self._session, replace(report, url=url), site, now, row))

    def confirm(self, url: str, capture: Capture, site: Site) -> Outcome:
        """A 304: what is held from this address is still what stands there."""
        with damage(self.path):
            outcome = identity.confirm(self._session, canonical(url), url, site, capture.fetched_at)
            self._commit(outcome)
            return outcome

    def note(self, outcome: Outcome) -> Outcome:
        """Keep how a visit ended that stored nothing."""
        with damage(self.path):
            self._commit(outcome)
            return outcome

    # -- runs and visits ----------------------------------------------------------------------------------

    @property
    def started_at(self) -> datetime:
        """When this run began."""
        assert self._run is not None
        return self._run.started_at

    def pasts(self) -> dict[str, visits.Past]:
        """What is known of the visits of each site, by its id."""
        return visits.pasts(self._session)

    def begin_visit(self, visit: SiteVisit) -> None:
        """Note that a site is being visited, so that a killed visit is known to be unfinished."""
        with damage(self.path):
            assert self._run is not None
            row = VisitRow(run_id=self._run.id, site_id=visit.site_id, began_at=visit.began_at)
            visits.fill(row, visit)
            self._visits[visit.site_id] = row
            self._session.add(row)
            self._entered()

    def end_visit(self, visit: SiteVisit) -> None:
        """Note how a site's visit ended and what it left."""
        with damage(self.path):
            if visit.site_id not in self._visits:
                self.begin_visit(visit)
            row = self._visits.pop(visit.site_id)
            visits.fill(row, visit)
            row.ended_at = self._now()
            self._entered()

    def memory(self, site_id: str) -> SiteMemory | None:
        """What is remembered of a site's lists."""
        return memories.memory(self._session, site_id)

    def learn(self, site_id: str, memory: SiteMemory) -> None:
        """Remember this of a site's lists, from the next commit on."""
        with damage(self.path):
            memories.learn(self._session, site_id, memory)
            self._entered()

    def known(self, site_id: str, before: datetime) -> list[Link]:
        """The addresses that a site's reports are held from, where they were last seen before that time."""
        return list(memories.known(self._session, site_id, before))

    def stopped(self, why: str) -> None:
        """Note that this run ends in order, but with something left."""
        assert self._run is not None
        self._run.state, self._run.detail = "stopped", why

    # -- reading ------------------------------------------------------------------------------------------

    def reports(self, *, region: str | None = None, year: int | None = None) -> list[Report]:
        """The latest version of every report, by region, year and date; a region takes in what lies within it."""
        with damage(self.path):
            return [reading.to_report(row) for row in reading.latest(self._session, region=region, year=year)]

    def show(self, report_id: str, version: int | None = None) -> Report:
        """One report by its id (or an unambiguous start of it), in its latest version or the one asked for."""
        with damage(self.path):
            return reading.to_report(reading.find_version(self._session, report_id, version))

    def history(self, report_id: str) -> list[VersionRow]:
        """All versions of a report, oldest first."""
        return list(reading.find_version(self._session, report_id, None).report.versions)

    def locations(self, report_id: str) -> list[str]:
        """The addresses a report was found at, first one first."""
        return [page.url for page in reading.find_version(self._session, report_id, None).report.pages]

    def endings(self) -> dict[Ending, int]:
        """How often each ending was noted in this run."""
        assert self._run is not None
        return reading.endings(self._session, self._run.id)

    # -- opening and closing ------------------------------------------------------------------------------

    def _begin(self, command: str, notify: Callable[[str], None]) -> None:
        with damage(self.path):
            now = self._now()
            upgrade(self._engine)
            recover(self.path, self._session, now, notify)
            self._run = RunRow(started_at=now, command=command, software=SOFTWARE)
            self._session.add(self._run)
            self._session.commit()
            self._warcs = RunWarcs(
                self.path,
                now,
                {"software": SOFTWARE, "format": "WARC File Format 1.1", "description": command},
            )

    def _writer(self) -> tuple[WarcFile, RunWarcs]:
        assert self._warcs is not None, "an archive opened for reading was written to"
        return self._warcs.writer(), self._warcs

    def _enter(self, values: dict[str, Any]) -> Entered:
        return self._batch.capture(values | {"run_id": self._run.id if self._run else None})

    def _keep(self, change: identity.Change) -> Outcome:
        if change.text_file is not None:
            self._batch.text(change.text_file, change.text)
        self._commit(change.outcome)
        return change.outcome

    def _commit(self, outcome: Outcome) -> None:
        assert self._run is not None
        self._batch.outcome(rows.outcome_values(outcome, self._run.id, self._now()))
        self._entered()

    def _entered(self) -> None:
        if self._batch.is_due():
            self.flush()

    def flush(self) -> None:
        """Everything stored so far is on disk when this returns."""
        with damage(self.path):
            self._batch.commit(self._warcs)

    def close(self, *, finished: bool = True) -> None:
        """Finish the run's WARC, commit, let go of the lock.

        A run that did not finish leaves its WARC `.open`: the next one mends it and enters what it holds.
        """
        try:
            if finished and self._run is not None and self._warcs is not None:
                with damage(self.path):
                    self._warcs.close()
                    self._run.finished_at = self._now()
                    if self._run.state == "running":
                        self._run.state = "finished"
                    self.flush()
        finally:
            self._let_go()

    def _now(self) -> datetime:
        assert self._clock is not None, "an archive opened for reading was written to"
        return self._clock()

    def _let_go(self) -> None:
        self._session.close()
        self._engine.dispose()
        if self._warcs is not None:
            self._warcs.abandon()
        if self._lock is not None:
            self._lock.close()
            self._lock = None
