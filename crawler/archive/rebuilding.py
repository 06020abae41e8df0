"""`fazhi rebuild`: make the catalogue, the text files and the indexes again from the WARC files alone.

`derivation` enters the runs in their order, `crawler.archive.loading.warc_loader` each file's records. The texts stay as they were
extracted: `Archive.reextract` runs a later extractor. The new catalogue is complete, checked and on disk before it takes the
old one's place: a kill or a full disk leaves the old one or the new one.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from crawler.archive.catalogue.engine import (
    CATALOGUE,
    LOCK_TIMEOUT_SECONDS,
    NEW_CATALOGUE,
    sqlite_engine,
    upgrade,
    wal_files,
)
from crawler.archive.catalogue.models import Base, CaptureRow, ReportRow, VersionRow
from crawler.archive.catalogue.read_only import raise_if_too_new, read_only_engine
from crawler.archive.continuity import has_runs
from crawler.archive.damage import errors_as_damage, is_disk_error
from crawler.archive.derivation import Derivation
from crawler.archive.evidence.files import shorten_text_folders, sync_all, sync_folder
from crawler.archive.evidence.killed_warcs import repair
from crawler.archive.evidence.lock import acquire
from crawler.archive.evidence.manifest import Manifest
from crawler.archive.evidence.warc_paths import require_archive
from crawler.archive.fulltext import index_catalogue
from crawler.archive.loading import reextraction
from crawler.archive.loading.later_format import later_format
from crawler.archive.merging import remove_parts
from crawler.archive.packs.finishing import finish_packs, write_pack_indexes
from crawler.archive.recovery import add_to_manifest
from crawler.archive.text_renaming import names_in, rename_texts
from crawler.errors import ArchiveDamaged, ArchiveError, ArchiveTooNew
from crawler.reading.pool import ReadingPool

_AS_IT_WAS = "; the catalogue is as it was before"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """Counts after a rebuild."""

    files: int
    captures: int
    reports: int
    versions: int
    lost: tuple[str, ...] = ()  # what could not be read, a line each: files, records


def rebuild(
    path: Path,
    *,
    clock: Callable[[], datetime],
    notify: Callable[[str], None],
    processes: int | None = None,
) -> Rebuilt:
    """Make an archive's catalogue, text files and CDXJ indexes again.

    The old catalogue may be missing or corrupt; it is replaced when the new one is complete. A record or a file that cannot
    be read is named to `notify` and in `lost`, and the rest is entered. `processes`: number of child processes that read pages
    (default: one for each processor); the result is the same with any number. Raises ArchiveError if there are no WARC files,
    NoArchive if there is no catalogue either, ArchiveLocked, ArchiveTooNew if the catalogue has a later schema and a later fazhi
    wrote to the archive, ArchiveDamaged if the disk is full or fails: the
    catalogue is as it was then.
    """
    with errors_as_damage(path):
        if not (path / "warc").is_dir() and not has_runs(path):
            require_archive(path)
            raise ArchiveError(f"{path}: no WARC files here to rebuild from")
        _check_schema(path, notify)
    with errors_as_damage(path, _AS_IT_WAS), acquire(path, clock()):
        manifest = Manifest(path)
        repair(path, manifest, clock(), notify)
        finish_packs(path, manifest)
        _remove_new(path)
        try:
            with ReadingPool(processes, notify) as pool:
                derivation, counts = _derive(path, manifest, clock(), notify, pool)
            sync_all()
            for run in derivation.killed:  # first: what the catalogue calls ended has its end in the manifest
                add_to_manifest(run, manifest)
            _replace(path)
        except BaseException:
            _remove_new(path)
            raise
        shorten_text_folders(path)
        _rename_texts(path, notify)
        remove_parts(path)
        write_pack_indexes(path)
        index_catalogue(path, notify=notify)
        return counts


def _check_schema(path: Path, notify: Callable[[str], None]) -> None:
    """Raise ArchiveTooNew if a later fazhi has written here: what it wrote would be lost. A later schema alone is no sign of it."""
    try:
        raise_if_too_new(path / CATALOGUE)
    except ArchiveTooNew as error:
        if found := later_format(path):
            raise ArchiveTooNew(f"{error} ({found})") from error
        notify(
            f"{path / CATALOGUE}: has a schema that this fazhi does not know; nothing in the manifest and the WARC files"
            " was written by a later fazhi, so it is made again from these"
        )


def _remove_new(path: Path) -> None:
    """Remove a new catalogue that is not complete."""
    for old in path.glob(f"{NEW_CATALOGUE}*"):
        old.unlink(missing_ok=True)


def _derive(
    path: Path, manifest: Manifest, now: datetime, notify: Callable[[str], None], pool: ReadingPool
) -> tuple[Derivation, Rebuilt]:
    """Make the new catalogue beside the old one, complete and in one file."""
    engine = sqlite_engine(path / NEW_CATALOGUE, writes=True)
    held = _HeldBodies(path / CATALOGUE)
    try:
        upgrade(engine)
        with Session(engine, expire_on_commit=False) as session:
            derivation = Derivation(
                path=path,
                session=session,
                manifest=manifest,
                now=now,
                notify=notify,
                held_body=held.find,
                pool=pool,
            )
            derivation.enter_runs()
            counts = _count(session, derivation)
        _complete(engine)
    finally:
        held.close()
        engine.dispose()
    return derivation, counts


class _HeldBodies:
    """The texts of the old catalogue, by digest. One that cannot be read has none."""

    def __init__(self, catalogue: Path) -> None:
        self._session: Session | None = None
        if catalogue.is_file():
            with suppress(SQLAlchemyError, OSError, ArchiveError):
                self._session = Session(read_only_engine(catalogue, lambda _: None))

    def find(self, digest: str) -> str | None:
        """Return the text with a digest; None if there is none."""
        if self._session is None:
            return None
        with suppress(SQLAlchemyError):
            return reextraction.body_from_catalogue(self._session, digest)
        return None

    def close(self) -> None:
        """Close the old catalogue."""
        if self._session is not None:
            self._session.close()
            self._session.get_bind().engine.dispose()


def _complete(engine: Engine) -> None:
    """Copy the whole write-ahead log into the new catalogue and check it. Raises ArchiveDamaged, SQLAlchemyError.

    A log that is left beside it would not be renamed with it.
    """
    with engine.connect() as connection:
        connection.rollback()
        driver = connection.connection.driver_connection
        assert driver is not None
        checkpoint(driver)
        found = [str(row[0]) for row in connection.execute(text("PRAGMA integrity_check"))]
    if found != ["ok"]:
        raise ArchiveDamaged(f"{NEW_CATALOGUE}: the new catalogue is not whole: {found[0]}")


def _replace(path: Path) -> None:
    """Put the new catalogue in the place of the old one.

    The old one's log must go before: SQLite would apply it to the new one. It is copied into the old catalogue first, so
    that this one is whole if a kill comes in between.
    """
    with (path / NEW_CATALOGUE).open("rb") as file:
        os.fsync(file.fileno())
    _close_log(path / CATALOGUE)
    for log in wal_files(path / CATALOGUE):
        log.unlink(missing_ok=True)
    sync_folder(path)
    (path / NEW_CATALOGUE).replace(path / CATALOGUE)
    sync_folder(path)


def _rename_texts(path: Path, notify: Callable[[str], None]) -> None:
    """Rename text files of earlier versions that the rebuild has not written anew, and remove those that it has."""
    engine = sqlite_engine(path / CATALOGUE, writes=False)
    try:
        with Session(engine) as session:
            rename_texts(path, names_in(session), notify)
    finally:
        engine.dispose()


def _close_log(catalogue: Path) -> None:
    """Copy the log of the old catalogue into it. One that is corrupt has nothing to lose.

    Raises sqlite3.Error if the disk is full, or another program reads an earlier state of it.
    """
    if not catalogue.is_file() or not wal_files(catalogue)[0].exists():
        return
    with closing(sqlite3.connect(catalogue, timeout=LOCK_TIMEOUT_SECONDS)) as old:
        try:
            checkpoint(old)
        except sqlite3.Error as error:
            if is_disk_error(error) or "locked" in str(error):
                raise


def checkpoint(driver: sqlite3.Connection) -> None:
    """Copy a catalogue's whole write-ahead log into it. Raises sqlite3.Error, also if a reader holds it back too long."""
    busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise sqlite3.OperationalError("database is locked")


def _count(session: Session, derivation: Derivation) -> Rebuilt:
    """Count what the new catalogue holds."""

    def count(table: type[Base]) -> int:
        return session.scalar(select(func.count()).select_from(table)) or 0

    return Rebuilt(
        files=derivation.files,
        captures=count(CaptureRow),
        reports=count(ReportRow),
        versions=count(VersionRow),
        lost=tuple(derivation.lost),
    )
