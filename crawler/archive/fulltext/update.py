"""Write the full text index: after each run what the run touched, or all of it into a new file.

The catalogue gives the texts. The index is never evidence: if it cannot be read it is built anew. Only who holds the
archive's lock may write it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, select
from sqlalchemy.exc import DatabaseError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from crawler.archive.catalogue.databases.base import Catalogue
from crawler.archive.catalogue.databases.opening import open_catalogue
from crawler.archive.catalogue.engine import wal_files
from crawler.archive.catalogue.models import ReportRow, VersionRow
from crawler.archive.damage import errors_as_damage, is_disk_error
from crawler.archive.evidence import files
from crawler.archive.evidence.lock import acquire
from crawler.archive.fulltext.changes import (
    REPORTS_PER_PORTION,
    TELL_FROM_TEXTS,
    Changes,
    newest,
    progress,
    touched_reports,
)
from crawler.archive.fulltext.facts import FACT_COLUMNS, Entry, Facts, entries_of, facts_of
from crawler.archive.fulltext.schema import (
    FORMAT,
    INDEX,
    NEW_INDEX,
    VERSION_BITS,
    Stamp,
    add_text,
    create_tables,
    read_stamp,
    write_stamp,
    writing_engine,
)
from crawler.errors import ArchiveDamaged, NoArchive

_MAX_DEAD_SHARE = 0.2
"""Of rows of replaced texts, which still take room and count in the rank. With more the index is built anew."""

_MIN_DEAD = 1000
_NO_SAFETY = ("PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF")
"""Of a new file: a kill or an error leaves one that nothing reads. It is synced before it takes its place."""

_ARCHIVE_IS_WHOLE = "; the archive is whole, its search index is not: `fazhi search --index` makes it again"

_NOT_TEXT = ("number", "kind", "year", "region", "latest")
"""Facts that do not change the tokens."""


def update_index(
    archive: Path, session: Session, *, everything: bool, notify: Callable[[str], None]
) -> Changes:
    """Bring the index up to the catalogue. Build it if there is none, or none that can be used.

    `everything`: any report may have changed, not only those that the runs since have outcomes of. Raises SQLAlchemyError
    and OSError if the disk fails.
    """
    path = archive / INDEX
    if not path.is_file():
        return build_index(archive, session, notify=notify)
    engine = writing_engine(path)
    try:
        with engine.connect() as connection:
            with connection.begin():
                stamp = read_stamp(connection)
                usable = stamp is not None and stamp.format == FORMAT and not _many_dead(connection)
            if stamp is not None and usable:
                return _update(connection, session, stamp, everything=everything, notify=notify)
    except DatabaseError as error:
        if is_disk_error(error) or (isinstance(error, OperationalError) and "locked" in str(error)):
            raise
    finally:
        engine.dispose()
    return build_index(archive, session, notify=notify)


@contextmanager
def _errors_named(archive: Path) -> Iterator[None]:
    """Raise what the disk or SQLite says as ArchiveDamaged, which names the index and says what is lost."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        reason = getattr(error, "orig", None) or getattr(error, "strerror", None) or error
        raise ArchiveDamaged(f"{archive / INDEX}: {reason}{_ARCHIVE_IS_WHOLE}") from error


def index_after_run(archive: Path, session: Session, everything: bool, notify: Callable[[str], None]) -> None:
    """Bring the index up to a catalogue at the end of a run. An archive without texts gets none.

    `everything`: as for `update_index`. Raises ArchiveDamaged if the index cannot be written.
    """
    if session.get_bind().dialect.name != "sqlite":
        # here, because one archive in a hundred needs it
        from crawler.archive.fulltext.database.update import update_index as update_in_database

        with errors_as_damage(archive):
            update_in_database(session, everything=everything, notify=notify)
        return
    with _errors_named(archive):
        if (archive / INDEX).is_file() or session.scalar(select(VersionRow.id).limit(1)) is not None:
            update_index(archive, session, everything=everything, notify=notify)


def index_catalogue(
    archive: Path,
    *,
    clock: Callable[[], datetime] | None = None,
    notify: Callable[[str], None],
    database: str | None = None,
) -> Changes:
    """Build the index anew from the catalogue. `clock`: take the archive's lock; without, the caller holds it.

    `database`: address of the catalogue's database if it is not in the folder. Raises NoArchive, ArchiveLocked, ArchiveDamaged if the index cannot be written.
    """
    catalogue = open_catalogue(archive, database)
    if not catalogue.is_database and not catalogue.exists():
        raise NoArchive.at(archive)  # before the lock, which is a file in the folder
    with _errors_named(archive), acquire(archive, clock()) if clock else nullcontext():
        return index_of(catalogue, notify)


def index_of(catalogue: Catalogue, notify: Callable[[str], None]) -> Changes:
    """Build the index of a catalogue anew. The caller holds the archive's lock. Raises as `index_catalogue` does."""
    archive = catalogue.archive
    if catalogue.is_database:
        with errors_as_damage(archive):
            return _build_in_database(catalogue, notify)
    with _errors_named(archive):
        if not catalogue.exists():
            raise NoArchive.at(archive)
        engine = catalogue.reading_engine(notify)
        try:
            with Session(engine) as session:
                return build_index(archive, session, notify=notify)
        finally:
            engine.dispose()


def _build_in_database(catalogue: Catalogue, notify: Callable[[str], None]) -> Changes:
    from crawler.archive.fulltext.database.update import build_index as build_in_database

    if not catalogue.exists():
        raise NoArchive.at(catalogue.archive)
    engine = catalogue.writing_engine()
    try:
        with Session(engine) as session:
            return build_in_database(session, notify=notify)
    finally:
        engine.dispose()


