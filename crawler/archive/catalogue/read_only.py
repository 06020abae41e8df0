"""Open a catalogue for reading only, in whatever state it is: in use, left by a killed run, or of an earlier schema.

No file of the archive is made or changed. Where SQLite cannot read the file as it is, a private copy is read instead.
"""

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
    configure_connections,
    has_wal,
    read_revision,
    sqlite_engine,
    upgrade,
    wal_files,
)
from crawler.errors import ArchiveDamaged

_MAX_ATTEMPTS = 3
"""A run that ends may remove its write-ahead log between the check for it and the opening."""


def read_only_engine(catalogue: Path, notify: Callable[[str], None]) -> Engine:
    """Return an engine on a catalogue, or on a private copy of it upgraded to today's schema.

    `notify` gets a message if the schema is an earlier one. Raises ArchiveTooNew for a later schema, SQLAlchemyError and
    OSError if the catalogue cannot be read.
    """
    engine, revision = _open(catalogue)
    if revision in (HEAD, None):
        return engine
    notify(
        f"{catalogue.parent}: its catalogue has an earlier schema ({revision}); a copy in today's ({HEAD}) is read here,"
        " and the archive is upgraded by the next crawl"
    )
    copy = _private_copy(engine)
    engine.dispose()
    upgrade(copy)
    return copy


def raise_if_too_new(catalogue: Path) -> None:
    """Raise ArchiveTooNew if a later version wrote the catalogue. A missing or damaged catalogue passes."""
    try:
        engine, _ = _open(catalogue)
    except (SQLAlchemyError, OSError, ArchiveDamaged):
        return
    engine.dispose()


def _open(catalogue: Path) -> tuple[Engine, str | None]:
    """Return an engine that can read a catalogue, and the catalogue's revision."""
    for attempts_left in reversed(range(_MAX_ATTEMPTS)):
        engine = sqlite_engine(catalogue, writes=False)
        try:
            return engine, _revision(engine, catalogue)
        except OperationalError as error:
            engine.dispose()
            if "unable to open" not in str(error.orig) or not (has_wal(catalogue) or attempts_left):
                raise
            if not attempts_left:
                break
    engine = _open_copy_with_wal(catalogue)
    return engine, _revision(engine, catalogue)


def _revision(engine: Engine, catalogue: Path) -> str | None:
    with engine.begin() as connection:
        return read_revision(connection, catalogue.parent)


def _open_copy_with_wal(catalogue: Path) -> Engine:
    """Return an engine on a copy of a catalogue whose log has no readable index, as when only two of the three files were copied."""
    with TemporaryDirectory(prefix="fazhi-") as folder:
        target = Path(folder) / catalogue.name
        for source, name in ((catalogue, target), (wal_files(catalogue)[0], wal_files(target)[0])):
            shutil.copyfile(source, name)
        copy = sqlite_engine(target, writes=True)
        try:
            return _private_copy(copy)
        finally:
            copy.dispose()


def _private_copy(engine: Engine) -> Engine:
    """Return an engine on a private copy of another engine's catalogue. SQLite holds a small one in memory."""
    copy = sqlite3.connect("", check_same_thread=False)  # "": a temporary database without a name
    with closing(engine.raw_connection()) as source:
        driver = source.driver_connection
        assert driver is not None
        driver.backup(copy)
    copied = create_engine("sqlite://", creator=lambda: copy, poolclass=StaticPool)
    configure_connections(copied, writes=True)
    return copied
