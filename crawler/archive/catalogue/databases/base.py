"""`Catalogue`: where the catalogue of an archive is, and all that depends on the kind of its database."""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

Stamp = tuple[object, ...]
"""What differs after a catalogue was changed or replaced."""


class Catalogue(ABC):
    """The catalogue of one archive. Nothing is opened until a method is called.

    Methods raise OSError and SQLAlchemyError if the database fails; see `crawler.archive.damage`.
    """

    def __init__(self, archive: Path) -> None:
        self.archive = archive

    is_database = False
    """Whether it is in the database of a server."""

    is_outside = False
    """Whether it is not in the archive's folder: it may be another archive's."""

    @property
    @abstractmethod
    def name(self) -> str:
        """Where it is, for messages; without a password."""

    @property
    def place(self) -> str:
        """Where it is, for a fault of the archive that it belongs to."""
        return self.name

    @property
    def missing(self) -> str:
        """What is said where there are WARC files and no catalogue of them."""
        if self.is_outside:
            return (
                f"{self.name}: has no catalogue of {self.archive}; `fazhi rebuild` with the same --database makes it, or name"
                " the database or `schema` that has it"
            )
        return (
            f"{self.archive}: its catalogue is missing or empty, but its WARC files are there: `fazhi rebuild` makes it again;"
            " if it is in a database, name that with --database"
        )

    @abstractmethod
    def exists(self) -> bool:
        """Whether there is a catalogue, empty or not. Needs the permission to read only."""

    @abstractmethod
    def is_empty(self) -> bool:
        """Whether there is none, or one without a table. One that cannot be read counts as not empty."""

    @abstractmethod
    def writing_engine(self) -> Engine:
        """Return an engine for one writer; `upgrade` makes the tables. Raises ArchiveLocked if another one writes there."""

    @abstractmethod
    def reading_engine(self, notify: Callable[[str], None]) -> Engine:
        """Return an engine that can only read. `notify` gets a message if the schema is an earlier one.

        Raises ArchiveTooNew, ArchiveDamaged.
        """

    @abstractmethod
    def raise_if_too_new(self) -> None:
        """Raise ArchiveTooNew if a later version wrote it. A missing or damaged catalogue passes."""

    @abstractmethod
    def stamp(self) -> Stamp:
        """Return what differs after each commit of a run, and after a rebuild."""

    def limit_time(self, session: Session, seconds: float) -> None:
        """Have the database end each statement of the session's transaction after some seconds.

        Nothing is to be done for SQLite, which asks a Reader for the time.
        """
        return

    def file_stamp(self) -> Stamp:
        """Return what differs after the file of a catalogue was changed or replaced; empty if a reader need not look at that.

        A reader of SQLite reads a file without a log and without a lock.
        """
        return ()

    @abstractmethod
    def size(self) -> int | None:
        """Return its bytes if it is not among the files of the archive's folder; None if it is."""

    @abstractmethod
    def file_faults(self) -> Iterator[str]:
        """Yield what is wrong with its bytes, as far as they can be read."""

    @abstractmethod
    def integrity_errors(self, session: Session) -> Iterator[str]:
        """Yield the errors that the database's own checks find, and references to rows that are not there."""

    def schema_differences(self, session: Session) -> Iterator[tuple[str, str]]:
        """Yield what differs from the tables of this version: the name of a table or an index, and how it differs.

        Those of SQLite are compared in the files, see `crawler.archive.comparison`.
        """
        return iter(())

    @contextmanager
    @abstractmethod
    def in_sqlite(self, session: Session, folder: Path) -> Iterator[sqlite3.Connection]:
        """Yield a connection to its rows as SQLite has them. `folder`: for a copy."""
        yield from ()

    # -- a new one in the place of the old: `fazhi rebuild` --------------------------------------------------

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other writers away while a new catalogue is made. The caller has the archive's lock.

        The methods below are called within it. Raises ArchiveLocked.
        """
        yield

    @abstractmethod
    def remove_new(self) -> None:
        """Remove a new catalogue that is not complete, if there is one."""

    @abstractmethod
    def new_engine(self) -> Engine:
        """Return an engine for a new catalogue beside this one."""

    @abstractmethod
    def complete_new(self, engine: Engine) -> None:
        """Check a new catalogue, which is about to take its place. Raises ArchiveDamaged."""

    @abstractmethod
    def replace(self) -> None:
        """Put the new catalogue in the place of this one: a kill leaves the old one or the new one."""
