"""Queries of `crawler.questions.verify`: what the catalogue states, in a form that compares with WARC and text files."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from crawler.archive.catalogue import queries
from crawler.archive.catalogue.databases.base import Catalogue
from crawler.archive.catalogue.engine import CATALOGUE
from crawler.archive.catalogue.models import (
    CaptureRow,
    OutcomeRow,
    PageRow,
    ReportRow,
    RunRow,
    VersionRow,
    WarcRow,
)
from crawler.archive.comparison.differences import Difference, differences, is_upgraded, schema_differences
from crawler.archive.comparison.tolerance import Tolerance
from crawler.archive.damage import is_disk_error
from crawler.archive.derivation import Unended, derive_for_comparison
from crawler.archive.ledger.runs import NOT_IN_MANIFEST
from crawler.archive.loading import reextraction
from crawler.archive.loading.versions_ahead import ReadableVersion, VersionsAhead
from crawler.archive.recovery import run_facts
from crawler.errors import ArchiveDamaged, ExtractError, NoTemporarySpace
from crawler.model import Report
from crawler.reading.pool import ReadingPool


class CatalogueRecord(NamedTuple):
    """What the catalogue states about the WARC record of a capture."""

    record_id: str
    offset: int
    length: int
    kind: str
    url: str
    date: datetime
    sha256: str  # of the payload, hex


class MadeVersion(NamedTuple):
    """The version that a capture made, according to its outcome."""

    record_id: str
    ending: str
    version: VersionRow
    rests_on_it: bool  # False: its metadata are those of a later capture with the same text


_MADE_VERSIONS = (
    select(
        CaptureRow.record_id, OutcomeRow.ending, VersionRow, VersionRow.capture_id == OutcomeRow.capture_id
    )
    .join(OutcomeRow, OutcomeRow.capture_id == CaptureRow.id)
    .join(
        VersionRow,
        (VersionRow.report_id == OutcomeRow.report_id) & (VersionRow.number == OutcomeRow.version),
    )
    .where(OutcomeRow.ending.in_(("new", "revised", "duplicate")))
)


class ConsistencyQueries:
    """Queries to an open catalogue. `Reader.consistency` opens them."""

    def __init__(self, catalogue: Catalogue, session: Session, pool: ReadingPool) -> None:
        self._catalogue, self._archive = catalogue, catalogue.archive
        self._session = session
        self._pool = pool  # reads pages

    def integrity_errors(self) -> list[str]:
        """Return the errors that the database's own checks find, and references to rows that are not there."""
        return list(self._catalogue.integrity_errors(self._session))

    def differences(self, notify: Callable[[str], None]) -> Iterator[str]:
        """Make the catalogue again in a temporary folder, and yield where the archive's differs from it.

        Raises NoTemporarySpace, ArchiveDamaged if a table cannot be read.
        """
        unended = self._unended()
        with _temporary_folder() as folder:
            try:
                derive_for_comparison(
                    self._archive,
                    folder / CATALOGUE,
                    unended=unended,
                    held_body=self._held_body,
                    now=self._last_start(),
                    notify=notify,
                    pool=self._pool,
                )
            except SQLAlchemyError as error:
                if is_disk_error(error):
                    raise _no_space(str(getattr(error, "orig", error))) from error
                raise
            for table, what in self._catalogue.schema_differences(self._session):
                yield _described(Difference("schema", table, "", what))
            with (
                closing(sqlite3.connect(folder / CATALOGUE)) as made,
                self._catalogue.in_sqlite(self._session, folder) as kept,
            ):
                tolerance = Tolerance(
                    unended_run=unended.run if unended else None,
                    upgraded=is_upgraded(kept, "older"),
                    upgraded_publishers=is_upgraded(kept, "origin"),
                    upgraded_former_ids=is_upgraded(kept, "text_from"),
                )
                kept.text_factory = made.text_factory = _lenient
                for each in (*schema_differences(kept, made), *differences(kept, made, tolerance)):
                    yield _described(each)

    def _unended(self) -> Unended | None:
        """Return the last run, if the catalogue does not know its end, and what it has of its WARC files."""
        own = select(RunRow.id, RunRow.finished_at).where(RunRow.state.not_in(NOT_IN_MANIFEST))
        last = self._session.execute(own.order_by(RunRow.id.desc()).limit(1)).first()
        if last is None or last.finished_at is not None:
            return None
        return Unended(run=last.id, entered=self.entered_bytes())

    def _last_start(self) -> datetime:
        return self._session.scalar(select(func.max(RunRow.started_at))) or datetime.fromtimestamp(0, UTC)

    def _held_body(self, digest: str) -> str | None:
        return reextraction.body_from_catalogue(self._session, digest)

    def entered_bytes(self) -> dict[str, int]:
        """Return how many bytes of each WARC file are entered."""
        return {row.file: row.entered for row in self._session.scalars(select(WarcRow))}

    def records(self, file: str) -> dict[str, CatalogueRecord]:
        """Return what the catalogue states about the captures in a WARC file, by record id."""
        columns = (
            CaptureRow.record_id,
            CaptureRow.warc_offset,
            CaptureRow.warc_length,
            CaptureRow.record_type,
            CaptureRow.url,
            CaptureRow.fetched_at,
            CaptureRow.payload_sha256,
        )
        found = self._session.execute(select(*columns).where(CaptureRow.warc_file == file))
        return {row[0]: CatalogueRecord(*row) for row in found}

    def warc_files(self) -> set[str]:
        """Return the WARC files that captures refer to."""
        return set(self._session.scalars(select(CaptureRow.warc_file).distinct()))

    def made_versions(self, file: str) -> dict[str, MadeVersion]:
        """Return the version of each capture in a WARC file that made one, by record id."""
        found = self._session.execute(_MADE_VERSIONS.where(CaptureRow.warc_file == file))
        return {row[0]: MadeVersion(*row) for row in found}

    def made_version(self, record_id: str) -> MadeVersion | None:
        """Return the version that one capture made, wherever its record is; None if it made none."""
        found = self._session.execute(_MADE_VERSIONS.where(CaptureRow.record_id == record_id)).first()
        return MadeVersion(*found) if found else None

    def versions(self) -> Iterator[tuple[VersionRow, Report]]:
        """Yield every version except tombstones, as row and as Report."""
        for row in self._version_rows():
            yield row, queries.to_report(row)

    def readable_versions(self) -> Iterator[tuple[VersionRow, Report, Callable[[], Report | None]]]:
        """Yield them with a function that returns the report that the current extractor reads from pages and documents.

        It may be called until the next version is asked for; it returns None for a version without a page. Raises
        ArchiveDamaged if a page's record is missing or no article is found in it.
        """
        ahead = VersionsAhead.of(self._archive, self._session, self._pool)
        for each in ahead.readable(self._version_rows()):
            yield each.row, queries.to_report(each.row), partial(_read_again, each)

    def _version_rows(self) -> Iterator[VersionRow]:
        query = select(VersionRow).where(VersionRow.tombstone.is_(False)).order_by(VersionRow.id)
        return iter(self._session.scalars(query.execution_options(yield_per=200)))

    def versions_in_progress(self) -> set[tuple[str | None, int | None]]:
        """Return report id and number of the versions in outcomes of runs that have not ended.

        Their text files may not exist yet: the run, or the next one, writes them.
        """
        query = (
            select(OutcomeRow.report_id, OutcomeRow.version)
            .join(RunRow, RunRow.id == OutcomeRow.run_id)
            .where(RunRow.finished_at.is_(None), OutcomeRow.version.is_not(None))
        )
        return {(row[0], row[1]) for row in self._session.execute(query)}

    def pages_without_version(self) -> list[str]:
        """Return the URLs of pages whose last text is no version of their report."""
        held = select(VersionRow.id).where(
            VersionRow.report_id == PageRow.report_id, VersionRow.text_sha256 == PageRow.text_sha256
        )
        return list(self._session.scalars(select(PageRow.url).where(~held.exists())))

    def misnumbered_reports(self) -> list[str]:
        """Return the ids of the reports whose versions are not numbered 1, 2, 3 …"""
        numbers: dict[str, list[int]] = {name: [] for name in self._session.scalars(select(ReportRow.id))}
        rows = select(VersionRow.report_id, VersionRow.number).order_by(VersionRow.number)
        for report_id, number in self._session.execute(rows):
            numbers[report_id].append(number)
        return [name for name, held in numbers.items() if held != list(range(1, len(held) + 1)) or not held]

    def run_ends(self) -> dict[int, dict[str, str] | None]:
        """Return what the catalogue states about the end of each run, by number; None for a run that has not ended.

        The keys are those of the manifest. Runs of merged archives and visits of workers are left out: the manifest has
        none of them.
        """
        rows = self._session.scalars(select(RunRow).where(RunRow.state.not_in(NOT_IN_MANIFEST)))
        return {row.id: run_facts(row) if row.finished_at else None for row in rows}


def _read_again(version: ReadableVersion) -> Report | None:
    if version.row.capture_id is None:
        return None
    try:
        return version.reread().report
    except ExtractError as error:
        raise ArchiveDamaged(
            f"the current extractor finds no article in its page ({error.reason})"
        ) from error


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    try:
        folder = TemporaryDirectory(prefix="fazhi-")
    except OSError as error:
        raise _no_space(error.strerror or str(error)) from error
    with folder as path:
        yield Path(path)


def _no_space(why: str) -> NoTemporarySpace:
    try:
        where = gettempdir()
    except OSError:
        where = "temporary files"
    return NoTemporarySpace(
        f"{where}: no room for the catalogue that is made again for comparison ({why});"
        " name another folder with the environment variable TMPDIR"
    )


def _lenient(data: bytes) -> str:
    """Return a text as SQLite has it, even if a changed bit has made it invalid UTF-8."""
    return data.decode("utf-8", "surrogateescape")


def _described(difference: Difference) -> str:
    """Return a difference as a line."""
    column = f", column `{difference.column}`" if difference.column else ""
    row = f" {difference.row}" if difference.row else ""
    return f"{difference.table}{row}{column}: {difference.what}"
