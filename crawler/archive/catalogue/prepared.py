"""`Prepared`: a SQLAlchemy statement compiled once and passed to the database's driver directly.

For the few statements that every page of a crawl needs: SQLAlchemy takes ten times as long to pass on a statement as SQLite
to execute it. The session is flushed first, so a prepared statement sees its changes. Rows that the session has loaded do
not show what a prepared statement changed until they are expired.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import JSON, Insert, Select, Table, Update
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from crawler.archive.catalogue.databases import posted
from crawler.archive.catalogue.databases.session_memory import tell_watchers

_ROWS = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=datetime.isoformat)
Row = tuple[Any, ...]
Convert = Callable[[Any], Any] | None
Statement = Select[*tuple[Any, ...]] | Insert | Update


class Prepared:
    """A statement with bound parameters. It is compiled when it is run for the first time on a kind of database."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._table = statement.table.description if isinstance(statement, Insert) else ""
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

    def post(self, session: Session, *rows: Mapping[str, Any]) -> None:
        """Execute an INSERT or an UPDATE with each of these values, which must all have the same names.

        A database behind a connection may get it with the next statement, see `posted`. An error is raised then. An UPDATE must
        not change what another row must be unique in, or refers to: rows that are posted after it may be inserted before it.
        """
        if not rows:
            return
        if isinstance(self._statement, Insert):
            for values in rows:
                tell_watchers(session, self._table, values)
        connection = session.connection()
        outbox = posted.outbox(connection)
        if outbox is None:
            self._run(session, *rows)
            return
        session.flush()
        compiled = self._compiled_for(connection.dialect, rows[0])
        for values in rows:
            if not isinstance(self._statement, Insert):
                outbox.add_behind_rows(compiled.sql, compiled.arguments(values))
            elif compiled.table is not None and (row := compiled.json_row(values)) is not None:
                outbox.add_row(compiled.table, compiled.names, row)
            else:
                outbox.add(compiled.sql, compiled.arguments(values))
        with posted.errors_of(compiled.sql, connection):
            outbox.begin_sending(posted.driver_of(connection))

    def _run(
        self, session: Session, values: Mapping[str, Any], *further: Mapping[str, Any]
    ) -> tuple[_Compiled, Any]:
        session.flush()
        connection = session.connection()
        compiled = self._compiled_for(connection.dialect, values)
        cursor = posted.driver_of(connection).cursor()
        with posted.errors_of(compiled.sql, connection):
            if further:
                cursor.executemany(compiled.sql, [compiled.arguments(each) for each in (values, *further)])
            else:
                posted.execute(connection, partial(cursor.execute, compiled.sql, compiled.arguments(values)))
        return compiled, cursor

    def _compiled_for(self, dialect: Dialect, values: Mapping[str, Any]) -> _Compiled:
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _compile(self._statement, dialect, values)
        return compiled


@dataclass(slots=True)
class _Compiled:
    """A statement in the SQL of one kind of database, with what converts its parameters and columns."""

    sql: str
    is_named: bool  # parameters have names, as psycopg wants them; otherwise places, as sqlite3 wants them
    parameters: list[tuple[str, Convert]]
    constants: dict[str, Any]
    columns: list[tuple[int, Callable[[Any], Any]]]  # columns to convert, by index
    table: Table | None = None  # into which it inserts a row of nothing but parameters
    in_json: frozenset[str] = frozenset()  # parameters whose values are JSON in the table
    names: tuple[str, ...] = ()  # of the parameters

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

    def json_row(self, values: Mapping[str, Any]) -> str | None:
        """Return values as a JSON object with the names of columns; None if it cannot be one: JSON in a JSON text may have U+0000."""
        row = {
            name: values[name] if name in self.in_json else convert(values[name]) if convert else values[name]
            for name, convert in self.parameters
        }
        for name, value in row.items():
            if isinstance(value, str):
                row[name] = posted.escaped(value)
        text = _ROWS.encode(row)
        return None if "\\u0000" in text else text

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
    in_json = frozenset(name for name, each in compiled.binds.items() if isinstance(each.type, JSON))
    names = tuple(compiled.binds)
    made = _Compiled(str(compiled), is_named, [], {}, [], in_json=in_json, names=names)
    for name in compiled.binds if is_named else compiled.positiontup or ():
        parameter = compiled.binds[name]
        made.parameters.append((name, _implementation(parameter.type, dialect).bind_processor(dialect)))
        if not parameter.required:
            made.constants[name] = parameter.value
    if isinstance(statement, Insert) and isinstance(statement.table, Table) and not made.constants:
        made.table = statement.table if not states_values else None
    if isinstance(statement, Select):
        for index, column in enumerate(statement.selected_columns):
            convert = _implementation(column.type, dialect).result_processor(dialect, None)
            if convert:
                made.columns.append((index, convert))
    return made


def _implementation(type_: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return type_.dialect_impl(dialect)
