"""`Archive`: the one way in. WARC first, then the catalogue, then the text file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from sqlalchemy import Engine

from crawler import __version__
from crawler.address import canonical
from crawler.archive import acts, reading, rows, texts, visits
from crawler.archive.catalogue import RunRow, VersionRow
from crawler.archive.damage import damage
from crawler.archive.engine import sqlite_engine, upgrade
from crawler.archive.files import write_all
from crawler.archive.identity import Change
from crawler.archive.ledger import Ledger
from crawler.archive.lock import acquire
from crawler.archive.manifest import Manifest
from crawler.archive.merging import bring, enter_merged
from crawler.archive.reader import CATALOGUE, LOST, Reader
from crawler.archive.recovery import recover, run_facts
from crawler.archive.rows import Entered
from crawler.archive.versions import reextract
from crawler.archive.warcs import RunWarcs, closed
from crawler.errors import ArchiveDamaged, ArchiveError, CrawlerError
from crawler.model import Capture, Ending, Outcome, Page, Rendering, Report, Site, SiteVisit, Validators
from crawler.warc import Earlier, Place, warc_date

SOFTWARE = f"fazhi/{__version__}"
CONFORMS_TO = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """When and in which captures a text was seen."""

    now: datetime
    row: Entered | None
    further: Sequence[Entered] = ()
    came_from: Sequence[str] = ()
    note: str = ""


class Archive(Reader):
    """An archive folder, opened for writing by `Archive.create`; what only reads it is a Reader (`Archive.read`).

    Every method that writes raises ArchiveDamaged when the disk or the catalogue does not take it; nothing more can
    be written then, and the next run finds all that was stored before.
    """

    def __init__(self, path: Path, engine: Engine, clock: Callable[[], datetime], batch: int = 1) -> None:
        super().__init__(path, engine)
        self._clock = clock
        self._batch = batch
        self._pending = 0  # entered since the last commit
        self._lock: BinaryIO | None = None
        self._run: RunRow | None = None
        self._ledger: Ledger | None = None
        self._manifest: Manifest | None = None
        self._warcs: RunWarcs | None = None

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
        if not (path / CATALOGUE).exists() and closed(path):
            lock.close()
            raise ArchiveDamaged(f"{path}: {LOST}")
        archive = cls(path, sqlite_engine(path / CATALOGUE, writes=True), clock, batch)
        archive._lock = lock
        try:
            archive._begin(command, notify)
        except BaseException:
            archive._let_go()
            raise
        return archive

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, CrawlerError) and self._run is not None:
            self._run.state, self._run.detail = "failed", str(error)
        in_order = kind is None or issubclass(kind, CrawlerError)
        self.close(finished=in_order and not isinstance(error, ArchiveError))

    # -- writing ------------------------------------------------------------------------------------------

    def record(self, capture: Capture, *, origin: str | None = None) -> None:
        """Append an exchange to the WARC, flushed, before anything is made of it.

        The same payload at the same address as before becomes a `revisit` record. `origin`: see Fazhi-Origin.
        """
        with damage(self.path):
            key, sha256 = canonical(capture.url), hashlib.sha256(capture.payload).digest()
            known = reading.same_capture(self._session, key, capture, sha256.hex())
            earlier = (
                Earlier(record_id=known.record_id, url=known.url, date=known.fetched_at) if known else None
            )
            ledger, warcs = self._open()
            place = warcs.writer().capture(capture, earlier, digest=sha256, origin=origin)
            kind = "revisit" if known else "response"
            warcs.index(capture, place, kind, sha256)
            values = rows.capture_values(
                capture, key, place, warcs.name, kind, sha256=sha256.hex(), origin=origin
            )
            ledger.enter(values | reading.revalidated(values, known))

    def record_rendered(self, rendering: Rendering) -> None:
        """Append a page as a browser drew it, as a `conversion` of the page as served, which was recorded before."""
        with damage(self.path):
            origin = reading.record_of(self._session, canonical(rendering.url), rendering.of)
            assert origin is not None, "a page was rendered before it was recorded"
            ledger, warcs = self._open()
            when, dom, url = rendering.rendered_at, rendering.dom, rendering.url
            place = warcs.writer().conversion(origin, url, when, rendering.headers[0][1], dom)
            digest = hashlib.sha256(dom).hexdigest()
            ledger.enter(rows.document_values("conversion", url, digest, when, place, warcs.name))

    def holds(self, capture: Capture) -> bool:
        """Whether an exchange is archived already: same address, time and payload."""
        return reading.holds(self._session, canonical(capture.url), capture)

    def validators(self, url: str) -> Validators | None:
        """What a conditional request for an address can be made with, when a report is held from there."""
        return reading.validators(self._session, canonical(url))

    def store(self, report: Report, page: Page, site: Site, *, further: Sequence[Page] = ()) -> Outcome:
        """Keep what a page says: a new report, a new version, or the note that nothing has changed.

        `further`: the article's pages after the first.
        """
        with damage(self.path):
            ledger, _ = self._open()
            capture, note = (page.of, page.note) if isinstance(page, Rendering) else (page, "")
            report = replace(report, url=report.url or page.url, region=report.region or site.region)
            told = _Seen(
                now=page.fetched_at,
                row=ledger.latest(canonical(page.url)),
                further=[row for each in further if (row := ledger.latest(canonical(each.url)))],
                came_from=[canonical(hop.url) for hop in capture.hops],
                note=note,
            )
            return self._store(report, site, told)

    def ingest(
        self,
        report: Report,
        name: str,
        data: bytes,
        site: Site,
        *,
        url: str | None = None,
        content_type: str = "text/plain",
        origin: str | None = None,
    ) -> Outcome:
        """Keep a document that came as a file: its bytes as a `resource` record, then like any other text.

        `url`: where it stood on the web, if that is known.
        """
        with damage(self.path):
            ledger, warcs = self._open()
            now, url, sha256 = self._now(), url or rows.import_url(name), hashlib.sha256(data).hexdigest()
            row = ledger.latest(canonical(url))
            if row is None or row.payload_sha256 != sha256:
                place = warcs.writer().resource(url, now, content_type, data, origin=origin)
                values = rows.document_values("resource", url, sha256, now, place, warcs.name, origin=origin)
                row = ledger.enter(values)
            return self._store(replace(report, url=url), site, _Seen(now=now, row=row))

    def _store(self, report: Report, site: Site, seen: _Seen) -> Outcome:
        def reread(version: VersionRow) -> bool:
            return texts.reads_the_same(self.path, self._session, version, report.text_sha256)

        ledger, _ = self._open()
        change: Change = ledger.store(
            report,
            site,
            seen.now,
            seen.row,
            note=seen.note,
            reread=reread,
            further=[page.id for page in seen.further],
            came_from=seen.came_from,
        )
        further = [page.record_id for page in seen.further]
        told = acts.stored(report, site, change, further=further, came_from=seen.came_from, note=seen.note)
        self._say(told, report.url or "", seen.now, seen.row)
        return change.outcome

    def confirm(self, url: str, capture: Capture, site: Site) -> Outcome:
        """A 304: what is held from this address is still what stands there."""
        with damage(self.path):
            ledger, _ = self._open()
            row = ledger.latest(canonical(capture.url))
            change = ledger.confirm(url, site, capture.fetched_at, row)
            self._say(acts.confirmed(site), url, capture.fetched_at, row)
            return change.outcome

    def note(self, outcome: Outcome) -> Outcome:
        """Keep how a visit ended that stored nothing. Where it makes a page gone, the outcome comes back saying so."""
        with damage(self.path):
            ledger, _ = self._open()
            at = outcome.at or self._now()
            noted = ledger.note(replace(outcome, at=at))
            self._say(acts.noted(noted), outcome.url, at)
            return replace(noted, at=outcome.at)

    def merge(self, other: Path, notify: Callable[[str], None]) -> int:
        """Bring another archive's WARC files in, and all they hold that is not here; returns the number of files."""
        with damage(self.path):
            self._open()
            assert self._manifest is not None
            told = acts.merged(list(bring(self.path, other, self._manifest)))
            if not told["files"]:
                return 0
            self._say(told, "", self._now())
            self.flush()
            return len(enter_merged(self.path, self._session, self._manifest, told, notify))

    def reextract(self, notify: Callable[[str], None]) -> int:
        """Run today's extractor over every version; what it reads differently is marked. Returns how many."""
        with damage(self.path):
            ledger, _ = self._open()
            found = 0
            for version in reading.texts_of_captures(self._session):
                was = version.text_sha256
                report = texts.try_again(self.path, self._session, version, notify)
                if report is None or report.text_sha256 == was:
                    continue
                reextract(version, report)
                ledger.texts[version.text_file] = reading.to_report(version).text().encode()
                self._say(acts.reextracted(version, was, report), version.url, self._now())
                found += 1
            return found

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
            ledger, _ = self._open()
            ledger.begin_visit(visit)
            self._say(acts.visit(visit, ended=False), "", self._now())

    def end_visit(self, visit: SiteVisit) -> None:
        """Note how a site's visit ended and what it left."""
        with damage(self.path):
            ledger, _ = self._open()
            if visit.site_id not in ledger.visits:
                self.begin_visit(visit)
            now = self._now()
            ledger.end_visit(visit, now)
            self._say(acts.visit(visit, ended=True), "", now)

    def stopped(self, why: str) -> None:
        """Note that this run ends in order, but with something left."""
        assert self._run is not None
        self._run.state, self._run.detail = "stopped", why

    def endings(self) -> dict[Ending, int]:
        """How often each ending was noted in this run."""
        assert self._run is not None
        return reading.endings(self._session, self._run.id)

    # -- opening and closing ------------------------------------------------------------------------------

    def _begin(self, command: str, notify: Callable[[str], None]) -> None:
        with damage(self.path):
            now = self._now()
            upgrade(self._engine)
            self._manifest = Manifest(self.path)
            recover(self.path, self._session, self._manifest, now, notify)
            self._run = RunRow(started_at=now, command=command, software=SOFTWARE)
            self._session.add(self._run)
            self._session.commit()
            self._ledger = Ledger(session=self._session, run=self._run)
            about = {
                "software": SOFTWARE,
                "format": "WARC File Format 1.1",
                "conformsTo": CONFORMS_TO,
                "description": command,
                "run": str(self._run.id),
                "started": warc_date(now),
            }
            self._warcs = RunWarcs(self.path, now, about, self._manifest, self._clock)

    def _open(self) -> tuple[Ledger, RunWarcs]:
        assert self._ledger is not None, "the archive has been closed"
        assert self._warcs is not None
        return self._ledger, self._warcs

    def _say(self, content: acts.Content, url: str, at: datetime, about: Entered | None = None) -> Place:
        """Write what was entered to the WARC, and commit when it is time."""
        _, warcs = self._open()
        place = warcs.writer().metadata(about.record_id if about else None, url, at, content)
        self._pending += 1
        if self._pending >= self._batch:
            self.flush()
        return place

    def flush(self) -> None:
        """Everything stored so far is on disk when this returns: WARC, then catalogue, then text files."""
        with damage(self.path):
            ledger, warcs = self._open()
            warcs.sync()  # what the catalogue says is stored must be on disk before it says so
            ledger.entered(warcs.entered())
            written, self._pending = ledger.commit(), 0
            write_all(self.path, written)

    def close(self, *, finished: bool = True) -> None:
        """Finish the run's WARC, commit, let go of the lock.

        A run that did not finish leaves its WARC `.open`: the next one mends it and enters what it holds.
        """
        try:
            if finished and self._run is not None and self._ledger is not None:
                with damage(self.path):
                    self._end()
        finally:
            self._let_go()

    def _end(self) -> None:
        ledger, warcs = self._open()
        assert self._run is not None
        assert self._manifest is not None
        state = "finished" if self._run.state == "running" else self._run.state
        now = self._now()
        if warcs.used:
            warcs.writer().metadata(None, "", now, acts.run_ended(state, self._run.detail))
        ledger.end_run(state, self._run.detail, now)
        warcs.close()
        self._manifest.add_run(self._run.id, **run_facts(self._run))
        self.flush()

    def _now(self) -> datetime:
        return self._clock()

    def _let_go(self) -> None:
        super().close()
        self._ledger = None
        if self._warcs is not None:
            self._warcs.abandon()
        if self._lock is not None:
            self._lock.close()
            self._lock = None
