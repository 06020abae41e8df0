"""A catalogue in a schema of PostgreSQL. Importing it needs psycopg, of the extra `spread`."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from crawler.archive.catalogue.databases import checking, replacing
from crawler.archive.catalogue.databases.address import PostgresqlAddress
from crawler.archive.catalogue.databases.base import Catalogue, Stamp
from crawler.archive.catalogue.engine import HEAD, read_revision
from crawler.errors import ArchiveDamaged, ArchiveTooNew, CrawlerError

try:
    from crawler.archive.catalogue.databases.connections import postgresql_engine
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] != "psycopg":
        raise
    raise CrawlerError(
        "a catalogue in PostgreSQL needs the extra `spread`: pip install 'fazhi[spread]'"
    ) from error

_HAS_SCHEMA = text("SELECT 1 FROM pg_namespace WHERE nspname = :schema")
_HAS_TABLES = text("SELECT to_regclass(:table) IS NOT NULL")
_SIZE = text(
    "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class AS c JOIN pg_namespace AS n"
    " ON n.oid = c.relnamespace WHERE n.nspname = :schema AND c.relkind = 'r'"
)
_LIMIT = text("SELECT set_config('statement_timeout', :limit, true)")
_STAMP = text(
    "SELECT (SELECT oid FROM pg_class WHERE oid = to_regclass('runs')),"
    " (SELECT max(id) FROM runs), (SELECT max(finished_at) FROM runs), (SELECT max(id) FROM outcomes),"
    " (SELECT max(id) FROM captures), (SELECT max(id) FROM visits), (SELECT max(id) FROM page_events)"
)


class PostgresqlCatalogue(Catalogue):
    """A catalogue in a schema. The schema is made with the first tables; only a new one needs the right to make it."""

    is_database = is_outside = True

    def __init__(self, archive: Path, address: PostgresqlAddress) -> None:
        super().__init__(archive)
        self.address = address
        self.schema = address.schema
        self._new = f"{address.schema}_new"
        self._holder: Engine | None = None

    @property
    def name(self) -> str:
        """The address without its password."""
        return self.address.shown

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        engine = postgresql_engine(self.address, self.schema, writes=False)
        try:
            with engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()

    def exists(self) -> bool:
        """Whether the schema has the table that states the revision."""
        with self._reading() as connection:
            return self._has_tables(connection)

    def _has_tables(self, connection: Connection) -> bool:
        return bool(connection.scalar(_HAS_TABLES, {"table": f"{self.schema}.alembic_version"}))

    def is_empty(self) -> bool:
        """Whether the schema has no catalogue."""
        return not self.exists()

    def writing_engine(self) -> Engine:
        """Return an engine with the lock of the schema, which is made if it is not there. Within `held` that has the lock."""
        return self._writer(self.schema, locks=self._holder is None)

    def _writer(self, schema: str, *, locks: bool) -> Engine:
        engine = postgresql_engine(self.address, schema, writes=True, locks=locks)
        try:
            with engine.begin() as connection:
                if connection.scalar(_HAS_SCHEMA, {"schema": schema}) is None:
                    connection.exec_driver_sql(f'CREATE SCHEMA "{schema}"')
        except BaseException:
            engine.dispose()
            raise
        return engine

    def reading_engine(self, notify: Callable[[str], None]) -> Engine:
        """Return an engine that can only read. An earlier schema must be upgraded first: no copy of a database is made."""
        engine = postgresql_engine(self.address, self.schema, writes=False)
        try:
            with engine.begin() as connection:
                if not self._has_tables(connection):
                    raise ArchiveDamaged(self.missing)
                revision = read_revision(connection, self.name)
            if revision != HEAD:
                raise ArchiveDamaged(
                    f"{self.name}: the catalogue has an earlier schema ({revision}); the next crawl upgrades it to today's"
                    f" ({HEAD}), or `fazhi rebuild` now"
                )
        except BaseException:
            engine.dispose()
            raise
        return engine

    def raise_if_too_new(self) -> None:
        """Raise ArchiveTooNew if a later version wrote it."""
        try:
            with self._reading() as connection:
                if self._has_tables(connection):
                    read_revision(connection, self.name)
        except ArchiveTooNew:
            raise
        except (SQLAlchemyError, OSError, ArchiveDamaged):
            return

    def stamp(self) -> Stamp:
        """Return the newest rows, which each commit of a run adds to, and which table it is."""
        try:
            with self._reading() as connection:
                return tuple(connection.execute(_STAMP).one()) if self._has_tables(connection) else ()
        except SQLAlchemyError:  # what reads it then says what is wrong
            return ()

    def limit_time(self, session: Session, seconds: float) -> None:
        """Set the time limit of the server for the transaction that begins, or goes on, here."""
        session.execute(_LIMIT, {"limit": f"{max(1, round(seconds * 1000))}ms"})

    def size(self) -> int | None:
        """Return the bytes of its tables and indexes."""
        with self._reading() as connection:
            return int(connection.scalar(_SIZE, {"schema": self.schema}))

    def file_faults(self) -> Iterator[str]:
        """Yield nothing: the files are the server's, which checks them by its own checksums."""
        return iter(())

    def integrity_errors(self, session: Session) -> Iterator[str]:
        """Yield the references to rows that are not there. What is wrong with its files is the server's to say."""
        return checking.dangling_references(session)

    def schema_differences(self, session: Session) -> Iterator[tuple[str, str]]:
        """Yield what differs from the tables of this version."""
        return checking.schema_differences(session.connection())

    @contextmanager
    def in_sqlite(self, session: Session, folder: Path) -> Iterator[sqlite3.Connection]:
        """Yield a connection to a copy of all rows."""
        copy = folder / "kept.db"
        checking.copy_to_sqlite(session, copy)
        with closing(sqlite3.connect(copy)) as connection:
            yield connection

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock of the schema, with the connection that replaces the tables in the end."""
        self._holder = self.writing_engine()
        try:
            yield
        finally:
            self._holder.dispose()
            self._holder = None

    def _held(self) -> Engine:
        assert self._holder is not None, "a new catalogue is made within `held`"
        return self._holder

    def remove_new(self) -> None:
        """Drop the schema of a new catalogue."""
        with self._held().begin() as connection:
            if connection.scalar(_HAS_SCHEMA, {"schema": self._new}) is not None:
                connection.exec_driver_sql(f'DROP SCHEMA "{self._new}" CASCADE')

    def new_engine(self) -> Engine:
        """Return an engine on a schema of its own."""
        return self._writer(self._new, locks=False)

    def complete_new(self, engine: Engine) -> None:
        """Have the planner's figures made: the new tables have none."""
        with engine.begin() as connection:
            for (name,) in connection.execute(replacing.TABLES, {"schema": self._new}).all():
                connection.exec_driver_sql(f'ANALYZE "{self._new}"."{name}"')

    def replace(self) -> None:
        """Move the new tables to this schema in one transaction, in which the old ones are dropped."""
        with self._held().begin() as connection:
            replacing.replace(connection, self.schema, self._new)
