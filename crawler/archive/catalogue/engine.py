"""Open the catalogue with the SQLite settings that an archive needs, and upgrade its schema.

Makes engines for a writer and for a reader. `read_only` chooses how to open a catalogue in any state for reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.util import LRUCache

from crawler.archive.catalogue import CATALOGUE as CATALOGUE
from crawler.archive.catalogue.models import Base
from crawler.errors import ArchiveDamaged, ArchiveTooNew

if TYPE_CHECKING:
    from alembic.config import Config

LOCK_TIMEOUT_SECONDS = 30.0
"""How long a statement waits for another program's lock on the catalogue."""

SYNCHRONOUS = "FULL"
"""SQLite's `synchronous` for a writer: each commit is on disk when it ends, so that a power cut loses none."""

MIGRATIONS = Path(__file__).with_name("migrations")
WAL_AUTOCHECKPOINT_PAGES = 16_000
"""Pages of 4 KB in the write-ahead log at which SQLite copies them into the catalogue. Each commit changes pages all over
the indexes. With SQLite's default of 1000, a catalogue of 100,000 captures had most of its pages copied at every other commit."""

_WRITER_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    f"PRAGMA wal_autocheckpoint = {WAL_AUTOCHECKPOINT_PAGES}",
)
_SCRATCH_PRAGMAS = ("PRAGMA synchronous = OFF", "PRAGMA journal_mode = MEMORY")
_STATEMENTS = LRUCache[Any, Any](1000)
"""Compiled statements of all engines that are made for a short time. To compile one takes five times as long as to run it."""

NEW_CATALOGUE = f"{CATALOGUE}.new"
"""Name of the catalogue that a rebuild makes in the archive's folder, until it takes the old one's place."""

HEAD = "0018"
"""Revision of the last migration. A catalogue that has it is used without loading alembic, which takes 0.1 s."""


def sqlite_engine(path: Path, *, writes: bool) -> Engine:
    """Return an engine on a catalogue file, with WAL, foreign keys and a lock timeout. `path` may hold any character.

    A writer's transactions begin IMMEDIATE: with the driver's deferred ones SQLite silently loses concurrent updates.
    A reader needs only read permission, and changes no file.
    """
    engine = create_engine(
        URL.create("sqlite", database=str(path)) if writes else _read_only_url(path),
        connect_args={"timeout": LOCK_TIMEOUT_SECONDS},
    )
    configure_connections(engine, writes=writes)
    return engine if writes else _sharing_statements(engine)


def scratch_engine(path: Path) -> Engine:
    """Return an engine for the only user of a catalogue that lives for one visit. It waits for no disk.

    A kill loses what was not committed, a power cut the catalogue.
    """
    engine = create_engine(URL.create("sqlite", database=str(path)))
    _configure_connections(engine, _SCRATCH_PRAGMAS, "BEGIN IMMEDIATE")
    return _sharing_statements(engine)


def _sharing_statements(engine: Engine) -> Engine:
    """Let an engine use the statements that others of its kind have compiled."""
    engine.dialect = _shared_dialect()
    engine.update_execution_options(compiled_cache=_STATEMENTS)
    return engine


@cache
def _shared_dialect() -> Dialect:
    """Return the dialect of engines that share statements: a compiled statement belongs to one."""
    engine = create_engine("sqlite://")
    engine.connect().close()  # the dialect asks a connection for SQLite's version
    engine.dispose()
    return engine.dialect


def _read_only_url(path: Path) -> URL:
    """Return the URL with which SQLite opens a catalogue without making, writing or removing a file.

    Without a write-ahead log the catalogue is opened as `immutable`. With one, the log's index (`-shm`) is opened
    read-only: SQLite shares it with an active writer, and reads a log left by a killed writer into memory
    (sqlite.org/wal.html, "Read-Only Databases").
    """
    mode = {"readonly_shm": "1"} if has_wal(path) else {"immutable": "1"}
    return URL.create("sqlite", database=path.absolute().as_uri(), query={"uri": "true", "mode": "ro"} | mode)


