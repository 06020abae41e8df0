"""Statements that every page of a crawl needs: compiled once, then handed to the driver as they are.

SQLAlchemy takes ten times as long to pass a statement on as SQLite to answer it. What a session has in hand is flushed
before, so a prepared statement sees it; what it changes, rows that the session holds do not show until they are expired.
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
Process = Callable[[Any], Any] | None


class Prepared:
    """A statement with bound parameters, ready to be run again and again."""

    def __init__(self, statement: Select[*tuple[Any, ...]] | Insert | Update) -> None:
        self._statement = statement
        self._sql = ""
        self._parameters: list[tuple[str, Process]] = []
        self._constants: dict[str, Any] = {}
        self._columns: list[tuple[int, Callable[[Any], Any]]] = []  # those that need work, by their place

    def first(self, session: Session, values: Mapping[str, Any]) -> Row | None:
        """The first row found."""
        row = self._run(session, values).fetchone()
        return self._read(row) if row is not None else None

    def all(self, session: Session, values: Mapping[str, Any]) -> list[Row]:
        """Every row found."""
        return [self._read(row) for row in self._run(session, values).fetchall()]

    def insert(self, session: Session, values: Mapping[str, Any]) -> int:
        """The number of the row made."""
        number: int = self._run(session, values).lastrowid
        return number

    def insert_all(self, session: Session, values: Sequence[Mapping[str, Any]]) -> None:
        """A row of each, all with the same names."""
        if values:
            self._run(session, values[0], values)

    def run(self, session: Session, values: Mapping[str, Any]) -> None:
        """Change what there is to change."""
        self._run(session, values)

    def _run(
        self, session: Session, values: Mapping[str, Any], many: Sequence[Mapping[str, Any]] | None = None
    ) -> Any:
        session.flush()
        connection = session.connection()
        dialect = connection.dialect
        if not self._sql:
            self._prepare(dialect, values)
        driver = connection.connection.driver_connection
        assert driver is not None
        try:
            if many is not None:
                return driver.executemany(self._sql, [self._bound(each) for each in many])
            return driver.execute(self._sql, self._bound(values))
        except dialect.loaded_dbapi.Error as error:
            raise DBAPIError.instance(
                self._sql, None, error, dialect.loaded_dbapi.Error, dialect=dialect
            ) from error

    def _bound(self, values: Mapping[str, Any]) -> list[Any]:
        known = {**self._constants, **values} if self._constants else values
        return [process(known[name]) if process else known[name] for name, process in self._parameters]

    def _read(self, row: Row) -> Row:
        if not self._columns:
            return row
        read = list(row)
        for place, process in self._columns:
            read[place] = process(read[place])
        return tuple(read)

    def _prepare(self, dialect: Dialect, values: Mapping[str, Any]) -> None:
        keys = list(values) if isinstance(self._statement, Insert) else None
        compiled = self._statement.compile(dialect=dialect, column_keys=keys)
        for name in compiled.positiontup or ():
            parameter = compiled.binds[name]
            process = _implementation(parameter.type, dialect).bind_processor(dialect)
            self._parameters.append((name, process))
            if not parameter.required:
                self._constants[name] = parameter.value
        if isinstance(self._statement, Select):
            for place, column in enumerate(self._statement.selected_columns):
                read = _implementation(column.type, dialect).result_processor(dialect, None)
                if read:
                    self._columns.append((place, read))
        self._sql = str(compiled)


def _implementation(type_: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return type_.dialect_impl(dialect)
