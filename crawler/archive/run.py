"""`Run`: an archive opened for writing, from the lock to the last commit, with the visits of sites in it.

It opens and closes the WARC files, the journal, the ledger and the manifest of a run, and commits them in order: WARC,
catalogue, text files. `facade.Archive` builds on it and stores captures and texts; `recovery` finishes a killed run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, ClassVar, Self

from sqlalchemy import Engine

from crawler import __version__
from crawler.archive.catalogue import queries
from crawler.archive.catalogue.databases.base import Catalogue
from crawler.archive.catalogue.databases.opening import open_catalogue
from crawler.archive.catalogue.engine import CATALOGUE, scratch_engine, upgrade
from crawler.archive.catalogue.models import RunRow
from crawler.archive.catalogue.rows import CaptureRef
from crawler.archive.continuity import has_runs, next_run_number, raise_if_not_continued, tell_missing_end
from crawler.archive.damage import errors_as_damage
from crawler.archive.evidence import acts
from crawler.archive.evidence.files import BackgroundWriter, sync_all
from crawler.archive.evidence.lock import BucketLock, acquire
from crawler.archive.evidence.manifest import Manifest
from crawler.archive.evidence.run_warcs import RunWarcs
from crawler.archive.format_readme import write_readmes
from crawler.archive.fulltext import index_after_run
from crawler.archive.ledger import page_states, runs, site_memory, site_visits
from crawler.archive.ledger.ledger import Ledger
from crawler.archive.ledger.pages_due import KnownPages, find_known_pages, find_visit
from crawler.archive.ledger.troubles.rows import Recovery
from crawler.archive.ledger.varying_urls import page_key
from crawler.archive.reader import Reader
from crawler.archive.recovery import recover, restore_texts, run_facts
from crawler.archive.storage.places import as_archive
from crawler.archive.text_renaming import rename_before_upgrade
from crawler.archive.working_catalogue import bring_up_to_date
from crawler.discover import SiteMemory
from crawler.errors import ArchiveDamaged, ArchiveError, CrawlerError, NotMerged
from crawler.model import Ending, Site, SiteVisit
from crawler.warc import field_text, warc_date

_SOFTWARE = f"fazhi/{__version__}"
_CONFORMS_TO = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"


class Run(Reader):
    """One run that writes to an archive folder.

    Every method that writes raises ArchiveDamaged if the disk or the catalogue fails. Nothing more can be written then;
    the next run finds all that was stored before.
    """

    _durable: ClassVar[bool] = True
    """Whether what was committed survives a power cut, and the texts and their index are written. If not, the folder was made
    by `write_scratch`, and this is the only run in it."""

    def __init__(
        self,
        path: Path,
        catalogue: Catalogue,
        engine: Engine,
        clock: Callable[[], datetime],
        batch: int = 1,
    ) -> None:
        super().__init__(path, catalogue, engine)
        self._clock = clock
        self._batch = batch
        self._text_writer = BackgroundWriter(path)
        self._uncommitted = 0  # acts since the last commit
        self._faults: list[ArchiveDamaged] = []  # that ended the run
        self._any_text_may_have_changed = False  # also of reports that this run has no outcome of
        self._notify: Callable[[str], None] = print
        self._lock: BinaryIO | BucketLock | None = None
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
        database: str | None = None,
    ) -> Self:
        """Open an archive for writing. Create it if it does not exist; recover it if the last run was killed.

        `batch`: number of acts (outcomes, visits) between two commits; `flush` commits at once. `command`: recorded
        with the run. `database`: address of the catalogue's database if it is not in the folder, see `open_catalogue`.
        Raises ArchiveLocked if another process writes to it, ArchiveDamaged if it cannot be written.
        """
        path = as_archive(path)
        catalogue = open_catalogue(path, database)
        try:
            path.mkdir(parents=True, exist_ok=True)
            lock = acquire(path, clock())
        except OSError as error:
            raise ArchiveDamaged(f"{path}: cannot be written: {error.strerror or error}") from error
        try:
            if not catalogue.is_outside:
                bring_up_to_date(path, clock(), notify, writes=True)
            with errors_as_damage(path):
                engine = catalogue.writing_engine() if cls._durable else scratch_engine(path / CATALOGUE)
        except BaseException:
            lock.close()
            raise
        archive = cls(path, catalogue, engine, clock, batch)
        archive._lock, archive._notify = lock, notify
        try:
            archive._begin_run(command, notify)
        except BaseException:
            archive._release()
            raise
        return archive

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, CrawlerError) and self._run is not None:
            self._run.state, self._run.detail = "failed", field_text(str(error))
        orderly = kind is None or issubclass(kind, CrawlerError)
        unharmed = not isinstance(error, ArchiveError) or isinstance(error, NotMerged)
        self.close(finished=orderly and unharmed)

    # -- runs and visits ----------------------------------------------------------------------------------

    @property
    def started_at(self) -> datetime:
        """Time at which this run began."""
        assert self._run is not None
        return self._run.started_at

    def failures_before(self, why: str) -> tuple[datetime, datetime] | None:
        """Return when the first and the last of the runs directly before this one began that failed with a message.

        `why`: how the message begins. None if the run before did not fail so.
        """
        assert self._run is not None
        return runs.failures_before(self._session, self._run.id, why)

    def pasts(self) -> dict[str, site_visits.VisitHistory]:
        """Return what is known of the earlier visits of each site, by site id."""
        return site_visits.visit_histories(self._session, self.started_at)

    def begin_visit(self, visit: SiteVisit, site: Site | None = None) -> None:
        """Record that a site's visit begins, so that a killed visit is known to be unfinished.

        `site`: its entry. What it looks for is recorded when it has changed.
        """
        with errors_as_damage(self.path, faults=self._faults):
            ledger, _ = self._writers()
            entry = site_visits.entry_of(site) if site else None
            is_new = ledger.begin_visit(visit, entry)
            self._journal(acts.visit(visit, ended=False, entry=entry if is_new else None), "", self._now())

    def end_visit(self, visit: SiteVisit) -> Recovery | None:
        """Record how a site's visit ended and which URLs it left for the next run. Return what trouble of the site is over."""
        with errors_as_damage(self.path, faults=self._faults):
            ledger, _ = self._writers()
            if visit.site_id not in ledger.open_visits:
                self.begin_visit(visit)
            now = self._now()
            recovery = ledger.end_visit(visit, now)
            self._journal(acts.visit(visit, ended=True), "", now)
            return recovery

    def memory(self, site_id: str) -> SiteMemory | None:
        """Return what earlier visits stored about a site's lists; None if nothing."""
        return site_memory.load(self._session, site_id)

    def learn(self, site_id: str, memory: SiteMemory) -> None:
        """Store what a visit saw on a site's lists. It is saved with the next commit."""
        with errors_as_damage(self.path, faults=self._faults):
            saved = site_memory.to_json(memory)
            if site_memory.save(self._session, site_id, saved):
                self._journal(acts.learnt(site_id, saved), "", self._now())

    def watched(self, site_id: str, since: datetime, *, anyway: bool = False) -> KnownPages:
        """Return the pages of a site's reports that a visit which began at `since` must request.

        `anyway`: include pages that are gone and not due yet.
        """
        assert self._run is not None
        visit = find_visit(self._session, site_id, since, self._run, self._now())
        return find_known_pages(self._session, site_id, visit, anyway=anyway)

    def seen_since(self, url: str, when: datetime) -> bool:
        """Whether the page of a URL was seen at `when` or later, at this URL or another that is the same page."""
        page = page_states.find_page(self._session, page_key(self._session, url))
        return page is not None and page.last_seen >= when

    def mark_stopped(self, why: str) -> None:
        """Record that this run ends normally but leaves something undone. `why`: the reason."""
        assert self._run is not None
        self._run.state, self._run.detail = "stopped", why

    def endings(self) -> dict[Ending, int]:
        """Count the outcomes of this run by ending."""
        assert self._run is not None
        return queries.count_endings(self._session, self._run.id)

    # -- opening and closing ------------------------------------------------------------------------------

    def _begin_run(self, command: str, notify: Callable[[str], None]) -> None:
        """Prepare the archive, then enter this run and prepare its WARC files."""
        with errors_as_damage(self.path, faults=self._faults):
            now, command = self._now(), field_text(command)  # as a rebuild reads it
            self._manifest = self._prepare(now, notify)
            self._run = RunRow(started_at=now, command=command, software=_SOFTWARE)
            self._run.id = next_run_number(self._manifest, self._session)
            self._session.add(self._run)
            self._session.commit()
            self._manifest.begin_run(self._run.id, begun=warc_date(now), command=command, software=_SOFTWARE)
            self._ledger = Ledger(session=self._session, run=self._run)
            info = {
                "software": _SOFTWARE,
                "format": "WARC File Format 1.1",
                "conformsTo": _CONFORMS_TO,
                "description": command,
                "run": str(self._run.id),
                "started": warc_date(now),
            }
            self._warcs = RunWarcs(
                self.path,
                now,
                info,
                self._manifest,
                self._clock,
                self._text_writer.put_kept,
                durable=self._durable,
            )

    def _prepare(self, now: datetime, notify: Callable[[str], None]) -> Manifest:
        """Upgrade the catalogue, finish what killed runs left, and return the manifest."""
        if not self._durable:
            return Manifest(self.path, durable=False)
        is_new = self._catalogue.is_empty()
        if is_new and has_runs(self.path):
            raise ArchiveDamaged(self._catalogue.missing)
        write_readmes(self.path, new=is_new, notify=notify)
        renamed = rename_before_upgrade(self.path, self._engine, notify)
        upgrade(self._engine)
        restore_texts(self.path, self._session, renamed.shared)
        manifest = Manifest(self.path)
        raise_if_not_continued(self._catalogue, manifest, self._session)
        tell_missing_end(manifest, self._session, notify)
        recover(self.path, self._session, manifest, now, notify)
        return manifest

    def _writers(self) -> tuple[Ledger, RunWarcs]:
        """Return the ledger and the WARC files of the run, which must be open. Call this before an act is made.

        It notices a clock that was set back to before the run's start, and journals that: what the run fetches is the
        latest observation all the same.
        """
        ledger, warcs = self._opened()
        now = self._now()
        if now < self.started_at and (ledger.clock_set_back_to is None or now < ledger.clock_set_back_to):
            ledger.clock_set_back_to = now
            warcs.journal_act(acts.line_of(acts.clock_set_back(), now, "", None))
        return ledger, warcs

    def _opened(self) -> tuple[Ledger, RunWarcs]:
        assert self._ledger is not None, "the archive has been closed"
        assert self._warcs is not None
        return self._ledger, self._warcs

    def _journal(
        self, content: acts.Content, url: str, at: datetime, about: CaptureRef | None = None
    ) -> None:
        """Journal an act, so that a kill cannot lose it. Commit if the batch is full."""
        _, warcs = self._opened()
        warcs.journal_act(acts.line_of(content, at, url, about.record_id if about else None))
        self._uncommitted += 1
        if self._batch == 1:
            self.flush()
        elif self._uncommitted >= self._batch:
            self._commit()

    def _write_acts(self, contents: Iterable[acts.Content], at: datetime) -> None:
        """Write acts to the WARC, on disk, without a commit: their rows and those of what follows are committed together."""
        _, warcs = self._writers()
        for content in contents:
            warcs.journal_act(acts.line_of(content, at, "", None))
        warcs.write_acts()
        warcs.sync()

    def flush(self) -> None:
        """Write everything stored so far to disk: WARC, then catalogue, then text files."""
        self._commit()
        with errors_as_damage(self.path, faults=self._faults):
            self._text_writer.wait()

    def _commit(self) -> None:
        """Write everything stored so far to the WARC and the catalogue. The text files follow in the background."""
        with errors_as_damage(self.path, faults=self._faults):
            ledger, warcs = self._opened()
            warcs.write_acts()
            warcs.sync()  # the WARC must be on disk before the catalogue refers to it
            ledger.set_entered_bytes(warcs.take_sizes())
            written, self._uncommitted = ledger.commit(), 0
            if self._durable:
                self._text_writer.write(written | self._missing_texts(ledger))

    def _missing_texts(self, ledger: Ledger) -> dict[str, bytes]:
        """Return the text files of earlier commits that do not exist, with their contents."""
        names, ledger.existing_text_files = ledger.existing_text_files, set()
        return {name: ledger.text_file_content(name) for name in names if not (self.path / name).exists()}

    def close(self, *, finished: bool = True) -> None:
        """Finish the run's WARC files, commit, release the lock.

        A run that did not finish leaves its WARC `.open`; the next run repairs the file and enters its records.
        """
        try:
            if finished and self._run is not None and self._ledger is not None:
                with errors_as_damage(self.path, faults=self._faults):
                    self._end_run()
                if self._durable:
                    index_after_run(self.path, self._session, self._any_text_may_have_changed, self._notify)
        finally:
            self._release()

    def _end_run(self) -> None:
        """Commit, end the run in the WARC, the catalogue and the manifest, and close its WARC files."""
        ledger, warcs = self._opened()
        assert self._run is not None
        assert self._manifest is not None
        self.flush()
        if warcs.used and self._durable:
            sync_all()  # texts that a power cut loses are written again only after a run that did not end
        state = "finished" if self._run.state == "running" else self._run.state
        now = self._now()
        if warcs.used:
            warcs.journal_act(acts.line_of(acts.run_ended(state, self._run.detail), now, "", None))
        ledger.end_run(state, self._run.detail, now)
        warcs.close()
        self._manifest.add_run(self._run.id, **run_facts(self._run))
        self.flush()

    def _now(self) -> datetime:
        return self._clock()

    def _release(self) -> None:
        super().close()
        self._text_writer.close()
        self._ledger = None
        if self._warcs is not None:
            self._warcs.abandon()
        if self._lock is not None:
            self._lock.close()
            self._lock = None
