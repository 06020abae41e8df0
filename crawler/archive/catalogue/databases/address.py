"""The address of a catalogue's database, as `--database` takes it: read, checked, and shown without its password."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from crawler.errors import ConfigError

SCHEMA = "fazhi"
"""Schema of PostgreSQL that a catalogue is in if its address names no other: several archives may share a database."""

_FORMS = "postgresql+psycopg://USER@HOST:PORT/DATABASE or sqlite:///FILE"
_SCHEMA_NAME = re.compile("[a-z_][a-z0-9_]{0,39}")
_SECRETS = frozenset({"password", "sslpassword", "passfile"})
"""Parameters of libpq that are not shown."""


@dataclass(frozen=True, slots=True)
class PostgresqlAddress:
    """A schema in a PostgreSQL database. `url` has no `schema`, which libpq does not know."""

    url: URL
    schema: str

    @property
    def shown(self) -> str:
        """The address without its password."""
        shown = self.url.update_query_dict(dict.fromkeys(_SECRETS & self.url.query.keys(), "***"))
        if self.schema != SCHEMA:
            shown = shown.update_query_dict({"schema": self.schema})
        return shown.render_as_string(hide_password=True)


def parse(text: str) -> PostgresqlAddress | Path:
    """Return the address of a PostgreSQL schema, or the path of a file of SQLite. Raises ConfigError."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):  # the text may hold a password: it is not shown
        raise ConfigError(f"--database: is no address of a database; it is {_FORMS}") from None
    if url.drivername in ("sqlite", "sqlite+pysqlite"):
        if not url.database or url.database == ":memory:" or url.query:
            raise ConfigError(f"--database {text}: names no file; it is sqlite:///FILE")
        return Path(url.database)
    if url.drivername not in ("postgresql", "postgresql+psycopg"):
        raise ConfigError(
            f"--database: {url.drivername} is no database that a catalogue can be in; it is {_FORMS}"
        )
    schema = url.query.get("schema", SCHEMA)
    if not isinstance(schema, str) or not _SCHEMA_NAME.fullmatch(schema) or schema.startswith("pg_"):
        raise ConfigError(
            "--database: `schema` must be one name of lower case letters, digits and _, at most 40 characters"
        )
    return PostgresqlAddress(
        url.set(drivername="postgresql+psycopg").difference_update_query(["schema"]), schema
    )
