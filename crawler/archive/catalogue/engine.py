"""SQLite as this archive needs it, and the catalogue's schema brought up to date."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, text

from crawler.archive.catalogue.models import Base
from crawler.errors import ArchiveDamaged, ArchiveTooNew

if TYPE_CHECKING:
    from alembic.config import Config

PATIENCE = 30.0
"""Seconds that a statement waits for another program's lock on the catalogue."""

MIGRATIONS = Path(__file__).with_name("migrations")
WAL_PAGES = 16_000
"""Pages of 4 KB in the write-ahead log before they go into the catalogue. Each commit changes pages all over the indexes;
at SQLite's 1000 of them, a catalogue of 100,000 captures had most pages written in place for every other commit."""

HEAD = "0009"
"""The last of the migrations: a catalogue that has it needs none, nor the tenth of a second that loading alembic takes."""


def sqlite_engine(path: Path, *, writes: bool) -> Engine:
    """Engine on a catalogue file: WAL, foreign keys, patient with locks. `path` may hold any character.

    Writers begin IMMEDIATE: with the driver's deferred transactions SQLite silently loses concurrent updates.
    Readers need read permission only, and change no file.
    """
    engine = create_engine(
        URL.create("sqlite", database=str(path)) if writes else _read_only(path),
        connect_args={"timeout": PATIENCE},
    )
    listen(engine, writes=writes)
    return engine


def _read_only(path: Path) -> URL:
    """Address of a catalogue as SQLite opens it without making, writing or removing a file.

    Without a write-ahead log nothing else is needed (`immutable`). With one, its index (`-shm`) is opened read-only:
    SQLite shares it with a writer at work, and reads a log that a killed one left into memory (sqlite.org/wal.html,
    "Read-Only Databases").
    """
    how = {"readonly_shm": "1"} if has_log(path) else {"immutable": "1"}
    return URL.create("sqlite", database=path.absolute().as_uri(), query={"uri": "true", "mode": "ro"} | how)


def log_of(path: Path) -> tuple[Path, Path]:
    """The write-ahead log of a catalogue, and the log's index."""
    return path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")


def has_log(path: Path) -> bool:
    """Whether a catalogue has a write-ahead log: of a writer at work, or left by a killed one."""
    log, index = log_of(path)
    return log.exists() and (index.exists() or log.stat().st_size > 0)


def listen(engine: Engine, *, writes: bool) -> None:
    """Have an engine's connections set up, and its transactions begun, as the archive needs it."""

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA synchronous = FULL" if writes else "PRAGMA query_only = ON")
        if writes:
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute(f"PRAGMA wal_autocheckpoint = {WAL_PAGES}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def migrations(connection: Connection) -> Config:
    """Alembic's configuration for a connection; there is no alembic.ini."""
    from alembic.config import Config

    config = Config()
    # configparser reads a % as the beginning of a reference to another option
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def revision_of(connection: Connection, archive: object) -> str | None:
    """The last migration that a catalogue has had; None for an empty one. `archive`: its name in an error.

    Raises ArchiveTooNew for one that this version does not know, ArchiveDamaged where none is told, OperationalError
    where the tables are no catalogue's.
    """
    if not inspect(connection).get_table_names():
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if found is None:
        raise ArchiveDamaged(
            f"{archive}: its catalogue does not tell its schema; `fazhi rebuild` makes it again"
        )
    known = {path.name.partition("_")[0] for path in MIGRATIONS.glob("versions/[0-9]*.py")}
    if found != HEAD and found not in known:
        raise ArchiveTooNew(
            f"{archive}: its catalogue was written by a later fazhi (schema {found}; this one knows {HEAD}):"
            " install that version to use it"
        )
    return str(found)


def upgrade(engine: Engine) -> None:
    """Bring a catalogue to today's schema, from nothing or from any earlier one. Raises ArchiveTooNew for a later one.

    A new one is made from the models as they are, which the migrations come to as well.
    """
    with engine.begin() as connection:
        found = revision_of(connection, Path(engine.url.database or "").parent)
        if found is None:
            Base.metadata.create_all(connection)
            connection.execute(
                text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
            )
            connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})
        elif found != HEAD:
            from alembic import command

            command.upgrade(migrations(connection), "head")