def wal_files(path: Path) -> tuple[Path, Path]:
    """Return the paths of a catalogue's write-ahead log and of the log's index."""
    return path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")


def has_wal(path: Path) -> bool:
    """Whether a catalogue has a write-ahead log: an active writer's, or one left by a killed writer."""
    log, index = wal_files(path)
    return log.exists() and (index.exists() or log.stat().st_size > 0)


def configure_connections(engine: Engine, *, writes: bool) -> None:
    """Set the pragmas of an engine's connections and the kind of its transactions."""
    pragmas = (
        (f"PRAGMA synchronous = {SYNCHRONOUS}", *_WRITER_PRAGMAS) if writes else ("PRAGMA query_only = ON",)
    )
    _configure_connections(engine, pragmas, "BEGIN IMMEDIATE" if writes else "BEGIN")


def _configure_connections(engine: Engine, pragmas: Sequence[str], begins: str) -> None:
    @event.listens_for(engine, "connect")
    def configure(connection: Any, _: object) -> None:
        connection.isolation_level = None  # `begin` below issues BEGIN, not the driver
        cursor = connection.cursor()
        for pragma in ("PRAGMA foreign_keys = ON", *pragmas):
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(begins)


def migrations(connection: Connection) -> Config:
    """Return alembic's configuration for a connection; there is no alembic.ini."""
    from alembic.config import Config

    config = Config()
    # configparser interpolates %
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def read_revision(connection: Connection, archive: object) -> str | None:
    """Return the revision of a catalogue's schema; None for an empty catalogue. `archive`: its name in an error.

    Raises ArchiveTooNew for a revision that this version does not know, ArchiveDamaged if the catalogue has none,
    OperationalError if the file has other tables than a catalogue.
    """
    if not inspect(connection).get_table_names():
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if found is None:
        raise ArchiveDamaged(
            f"{archive}: its catalogue has no schema revision; run `fazhi rebuild` to make it again"
        )
    known = {path.name.partition("_")[0] for path in MIGRATIONS.glob("versions/[0-9]*.py")}
    if found != HEAD and found not in known:
        raise ArchiveTooNew(
            f"{archive}: its catalogue was written by a later fazhi (schema {found}; this one knows {HEAD}):"
            " install that version to use it, or, if none has written here, run `fazhi rebuild`"
        )
    return str(found)


def is_empty(catalogue: Path) -> bool:
    """Whether there is no catalogue, or a file without a table. One that cannot be read counts as not empty."""
    if not catalogue.exists() or not catalogue.stat().st_size:
        return True
    engine = sqlite_engine(catalogue, writes=False)
    try:
        with engine.begin() as connection:
            return not inspect(connection).get_table_names()
    except SQLAlchemyError:
        return False
    finally:
        engine.dispose()


def upgrade(engine: Engine) -> None:
    """Upgrade a catalogue to today's schema, from nothing or from any earlier one. Raises ArchiveTooNew for a later one.

    An empty catalogue is made from the models directly; the migrations give the same tables.
    """
    with engine.begin() as connection:
        found = read_revision(connection, _name(engine))
        if found is None:
            _create_tables(connection)
            connection.execute(
                text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
            )
            connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})
        elif found != HEAD:
            from alembic import command

            command.upgrade(migrations(connection), "head")


def _name(engine: Engine) -> object:
    """Return the name of a catalogue for an error: its folder, or the address of its database without the password."""
    if engine.dialect.name == "sqlite":
        return Path(engine.url.database or "").parent
    return engine.url.render_as_string(hide_password=True)


def _create_tables(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        Base.metadata.create_all(connection)
        return
    # here, because one archive in a hundred needs it
    from crawler.archive.catalogue.databases.definitions import create_tables

    create_tables(connection)
