"""`Archive`: the one way in and out. WARC first, then the catalogue, then the text file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from crawler import __version__
from crawler.address import canonical
from crawler.archive import identity, reading, rows
from crawler.archive.catalogue import CaptureRow, OutcomeRow, RunRow, VersionRow
from crawler.archive.damage import damage
from crawler.archive.engine import sqlite_engine, upgrade
from crawler.archive.files import write_whole
from crawler.archive.lock import acquire
from crawler.archive.warcs import RunWarcs, mend
from crawler.errors import ArchiveDamaged, ArchiveError, CrawlerError
from crawler.model import Capture, Outcome, Report, Site, Validators
from crawler.warc import WarcFile, read_records

CATALOGUE = "catalogue.db"
SOFTWARE = f"fazhi/{__version__}"


class Archive:
    """An archive folder, opened for writing by `Archive.create` or for reading by `Archive.read`.

    Every method that writes raises ArchiveDamaged when the disk or the catalogue does not take it.
    """

    def __init__(self, path: Path, engine: Engine, clock: Callable[[], datetime] | None = None) -> None:
        self.path = path
        self._engine = engine
        self._clock = clock
        self._session = Session(engine)
        self._lock: BinaryIO | None = None
        self._run: RunRow | None = None
        self._warcs: RunWarcs | None = None

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
    ) -> Self:
        """An archive to write to, made if it is not there, mended if the last run was killed.

        Raises ArchiveLocked when another process writes to it, ArchiveDamaged when it cannot be written.
        """
        try:
            path.mkdir(parents=True, exist_ok=True)
            lock = acquire(path, clock())
        except OSError as error:
            raise ArchiveDamaged(f"{path}: cannot be written: {error.strerror or error}") from error
        archive = cls(path, sqlite_engine(path / CATALOGUE, writes=True), clock)
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
        self.close(finished=kind is None or issubclass(kind, CrawlerError))

    # -- writing ------------------------------------------------------------------------------------------

    def record(self, capture: Capture) -> None:
        """Append an exchange to the WARC, flushed, before anything is made of it.

        The same payload at the same address as before becomes a `revisit` record.
        """
        with damage(self.path):
            key = canonical(capture.url)
            earlier = reading.same_capture(self._session, key, capture)
            writer, warcs = self._writer()
            place = writer.capture(capture, rows.earlier_of(earlier) if earlier else None)
            row = rows.capture_row(capture, key, place, warcs.name, "revisit" if earlier else "response")
            if earlier and capture.status == 304:  # RFC 9110, 15.4.5: a 304 may leave validators out
                row.etag, row.last_modified = (
                    row.etag or earlier.etag,
                    row.last_modified or earlier.last_modified,
                )
            self._enter(row)

    def validators(self, url: str) -> Validators | None:
        """What a conditional request for an address can be made with, when a report is held from there."""
        return reading.validators(self._session, canonical(url))

    def store(self, report: Report, capture: Capture, site: Site) -> Outcome:
        """Keep what a capture says: a new report, a new version, or the note that nothing has changed."""
        with damage(self.path):
            now = capture.fetched_at
            row = reading.latest_capture(self._session, canonical(capture.url))
            report = replace(report, url=report.url or capture.url, region=report.region or site.region)
            change = identity.settle(self._session, report, site, now, row)
            if row is not None:
                writer, _ = self._writer()
                writer.metadata(row.record_id, capture.url, now, rows.said(report, site, change.outcome))
            return self._keep(change)

    def ingest(self, report: Report, name: str, data: bytes, site: Site) -> Outcome:
        """Keep a document that came as a file: its bytes as a `resource` record, then like any other text."""
        with damage(self.path):
            now, url = self._now(), rows.import_url(name)
            row = reading.latest_capture(self._session, url)
            if row is None or row.payload_sha256 != hashlib.sha256(data).hexdigest():
                writer, warcs = self._writer()
                row = rows.document_row(
                    url, data, now, writer.resource(url, now, "text/plain", data), warcs.name
                )
                self._enter(row)
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

    # -- opening and closing ------------------------------------------------------------------------------

    def _begin(self, command: str, notify: Callable[[str], None]) -> None:
        with damage(self.path):
            now = self._now()
            upgrade(self._engine)
            for warc in mend(self.path, notify):
                self._index(warc)
            self._restore_texts()
            self._run = RunRow(started_at=now, command=command, software=SOFTWARE)
            self._session.add(self._run)
            self._session.commit()
            self._warcs = RunWarcs(
                self.path,
                now,
                {"software": SOFTWARE, "format": "WARC File Format 1.1", "description": command},
            )

    def _index(self, warc: Path) -> None:
        """Enter the captures of a mended WARC that the killed run had no time to enter."""
        name = warc.relative_to(self.path).as_posix()
        known = set(self._session.scalars(select(CaptureRow.record_id).where(CaptureRow.warc_file == name)))
        for row in reading.rows_of(read_records(warc), name):
            if row.record_id not in known:
                self._session.add(row)
        self._session.commit()

    def _restore_texts(self) -> None:
        """Write the text files that a run killed after its catalogue commit could not write."""
        killed = self._session.scalars(
            select(RunRow).where(RunRow.finished_at.is_(None)).order_by(RunRow.started_at).limit(1)
        ).first()
        if killed is None:
            return
        for version in self._session.scalars(
            select(VersionRow).where(VersionRow.last_seen >= killed.started_at)
        ):
            self._write_text(version)
        for run in self._session.scalars(select(RunRow).where(RunRow.finished_at.is_(None))):
            run.finished_at = self._now()
        self._session.commit()

    def _write_text(self, version: VersionRow) -> None:
        path = self.path / version.text_file
        data = reading.to_report(version).text().encode()
        if not path.is_file() or path.stat().st_size != len(data):
            write_whole(path, data)

    def _writer(self) -> tuple[WarcFile, RunWarcs]:
        assert self._warcs is not None, "an archive opened for reading was written to"
        return self._warcs.writer(), self._warcs

    def _enter(self, row: CaptureRow) -> None:
        row.run_id = self._run.id if self._run else None
        self._session.add(row)
        self._session.flush()

    def _keep(self, change: identity.Change) -> Outcome:
        self._commit(change.outcome)
        if change.version is not None:
            self._write_text(change.version)
        return change.outcome

    def _commit(self, outcome: Outcome) -> None:
        assert self._run is not None
        assert self._warcs is not None
        self._session.add(
            OutcomeRow(
                run_id=self._run.id,
                at=outcome.at or self._now(),
                site_id=outcome.site_id,
                url=outcome.url,
                ending=outcome.ending.value,
                detail=outcome.detail,
                report_id=outcome.report_id,
                version=outcome.version,
            )
        )
        self._warcs.sync()  # what the catalogue says is stored must be on disk before it says so
        self._session.commit()

    def close(self, *, finished: bool = True) -> None:
        """Finish the run's WARC, commit, let go of the lock.

        A run that did not finish leaves its WARC `.open`: the next one mends it and enters what it holds.
        """
        try:
            if finished and self._run is not None and self._warcs is not None:
                with damage(self.path):
                    self._warcs.close()
                    self._run.finished_at = self._now()
                    self._session.commit()
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
