"""SQLite as this archive needs it, and the catalogue's schema brought up to date."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text

from crawler.archive.catalogue import Base

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
    """Engine on a catalogue file: WAL, foreign keys, patient with locks.

    Writers begin IMMEDIATE: with the driver's deferred transactions SQLite silently loses concurrent updates.
    Readers may not write.
    """
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": PATIENCE})

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

    return engine


def migrations(connection: Connection) -> Config:
    """Alembic's configuration for a connection; there is no alembic.ini."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine) -> None:
    """Bring a catalogue to today's schema, from nothing or from any earlier one.

    A new one is made from the models as they are, which the migrations come to as well.
    """
    with engine.begin() as connection:
        if not inspect(connection).get_table_names():
            Base.metadata.create_all(connection)
            connection.execute(
                text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
            )
            connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})
        elif connection.scalar(text("SELECT version_num FROM alembic_version")) != HEAD:
            from alembic import command

            command.upgrade(migrations(connection), "head")
