"""`Prepared`: a SQLAlchemy statement compiled once and passed to the SQLite driver directly.

For the few statements that every page of a crawl needs: SQLAlchemy takes ten times as long to pass on a statement as SQLite
to execute it. The session is flushed first, so a prepared statement sees its changes. Rows that the session has loaded do
not show what a prepared statement changed until they are expired.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Insert, Select, Update
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

Row = tuple[Any, ...]
Convert = Callable[[Any], Any] | None


class Prepared:
    """A statement with bound parameters. It is compiled when it is run for the first time."""

    def __init__(self, statement: Select[*tuple[Any, ...]] | Insert | Update) -> None:
        self._statement = statement
        self._sql = ""
        self._parameters: list[tuple[str, Convert]] = []
        self._constants: dict[str, Any] = {}
        self._columns: list[tuple[int, Callable[[Any], Any]]] = []  # columns to convert, by index

    def first(self, session: Session, values: Mapping[str, Any]) -> Row | None:
        """Return the first row; None if there is none."""
        row = self._run(session, values).fetchone()
        return self._converted(row) if row is not None else None

    def all(self, session: Session, values: Mapping[str, Any]) -> list[Row]:
        """Return all rows."""
        return [self._converted(row) for row in self._run(session, values).fetchall()]

    def insert(self, session: Session, values: Mapping[str, Any]) -> int:
        """Insert a row and return its id."""
        row_id: int = self._run(session, values).lastrowid
        return row_id

    def insert_all(self, session: Session, values: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows, which must all have the same names."""
        if values:
            self._run(session, values[0], values)

    def run(self, session: Session, values: Mapping[str, Any]) -> None:
        """Execute an UPDATE."""
        self._run(session, values)

    def _run(
        self, session: Session, values: Mapping[str, Any], many: Sequence[Mapping[str, Any]] | None = None
    ) -> Any:
        session.flush()
        connection = session.connection()
        dialect = connection.dialect
        if not self._sql:
            self._compile(dialect, values)
        driver = connection.connection.driver_connection
        assert driver is not None
        try:
            if many is not None:
                return driver.executemany(self._sql, [self._arguments(each) for each in many])
            return driver.execute(self._sql, self._arguments(values))
        except dialect.loaded_dbapi.Error as error:
            raise DBAPIError.instance(
                self._sql, None, error, dialect.loaded_dbapi.Error, dialect=dialect
            ) from error

    def _arguments(self, values: Mapping[str, Any]) -> list[Any]:
        all_values = {**self._constants, **values} if self._constants else values
        return [
            convert(all_values[name]) if convert else all_values[name] for name, convert in self._parameters
        ]

    def _converted(self, row: Row) -> Row:
        if not self._columns:
            return row
        result = list(row)
        for index, convert in self._columns:
            result[index] = convert(result[index])
        return tuple(result)

    def _compile(self, dialect: Dialect, values: Mapping[str, Any]) -> None:
        keys = list(values) if isinstance(self._statement, Insert) else None
        compiled = self._statement.compile(dialect=dialect, column_keys=keys)
        for name in compiled.positiontup or ():
            parameter = compiled.binds[name]
            convert = _implementation(parameter.type, dialect).bind_processor(dialect)
            self._parameters.append((name, convert))
            if not parameter.required:
                self._constants[name] = parameter.value
        if isinstance(self._statement, Select):
            for index, column in enumerate(self._statement.selected_columns):
                convert = _implementation(column.type, dialect).result_processor(dialect, None)
                if convert:
                    self._columns.append((index, convert))
        self._sql = str(compiled)


def _implementation(type_: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return type_.dialect_impl(dialect)
