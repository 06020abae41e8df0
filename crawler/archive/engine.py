"""SQLite as this archive needs it, and the catalogue's schema brought up to date."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event

PATIENCE = 30.0
"""Seconds that a statement waits for another program's lock on the catalogue."""

MIGRATIONS = Path(__file__).with_name("migrations")


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
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def migrations(connection: Connection) -> Config:
    """Alembic's configuration for a connection; there is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine) -> None:
    """Bring a catalogue to today's schema, from nothing or from any earlier one."""
    with engine.begin() as connection:
        command.upgrade(migrations(connection), "head")
