"""`Reader`: an archive opened for reading. It writes nothing and needs read permission only.

It gives reports, versions and pages. `reader_queries/` has the further queries, one module a question, `consistency` those
of `fazhi verify`, `facade` the Archive that writes.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from os import PathLike
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import Engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from crawler.archive.catalogue import holdings, queries
from crawler.archive.catalogue.databases.base import Catalogue, Stamp
from crawler.archive.catalogue.databases.opening import open_catalogue
from crawler.archive.catalogue.models import PageEventRow, PageRow, VersionRow
from crawler.archive.catalogue.text_names import name_on_disk
from crawler.archive.continuity import raise_if_of_another
from crawler.archive.damage import errors_as_damage
from crawler.archive.reader_queries.base import Result
from crawler.archive.reader_queries.captures import CaptureQueries
from crawler.archive.reader_queries.changes import ChangeQueries
from crawler.archive.reader_queries.held_versions import HeldVersionQueries
from crawler.archive.reader_queries.page_metadata import PageMetadataQueries
from crawler.archive.reader_queries.places import PlaceQueries
from crawler.archive.reader_queries.publications import PublicationQueries
from crawler.archive.reader_queries.punctuation import PunctuationQueries
from crawler.archive.reader_queries.reports import ReportQueries
from crawler.archive.reader_queries.search import SearchQueries
from crawler.archive.reader_queries.site_facts import SiteFactQueries
from crawler.archive.reader_queries.slices import SliceQueries
from crawler.archive.reader_queries.troubles import TroubleQueries
from crawler.archive.storage.bucket_path import bucket_of
from crawler.archive.storage.places import as_archive
from crawler.errors import ArchiveDamaged, NoArchive, QueryTooLong
from crawler.model import Holding, Report, Validators

if TYPE_CHECKING:
    from crawler.archive.consistency import ConsistencyQueries
    from crawler.reading.pool import ReadingPool

_STEPS_BETWEEN_CHECKS = 20_000
"""Instructions of SQLite's virtual machine between two looks at the clock: some hundred in a second."""
_MAX_ATTEMPTS = 3  # at a query whose catalogue a run changes meanwhile


def _print_notice(text: str) -> None:
    print(text, file=sys.stderr)  # stdout is for data


