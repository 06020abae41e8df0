"""Opening a catalogue for reading alone, whatever state it is in: in use, left by a killed run, of an earlier schema."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, StaticPool, create_engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from crawler.archive.catalogue.engine import (
    HEAD,
    has_log,
    listen,
    log_of,
    revision_of,
    sqlite_engine,
    upgrade,
)
from crawler.errors import ArchiveDamaged

_TRIES = 3
"""A run that ends takes its write-ahead log away between the look for it and the opening."""


def reading_engine(catalogue: Path, notify: Callable[[str], None]) -> Engine:
    """Engine on a catalogue, or on a private copy of it in today's schema. No file of the archive is made or changed.

    `notify` is told of an earlier schema. Raises ArchiveTooNew for a later one, SQLAlchemyError and OSError where the
    catalogue cannot be read.
    """
    engine, revision = _opened(catalogue)
    if revision in (HEAD, None):
        return engine
    notify(
        f"{catalogue.parent}: its catalogue has an earlier schema ({revision}); a copy in today's ({HEAD}) is read here,"
        " and the archive is upgraded by the next crawl"
    )
    copy = _copied(engine)
    engine.dispose()
    upgrade(copy)
    return copy


def refuse_later(catalogue: Path) -> None:
    """Raise ArchiveTooNew for a catalogue that a later version wrote. One that is missing or damaged passes."""
    try:
        engine, _ = _opened(catalogue)
    except (SQLAlchemyError, OSError, ArchiveDamaged):
        return
    engine.dispose()


def _opened(catalogue: Path) -> tuple[Engine, str | None]:
    """An engine that can read a catalogue, and the catalogue's revision."""
    for tries_left in reversed(range(_TRIES)):
        engine = sqlite_engine(catalogue, writes=False)
        try:
            return engine, _revision(engine, catalogue)
        except OperationalError as error:
            engine.dispose()
            if "unable to open" not in str(error.orig) or not (has_log(catalogue) or tries_left):
                raise
            if not tries_left:
                break
    engine = _with_log_read(catalogue)
    return engine, _revision(engine, catalogue)


def _revision(engine: Engine, catalogue: Path) -> str | None:
    with engine.begin() as connection:
        return revision_of(connection, catalogue.parent)


def _with_log_read(catalogue: Path) -> Engine:
    """A copy of a catalogue whose log's index is missing or may not be read, as after a copy of two files of the three."""
    with TemporaryDirectory(prefix="fazhi-") as folder:
        target = Path(folder) / catalogue.name
        for source, name in ((catalogue, target), (log_of(catalogue)[0], log_of(target)[0])):
            shutil.copyfile(source, name)
        whole = sqlite_engine(target, writes=True)
        try:
            return _copied(whole)
        finally:
            whole.dispose()


def _copied(engine: Engine) -> Engine:
    """A private copy of an engine's catalogue, in memory as long as it is small; it goes with the engine."""
    copy = sqlite3.connect("", check_same_thread=False)  # a temporary database, which has no name
    with closing(engine.raw_connection()) as source:
        driver = source.driver_connection
        assert driver is not None
        driver.backup(copy)
    copied = create_engine("sqlite://", creator=lambda: copy, poolclass=StaticPool)
    listen(copied, writes=True)
    return copied