def build_index(archive: Path, session: Session, *, notify: Callable[[str], None]) -> Changes:
    """Build the whole index in a new file, which then takes the place of the old one. Raises SQLAlchemyError, OSError."""
    new = archive / NEW_INDEX
    _remove_new(archive)
    engine = writing_engine(new)
    try:
        with engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            for pragma in _NO_SAFETY:
                driver.execute(pragma)
            with connection.begin():
                create_tables(connection)
            ids = session.scalars(select(ReportRow.id).order_by(ReportRow.id)).all()
            changes = _sync(connection, session, ids, notify)
            with connection.begin():
                _write_stamp(connection, session)
                connection.exec_driver_sql("INSERT INTO texts (texts) VALUES ('optimize')")
            driver.execute("VACUUM")  # parts that were merged leave as much room as they had
    except BaseException:
        engine.dispose()
        _remove_new(archive)
        raise
    engine.dispose()
    with new.open("rb") as file:
        os.fsync(file.fileno())
    for log in wal_files(archive / INDEX):
        files.remove(archive, log.name)
    files.rename(archive, NEW_INDEX, INDEX)
    files.sync_folder(archive)
    changes.whole = True
    return changes


def _remove_new(archive: Path) -> None:
    for path in (archive / NEW_INDEX, *wal_files(archive / NEW_INDEX)):
        files.remove(archive, path.name)


def _many_dead(connection: Connection) -> bool:
    dead, all_entries = connection.exec_driver_sql(
        "SELECT count(*) FILTER (WHERE NOT live), count(*) FROM entries"
    ).one()
    return bool(dead > _MIN_DEAD and dead > all_entries * _MAX_DEAD_SHARE)


def _update(
    connection: Connection,
    session: Session,
    stamp: Stamp,
    *,
    everything: bool,
    notify: Callable[[str], None],
) -> Changes:
    """Enter what the runs since the stamp touched."""
    ids = touched_reports(session, stamp, everything=everything)
    if ids is None:
        ids = session.scalars(select(ReportRow.id).order_by(ReportRow.id)).all()
        _remove_lost(connection, ids)
    changes = _sync(connection, session, ids, notify)
    with connection.begin():
        _write_stamp(connection, session)
    return changes


def _write_stamp(connection: Connection, session: Session) -> None:
    write_stamp(connection, *newest(session))


def _remove_lost(connection: Connection, reports: Sequence[str]) -> None:
    """Mark the entries of reports dead that the catalogue does not have."""
    held = set(reports)
    with connection.begin():
        known = connection.exec_driver_sql("SELECT DISTINCT report FROM entries WHERE live").scalars().all()
        for report in known:
            if report not in held:
                connection.exec_driver_sql("UPDATE entries SET live = 0 WHERE report = ?", (report,))


def _sync(
    connection: Connection, session: Session, reports: Sequence[str], notify: Callable[[str], None]
) -> Changes:
    """Make the entries and the tokens of these reports those of the catalogue."""
    changes = Changes()
    told = 0
    for start in range(0, len(reports), REPORTS_PER_PORTION):
        portion = reports[start : start + REPORTS_PER_PORTION]
        with connection.begin():
            for facts, entry in _differing(connection, session, portion):
                _enter(connection, session, facts, entry, changes)
        done = changes.added + changes.replaced
        if done // TELL_FROM_TEXTS > told:
            told = done // TELL_FROM_TEXTS
            notify(progress(done, start + len(portion), len(reports)))
    return changes


def _differing(
    connection: Connection, session: Session, reports: Sequence[str]
) -> Iterator[tuple[Facts | int, Entry | None]]:
    """Yield the versions of reports that their entries do not agree with. A version that is gone is given by its id."""
    held = {entry.facts.version: entry for entry in entries_of(connection, reports)}
    for facts in facts_of(session, reports):
        entry = held.pop(facts.version, None)
        if entry is None or entry.facts != facts:
            yield facts, entry
    for version, entry in held.items():
        yield version, entry


def _enter(
    connection: Connection, session: Session, facts: Facts | int, entry: Entry | None, changes: Changes
) -> None:
    if isinstance(facts, int):
        _kill(connection, entry)
        return
    if entry is not None and (entry.facts.text_sha256, entry.facts.title) == (facts.text_sha256, facts.title):
        assigned = ", ".join(f"{name} = ?" for name in _NOT_TEXT)
        values = tuple(getattr(facts, name) for name in _NOT_TEXT)
        connection.exec_driver_sql(f"UPDATE entries SET {assigned} WHERE id = ?", (*values, entry.id))
        return
    _kill(connection, entry)
    number = _new_id(connection, facts.version)
    marks = ", ".join("?" * (len(Facts._fields) + 1))
    connection.exec_driver_sql(f"INSERT INTO entries (id, {FACT_COLUMNS}) VALUES ({marks})", (number, *facts))
    text = session.execute(
        select(VersionRow.body, VersionRow.sections).where(VersionRow.id == facts.version)
    ).one()
    add_text(connection, number, facts.title, text.body, text.sections)
    if entry is None:
        changes.added += 1
    else:
        changes.replaced += 1


def _kill(connection: Connection, entry: Entry | None) -> None:
    if entry is not None:
        connection.exec_driver_sql("UPDATE entries SET live = 0 WHERE id = ?", (entry.id,))


def _new_id(connection: Connection, version: int) -> int:
    """Return an id for a version's entry that no other has: see VERSION_BITS."""
    number = version
    while connection.exec_driver_sql("SELECT 1 FROM entries WHERE id = ?", (number,)).first():
        number += 1 << VERSION_BITS
    return number
