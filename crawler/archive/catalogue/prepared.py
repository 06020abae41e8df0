"""`Prepared`: a SQLAlchemy statement compiled once and passed to the database's driver directly.

For the few statements that every page of a crawl needs: SQLAlchemy takes ten times as long to pass on a statement as SQLite
to execute it. The session is flushed first, so a prepared statement sees its changes. Rows that the session has loaded do
not show what a prepared statement changed until they are expired.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Insert, Select, Update
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from crawler.archive.catalogue.databases import posted

Row = tuple[Any, ...]
Convert = Callable[[Any], Any] | None
Statement = Select[*tuple[Any, ...]] | Insert | Update


class Prepared:
    """A statement with bound parameters. It is compiled when it is run for the first time on a kind of database."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}  # by name of the dialect

    def first(self, session: Session, values: Mapping[str, Any]) -> Row | None:
        """Return the first row; None if there is none."""
        compiled, cursor = self._run(session, values)
        row = cursor.fetchone()
        return compiled.converted(row) if row is not None else None

    def all(self, session: Session, values: Mapping[str, Any]) -> list[Row]:
        """Return all rows."""
        compiled, cursor = self._run(session, values)
        return [compiled.converted(row) for row in cursor.fetchall()]

    def insert(self, session: Session, values: Mapping[str, Any]) -> int:
        """Insert a row and return its id; 0 if its table numbers none."""
        compiled, cursor = self._run(session, values)
        if not compiled.is_named:
            return int(cursor.lastrowid)
        # for psycopg, which has no `lastrowid`, SQLAlchemy compiles RETURNING
        return int(cursor.fetchone()[0]) if cursor.description else 0

    def insert_all(self, session: Session, values: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows, which must all have the same names."""
        if values:
            self._run(session, values[0], values)

    def post(self, session: Session, values: Mapping[str, Any]) -> None:
        """Execute an INSERT or an UPDATE. A database behind a connection may get it with the next statement, see `posted`.

        An error is raised then.
        """
        connection = session.connection()
        if not posted.can_post(connection):
            self._run(session, values)
            return
        session.flush()
        compiled = self._compiled_for(connection.dialect, values)
        posted.post(connection, compiled.sql, compiled.arguments(values))

    def _run(
        self,
        session: Session,
        values: Mapping[str, Any],
        many: Sequence[Mapping[str, Any]] | None = None,
    ) -> tuple[_Compiled, Any]:
        session.flush()
        connection = session.connection()
        dialect = connection.dialect
        compiled = self._compiled_for(dialect, values)
        sql, before = compiled.sql, posted.take(connection)
        driver: Any = connection.connection.driver_connection
        cursor = driver.cursor()
        try:
            with driver.pipeline() if before else nullcontext():
                for each in before:
                    driver.cursor().execute(*each)
                if many is not None:
                    cursor.executemany(sql, [compiled.arguments(each) for each in many])
                else:
                    cursor.execute(sql, compiled.arguments(values))
        except dialect.loaded_dbapi.Error as error:
            raise DBAPIError.instance(
                sql, None, error, dialect.loaded_dbapi.Error, dialect=dialect
            ) from error
        return compiled, cursor

    def _compiled_for(self, dialect: Dialect, values: Mapping[str, Any]) -> _Compiled:
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _compile(self._statement, dialect, values)
        return compiled


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement in the SQL of one kind of database, with what converts its parameters and columns."""

    sql: str
    is_named: bool  # parameters have names, as psycopg wants them; otherwise places, as sqlite3 wants them
    parameters: list[tuple[str, Convert]]
    constants: dict[str, Any]
    columns: list[tuple[int, Callable[[Any], Any]]]  # columns to convert, by index

    def arguments(self, values: Mapping[str, Any]) -> list[Any] | dict[str, Any]:
        """Return values as the driver takes them."""
        all_values = {**self.constants, **values} if self.constants else values
        if self.is_named:
            return {
                name: convert(all_values[name]) if convert else all_values[name]
                for name, convert in self.parameters
            }
        return [
            convert(all_values[name]) if convert else all_values[name] for name, convert in self.parameters
        ]

    def converted(self, row: Row) -> Row:
        """Return a row of the driver with its values as SQLAlchemy gives them."""
        if not self.columns:
            return row
        result = list(row)
        for index, convert in self.columns:
            result[index] = convert(result[index])
        return tuple(result)


def _compile(statement: Statement, dialect: Dialect, values: Mapping[str, Any]) -> _Compiled:
    states_values = isinstance(statement, Insert) and statement._values is not None
    keys = list(values) if isinstance(statement, Insert) and not states_values else None
    compiled = statement.compile(dialect=dialect, column_keys=keys)
    is_named = not compiled.positional
    made = _Compiled(str(compiled), is_named, [], {}, [])
    for name in compiled.binds if is_named else compiled.positiontup or ():
        parameter = compiled.binds[name]
        made.parameters.append((name, _implementation(parameter.type, dialect).bind_processor(dialect)))
        if not parameter.required:
            made.constants[name] = parameter.value
    if isinstance(statement, Select):
        for index, column in enumerate(statement.selected_columns):
            convert = _implementation(column.type, dialect).result_processor(dialect, None)
            if convert:
                made.columns.append((index, convert))
    return made


def _implementation(type_: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return type_.dialect_impl(dialect)
