"""A catalogue in a file of SQLite, as a rule `catalogue.db` in the archive's folder."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from crawler.archive.catalogue.databases.base import Catalogue, Stamp
from crawler.archive.catalogue.databases.file_format import file_faults
from crawler.archive.catalogue.engine import (
    CATALOGUE,
    LOCK_TIMEOUT_SECONDS,
    is_empty,
    sqlite_engine,
    wal_files,
)
from crawler.archive.catalogue.read_only import raise_if_too_new, read_only_engine
from crawler.archive.damage import is_disk_error
from crawler.errors import ArchiveDamaged
from crawler.regular_files import file_stamp


class SqliteCatalogue(Catalogue):
    """A catalogue in a file."""

    def __init__(self, archive: Path, file: Path) -> None:
        super().__init__(archive)
        self.file = file
        self._new = file.with_name(f"{file.name}.new")
        self.is_outside = file.absolute() != (archive / CATALOGUE).absolute()

    @property
    def name(self) -> str:
        """The file's path."""
        return str(self.file)

    @property
    def place(self) -> str:
        """The file, relative to the archive's folder if it is in that."""
        return str(self.file) if self.is_outside else CATALOGUE

    def exists(self) -> bool:
        """Whether the file exists."""
        return self.file.is_file()

    def is_empty(self) -> bool:
        """Whether there is no file, or one without a table."""
        return is_empty(self.file)

    def writing_engine(self) -> Engine:
        """Return an engine for one writer, who holds the archive's lock."""
        return sqlite_engine(self.file, writes=True)

    def reading_engine(self, notify: Callable[[str], None]) -> Engine:
        """Return an engine that reads the file, or a private copy of it in today's schema."""
        return read_only_engine(self.file, notify)

    def raise_if_too_new(self) -> None:
        """Raise ArchiveTooNew if a later version wrote it."""
        raise_if_too_new(self.file)

    def stamp(self) -> Stamp:
        """Return time, size and inode of the file and of its write-ahead log."""
        return file_stamp(self.file), file_stamp(wal_files(self.file)[0])

    def file_stamp(self) -> Stamp:
        """Return time, size and inode of the file."""
        return file_stamp(self.file)

    def size(self) -> int | None:
        """Return its bytes if it is outside of the archive's folder."""
        if self.file.absolute().is_relative_to(self.archive.absolute()):
            return None
        return sum(path.stat().st_size for path in (self.file, *wal_files(self.file)) if path.is_file())

    def file_faults(self) -> Iterator[str]:
        """Yield what is wrong with the file's header and its log."""
        return file_faults(self.file) if self.file.is_file() else iter(())

    def integrity_errors(self, session: Session) -> Iterator[str]:
        """Yield what `PRAGMA integrity_check` and `foreign_key_check` find."""
        for (line,) in session.execute(text("PRAGMA integrity_check")):
            if line != "ok":
                yield str(line)
        for row in session.execute(text("PRAGMA foreign_key_check")).all():
            yield f"{row[0]}: row {row[1]} points to no row of {row[2]}"

    @contextmanager
    def in_sqlite(self, session: Session, folder: Path) -> Iterator[sqlite3.Connection]:
        """Yield the session's own connection."""
        driver = session.connection().connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        factory = driver.text_factory
        try:
            yield driver
        finally:
            driver.text_factory = factory

    def remove_new(self) -> None:
        """Remove the file of a new catalogue, with its log."""
        for old in self.file.parent.glob(f"{self._new.name}*"):
            old.unlink(missing_ok=True)

    def new_engine(self) -> Engine:
        """Return an engine on the file of a new catalogue."""
        return sqlite_engine(self._new, writes=True)

    def complete_new(self, engine: Engine) -> None:
        """Copy the whole write-ahead log into the new catalogue and check it.

        A log that is left beside it would not be renamed with it.
        """
        with engine.connect() as connection:
            connection.rollback()
            driver = connection.connection.driver_connection
            assert driver is not None
            checkpoint(driver)
            found = [str(row[0]) for row in connection.execute(text("PRAGMA integrity_check"))]
        if found != ["ok"]:
            raise ArchiveDamaged(f"{self._new.name}: the new catalogue is not whole: {found[0]}")

    def replace(self) -> None:
        """Rename the new file to the old one's name.

        The old one's log must go before: SQLite would apply it to the new one. It is copied into the old catalogue first, so
        that this one is whole if a kill comes in between.
        """
        with self._new.open("rb") as file:
            os.fsync(file.fileno())
        _close_log(self.file)
        for log in wal_files(self.file):
            log.unlink(missing_ok=True)
        _sync_folder(self.file.parent)
        os.replace(self._new, self.file)
        _sync_folder(self.file.parent)


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


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