class Reader(
    ReportQueries,
    PlaceQueries,
    PublicationQueries,
    CaptureQueries,
    PunctuationQueries,
    ChangeQueries,
    PageMetadataQueries,
    HeldVersionQueries,
    SearchQueries,
    TroubleQueries,
    SiteFactQueries,
    SliceQueries,
):
    """An archive folder opened for reading. Queries raise ArchiveDamaged if the catalogue cannot be read."""

    def __init__(self, path: Path, catalogue: Catalogue, engine: Engine) -> None:
        self.path = path
        self._catalogue = catalogue
        self._reopen: Callable[[], Engine] | None = None
        self._stamp: Stamp = ()
        self._end: float | None = None  # of the time limit, by time.monotonic
        self._seconds = 0.0  # of it
        self._use(engine)

    def _use(self, engine: Engine) -> None:
        self._engine = engine
        if engine.dialect.name == "sqlite":
            event.listen(engine, "checkout", self._watch_time)
        self._session = Session(engine, expire_on_commit=False)  # no one else writes: loaded rows stay valid

    @classmethod
    def read(
        cls,
        path: str | PathLike[str],
        *,
        notify: Callable[[str], None] = _print_notice,
        database: str | None = None,
    ) -> Reader:
        """Open an archive for reading. Read permission is enough.

        `notify` gets a message if the catalogue has an earlier schema. `database`: address of the catalogue's database if it
        is not in the folder, see `open_catalogue`. Raises NoArchive if there is none, ArchiveDamaged if it cannot be read,
        ArchiveTooNew if a later version wrote it.
        """
        return Reader.of(open_catalogue(as_archive(path), database), notify=notify)

    @classmethod
    def of(cls, catalogue: Catalogue, *, notify: Callable[[str], None]) -> Reader:
        """Open the archive of a catalogue for reading, as `read` does."""
        path = catalogue.archive
        with errors_as_damage(path):
            if bucket_of(path) and not catalogue.is_outside:
                from crawler.archive.working_catalogue import bring_up_to_date  # all that derives a catalogue

                bring_up_to_date(path, datetime.now(UTC), notify)
            if not catalogue.exists():
                from crawler.archive.evidence.warc_paths import closed_warcs, open_warcs

                if closed_warcs(path) or open_warcs(path):
                    raise ArchiveDamaged(catalogue.missing)
                raise NoArchive.at(path)
            stamp = catalogue.file_stamp()
            reader = Reader(path, catalogue, catalogue.reading_engine(notify))
            try:
                raise_if_of_another(catalogue, reader._session)
            except BaseException:
                reader.close()
                raise
            if stamp:
                reader._stamp, reader._reopen = stamp, partial(catalogue.reading_engine, lambda _: None)
            return reader

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the catalogue."""
        with suppress(SQLAlchemyError):  # a lost connection has nothing to take back
            self._session.close()
        self._engine.dispose()
        self.close_index()

    def end_reading(self) -> None:
        """End the state of the catalogue that was read so far. Of a database the next question sees the newest one then.

        A Reader that waits would keep the tables of a database from being replaced by a rebuild.
        """
        if self._catalogue.is_database:
            with errors_as_damage(self.path):
                self._session.commit()  # nothing was changed, and loaded rows stay valid

    @contextmanager
    def time_limit(self, seconds: float) -> Iterator[None]:
        """Within the block, raise QueryTooLong from a query that runs when these seconds have passed, or is begun later.

        A database is told how long a statement may take. A query of several statements ends after one of them.
        Within another time limit it takes the place of that one, for which the time of the block does not count.
        """
        outer, began = (self._end, self._seconds), monotonic()
        self._end, self._seconds = began + seconds, seconds
        try:
            with errors_as_damage(self.path):
                self._catalogue.limit_time(self._session, seconds)
            yield
        except (ArchiveDamaged, sqlite3.OperationalError) as error:
            if not self._is_late():
                raise
            raise QueryTooLong(f"{self.path}: took longer than {seconds:g} s") from error
        finally:
            self._end, self._seconds = outer
            if self._end is not None:
                self._end += monotonic() - began
        if self._end is not None:
            with errors_as_damage(self.path):
                self._catalogue.limit_time(self._session, self._seconds)

    def _watch_time(self, connection: Any, *_: object) -> None:
        """Let SQLite ask now and then whether the time limit has passed."""
        getattr(connection, "driver_connection", connection).set_progress_handler(
            self._is_late, _STEPS_BETWEEN_CHECKS
        )

    def _is_late(self) -> bool:
        return self._end is not None and monotonic() > self._end

    def _query(self, query: Callable[[Session], Result]) -> Result:
        """Return a query's result from one state of the catalogue.

        A catalogue without a log is read without a lock. If a run ends meanwhile and changes it, the query is repeated.
        """
        attempts_left = _MAX_ATTEMPTS
        while True:
            attempts_left -= 1
            if self._is_late():
                raise QueryTooLong(f"{self.path}: took longer than {self._seconds:g} s")
            try:
                with errors_as_damage(self.path):
                    result = query(self._session)
            except ArchiveDamaged:
                if not attempts_left or not self._reopen_if_changed():
                    raise
            else:
                if not attempts_left or not self._reopen_if_changed():
                    return result

    def _reopen_if_changed(self) -> bool:
        """Reopen the catalogue if its file has changed since it was opened. Return whether it had."""
        if self._reopen is None:
            return False
        with errors_as_damage(self.path):
            stamp = self._catalogue.file_stamp()
            if stamp == self._stamp:
                return False
            self.close()
            self._use(self._reopen())
            self._stamp = stamp
        return True

    def reopen_if_outdated(self) -> bool:
        """Reopen the catalogue if what was read of it since it was opened may be of two states. Return whether it may.

        For a question that reads for long: it is to be asked again then. A catalogue with a log is read from one state,
        whatever a run does meanwhile.
        """
        return "immutable" in self._engine.url.query and self._reopen_if_changed()

    @contextmanager
    def consistency(self, pool: ReadingPool | None = None) -> Iterator[ConsistencyQueries]:
        """Open the queries that compare the catalogue with the files. Raises ArchiveDamaged if it cannot be read.

        `pool`: processes that read pages; without, one after the other is read.
        """
        # here, because it imports all that derives a catalogue, and only `verify` asks it
        from crawler.archive.consistency import ConsistencyQueries
        from crawler.reading.pool import ReadingPool

        with errors_as_damage(self.path):
            yield ConsistencyQueries(self._catalogue, self._session, pool or ReadingPool(1, _print_notice))

    def validators(self, url: str) -> Validators | None:
        """Return the validators for a conditional request of a URL; None if no report is held from it."""
        from crawler.address import canonical
        from crawler.archive.catalogue import earlier_responses

        return earlier_responses.validators(self._session, canonical(url))

    def reports(self, *, region: str | None = None, year: int | None = None) -> list[Report]:
        """Return the latest text of every report, by region, year and date. A region includes the divisions within it."""
        return self._query(
            lambda session: [
                queries.to_report(row) for row in queries.latest_versions(session, region=region, year=year)
            ]
        )

    def show(self, report_id: str, version: int | None = None) -> Report:
        """Return one report by its id (or an unambiguous part of it): its latest version or the one asked for.

        Raises CrawlerError if there is no such report or version, or several.
        """
        return self._query(
            lambda session: queries.to_report(queries.find_version(session, report_id, version))
        )

    def holdings(self, reports: Sequence[Report]) -> list[Holding]:
        """Return what the archive knows of each of these reports beside its text: site, times, origin, text file …

        `reports`: as this archive returned them.
        """
        found = self._query(lambda session: holdings.of_reports(session, reports))
        return [replace(each, text_file=self.text_file_on_disk(each.text_file)) for each in found]

    def text_file_on_disk(self, name: str | None) -> str | None:
        """Return a version's text file as it is called now: in an archive that no run has upgraded yet, otherwise."""
        return name_on_disk(self.path, name) if name else None

    def departures(self, report_id: str) -> list[tuple[str, str]]:
        """Return the pages that showed a report's text at other sites and show another text now.

        Of each: its URL, and the id of the report that it has now.
        """
        return self._query(
            lambda session: holdings.departures(session, queries.find_report(session, report_id)[0])
        )

    def history(self, report_id: str) -> list[VersionRow]:
        """Return all versions of a report by number, tombstones included.

        Their bodies are read when they are asked for, while the archive is open.
        """
        return self._query(
            lambda session: list(queries.version_rows(session, queries.find_report(session, report_id)[0]))
        )

    def locations(self, report_id: str) -> list[str]:
        """Return the URLs a report was found at, in the order in which they were found."""
        return [page.url for page in self.pages(report_id)]

    def pages(self, report_id: str) -> list[PageRow]:
        """Return the pages a report was found at, in the order in which they were found, each with its state."""
        return self._query(lambda session: list(queries.find_report(session, report_id)[0].pages))

    def events(self, report_id: str) -> list[tuple[str, PageEventRow]]:
        """Return the state changes of a report's pages, oldest first, each with the page's URL."""
        return self._query(
            lambda session: queries.events(session, queries.find_report(session, report_id)[0])
        )
