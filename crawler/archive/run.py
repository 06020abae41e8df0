"""`Run`: an archive opened for writing, from the lock to the last commit; and the visits of sites that are made in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from os import PathLike
from os.path import exists
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from sqlalchemy import Engine

from crawler import __version__
from crawler.archive.catalogue import queries
from crawler.archive.catalogue.engine import sqlite_engine, upgrade
from crawler.archive.catalogue.models import RunRow
from crawler.archive.catalogue.rows import CaptureRef
from crawler.archive.damage import damage
from crawler.archive.evidence import acts
from crawler.archive.evidence.files import Behind, sync_all
from crawler.archive.evidence.lock import acquire
from crawler.archive.evidence.manifest import Manifest
from crawler.archive.evidence.run_warcs import RunWarcs, closed
from crawler.archive.ledger import page_states, site_memory, site_visits
from crawler.archive.ledger.ledger import Ledger
from crawler.archive.ledger.pages_due import KnownPages, find_known_pages, find_visit
from crawler.archive.ledger.varying_urls import page_key
from crawler.archive.reader import CATALOGUE, LOST, Reader
from crawler.archive.recovery import recover, run_facts
from crawler.discover import SiteMemory
from crawler.errors import ArchiveDamaged, ArchiveError, CrawlerError
from crawler.model import Ending, SiteVisit
from crawler.warc import warc_date

SOFTWARE = f"fazhi/{__version__}"
CONFORMS_TO = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"


class Run(Reader):
    """One run of an archive folder.

    Every method that writes raises ArchiveDamaged when the disk or the catalogue does not take it; nothing more can
    be written then, and the next run finds all that was stored before.
    """

    def __init__(self, path: Path, engine: Engine, clock: Callable[[], datetime], batch: int = 1) -> None:
        super().__init__(path, engine)
        self._clock = clock
        self._batch = batch
        self._behind = Behind(path)
        self._pending = 0  # entered since the last commit
        self._lock: BinaryIO | None = None
        self._run: RunRow | None = None
        self._ledger: Ledger | None = None
        self._manifest: Manifest | None = None
        self._warcs: RunWarcs | None = None

    @classmethod
    def create(
        cls,
        path: str | PathLike[str],
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
        path = Path(path)
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

    # -- runs and visits ----------------------------------------------------------------------------------

    @property
    def started_at(self) -> datetime:
        """When this run began."""
        assert self._run is not None
        return self._run.started_at

    def pasts(self) -> dict[str, site_visits.VisitHistory]:
        """What is known of the visits of each site, by its id."""
        return site_visits.visit_histories(self._session, self.started_at)

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
            if visit.site_id not in ledger.open_visits:
                self.begin_visit(visit)
            now = self._now()
            ledger.end_visit(visit, now)
            self._say(acts.visit(visit, ended=True), "", now)

    def memory(self, site_id: str) -> SiteMemory | None:
        """What is remembered of a site's lists."""
        return site_memory.load(self._session, site_id)

    def learn(self, site_id: str, memory: SiteMemory) -> None:
        """Remember this of a site's lists, from the next commit on."""
        with damage(self.path):
            told = site_memory.to_json(memory)
            if site_memory.save(self._session, site_id, told):
                self._say(acts.learnt(site_id, told), "", self._now())

    def watched(self, site_id: str, since: datetime, *, anyway: bool = False) -> KnownPages:
        """The pages that a site's reports are held from: which are to be asked for in a visit that began then.

        `anyway`: those that are gone too, though their time has not come.
        """
        assert self._run is not None
        visit = find_visit(self._session, site_id, since, self._run, self._now())
        return find_known_pages(self._session, site_id, visit, anyway=anyway)

    def seen_since(self, url: str, when: datetime) -> bool:
        """Whether the page of an address was seen at that time or later, be it at another address of its family."""
        page = page_states.find_page(self._session, page_key(self._session, url))
        return page is not None and page.last_seen >= when

    def stopped(self, why: str) -> None:
        """Note that this run ends in order, but with something left."""
        assert self._run is not None
        self._run.state, self._run.detail = "stopped", why

    def endings(self) -> dict[Ending, int]:
        """How often each ending was noted in this run."""
        assert self._run is not None
        return queries.count_endings(self._session, self._run.id)

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

    def _say(self, content: acts.Content, url: str, at: datetime, about: CaptureRef | None = None) -> None:
        """Have what was entered outlive this process, and commit when it is time."""
        _, warcs = self._open()
        warcs.say(acts.line_of(content, at, url, about.record_id if about else None))
        self._pending += 1
        if self._batch == 1:
            self.flush()
        elif self._pending >= self._batch:
            self._commit()

    def flush(self) -> None:
        """Everything stored so far is on disk when this returns: WARC, then catalogue, then text files."""
        self._commit()
        with damage(self.path):
            self._behind.wait()

    def _commit(self) -> None:
        """Everything stored so far is in the WARC and the catalogue when this returns. The texts follow."""
        with damage(self.path):
            ledger, warcs = self._open()
            warcs.tell()
            warcs.sync()  # what the catalogue says is stored must be on disk before it says so
            ledger.set_entered_bytes(warcs.entered())
            written, self._pending = ledger.commit(), 0
            self._behind.write(written | self._lost(ledger))

    def _lost(self, ledger: Ledger) -> dict[str, bytes]:
        """The text files that should be there and are not."""
        names, ledger.existing_text_files = ledger.existing_text_files, set()
        return {name: ledger.text_file_content(name) for name in names if not exists(f"{self.path}/{name}")}

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
        self.flush()
        if warcs.used:
            sync_all()  # texts that a power cut takes are written again after a run that did not end in order, and no other
        state = "finished" if self._run.state == "running" else self._run.state
        now = self._now()
        if warcs.used:
            warcs.say(acts.line_of(acts.run_ended(state, self._run.detail), now, "", None))
        ledger.end_run(state, self._run.detail, now)
        warcs.close()
        self._manifest.add_run(self._run.id, **run_facts(self._run))
        self.flush()

    def _now(self) -> datetime:
        return self._clock()

    def _let_go(self) -> None:
        super().close()
        self._behind.close()
        self._ledger = None
        if self._warcs is not None:
            self._warcs.abandon()
        if self._lock is not None:
            self._lock.close()
            self._lock = None
