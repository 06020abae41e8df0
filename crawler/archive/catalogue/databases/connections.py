"""Connections to PostgreSQL: their settings, the lock of the one writer, and characters that PostgreSQL does not store.

Importing it needs psycopg, of the extra `spread`.
"""

from __future__ import annotations

import hashlib
import logging
from time import monotonic, sleep
from typing import Any

from psycopg import Connection as Driver
from psycopg.types.string import StrDumperUnknown, TextLoader
from sqlalchemy import Engine, create_engine, event

from crawler.archive.catalogue.databases.address import PostgresqlAddress
from crawler.archive.catalogue.databases.posted import JsonText, escaped, keep_posted, unescaped
from crawler.archive.catalogue.engine import LOCK_TIMEOUT_SECONDS
from crawler.errors import ArchiveDamaged, ArchiveLocked

CONNECT_TIMEOUT_SECONDS = 10
KILLED_SECONDS = 3.0
"""How long the lock is waited for: its server ends the session of a killed program within moments."""

MIN_SERVER_VERSION = 140_000
"""PostgreSQL 14, in the form of `server_version_num`."""


class _WithoutIgnoredErrors(logging.Filter):
    """Drops what psycopg logs of an error that it ignores because another one is raised: that the end of a pipeline, or a
    rollback, failed too on a connection that was lost."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is logged."""
        return not str(record.msg).startswith("error ignored ")


logging.getLogger("psycopg").addFilter(_WithoutIgnoredErrors())


class _EscapingDumper(StrDumperUnknown):  # type: ignore[misc]  # psycopg is not installed for mypy
    """Passes a text on, with U+0000 escaped."""

    def dump(self, obj: str) -> Any:
        """Return the bytes of a text."""
        return super().dump(escaped(obj))


class _EscapingLoader(TextLoader):  # type: ignore[misc]  # as above
    """Returns a text as it was before the dumper."""

    def load(self, data: Any) -> Any:
        """Return the text of some bytes."""
        return unescaped(super().load(data))


def postgresql_engine(
    address: PostgresqlAddress, schema: str, *, writes: bool, locks: bool = False
) -> Engine:
    """Return an engine on a schema with a single connection, whose transactions are REPEATABLE READ.

    `locks`: it has the advisory lock of the address as long as the connection lasts: once it is lost, nothing more can be
    written. A reader's transactions are read only, and each sees one state of the catalogue. Connecting raises
    ArchiveLocked, ArchiveDamaged for a server that is too old or has another encoding, and OperationalError.
    """
    engine = create_engine(
        address.url,
        isolation_level="REPEATABLE READ",
        pool_size=1,
        max_overflow=0,
        connect_args={"connect_timeout": CONNECT_TIMEOUT_SECONDS} | _settings(address, schema, writes=writes),
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Driver[Any], _: object) -> None:
        connection.adapters.register_dumper(str, _EscapingDumper)
        connection.adapters.register_dumper(JsonText, StrDumperUnknown)
        for name in ("text", "varchar"):
            connection.adapters.register_loader(name, _EscapingLoader)
        _check_server(connection, address)
        if locks:
            _lock(connection, address)
        connection.rollback()

    keep_posted(engine)
    return engine


def _settings(address: PostgresqlAddress, schema: str, *, writes: bool) -> dict[str, str]:
    """Return settings as options of the connection: they hold before its first statement."""
    settings = {
        "search_path": schema,
        "client_encoding": "UTF8",
        "lock_timeout": f"{LOCK_TIMEOUT_SECONDS:g}s",
        "default_transaction_read_only": "off" if writes else "on",
    }
    given = address.url.query.get("options", "")
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    name = {} if "application_name" in address.url.query else {"application_name": "fazhi"}
    return {"options": f"{given} {options}".strip()} | name


def _check_server(connection: Driver[Any], address: PostgresqlAddress) -> None:
    version = connection.info.server_version
    if version < MIN_SERVER_VERSION:
        raise ArchiveDamaged(
            f"{address.shown}: its server is PostgreSQL {version // 10_000}; a catalogue needs"
            f" {MIN_SERVER_VERSION // 10_000} or later"
        )
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise ArchiveDamaged(
            f"{address.shown}: the database has the encoding {encoding}; make one with `createdb -E UTF8 -T template0`"
        )


def lock_number(address: PostgresqlAddress) -> int:
    """Return the number of the advisory lock of a schema. PostgreSQL keeps the locks of each database apart."""
    digest = hashlib.sha256(f"fazhi {address.schema}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)


def _lock(connection: Driver[Any], address: PostgresqlAddress) -> None:
    """Take the lock. That of a program which was killed lasts until the server has noticed."""
    end = monotonic() + KILLED_SECONDS
    while True:
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", (lock_number(address),)).fetchone()
        if row is not None and row[0]:
            return
        if monotonic() > end:
            raise ArchiveLocked(
                f"{address.shown}: another program writes to this catalogue, from here or from another machine"
            )
        sleep(0.1)
