"""Statements whose results nobody needs, on a database behind a connection: they are sent with the next statement.

Each statement that is waited for costs a round trip to the server. Within a transaction PostgreSQL executes what it gets in order, so the next
one sees what these have written. SQLite has no round trips: there nothing is posted.

`Prepared.post` posts a statement of its own; rows that it inserts are sent together, a statement for all rows of a table that come
between two other statements, as JSON: so the server reads the statement once. What else SQLAlchemy executes is posted if it is an INSERT, an UPDATE or a DELETE that
returns nothing: so a flush waits for no row. An error is raised with the statement that is sent next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache, partial
from typing import Any

from sqlalchemy import Connection, Engine, Table, event
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.exc import DBAPIError

_KEY = "outbox"
_SENT_TOGETHER = 200  # statements and rows; then they are sent while others are posted
Statement = tuple[str, Any]
_ESCAPE = "\ufdd0"
"""A code point that Unicode keeps free of characters. It stands before a 0 for U+0000, which PostgreSQL does not store, and
before itself."""


def escaped(text: str) -> str:
    """Return a text as PostgreSQL stores it: what comes from a page, or from another archive's act, may have U+0000."""
    if "\x00" in text or _ESCAPE in text:
        text = text.replace(_ESCAPE, _ESCAPE * 2).replace("\x00", f"{_ESCAPE}0")
    return text


def unescaped(text: str) -> str:
    """Return a text as it was before `escaped`."""
    if _ESCAPE in text:
        parts = text.split(_ESCAPE * 2)
        text = _ESCAPE.join(part.replace(f"{_ESCAPE}0", "\x00") for part in parts)
    return text


class JsonText(str):
    """A parameter that is JSON, and is sent as it is."""

    __slots__ = ()


class Outbox:
    """What is posted on a connection of psycopg."""

    def __init__(self) -> None:
        self._statements: list[Statement] = []
        self._rows: dict[tuple[Table, tuple[str, ...]], list[str]] = {}  # by names of columns; JSON objects
        self._behind_rows: list[Statement] = []
        self._number = 0
        self._sending: Future[None] | None = None

    def add(self, sql: str, arguments: Any) -> None:
        """Keep a statement behind all that is posted."""
        statements = self._pop()
        statements.append((sql, arguments))
        self._statements, self._number = statements, len(statements)

    def add_row(self, table: Table, columns: tuple[str, ...], row: str) -> None:
        """Keep a row for an INSERT. `row`: a JSON object with these columns."""
        self._rows.setdefault((table, columns), []).append(row)
        self._number += 1

    def add_behind_rows(self, sql: str, arguments: Any) -> None:
        """Keep a statement that may as well be executed after rows that are posted later."""
        self._behind_rows.append((sql, arguments))
        self._number += 1

    def take(self) -> list[Statement]:
        """Return what is to be sent now, in order. What was being sent meanwhile has arrived. Raises psycopg.Error."""
        sending, self._sending = self._sending, None
        if sending is not None:
            sending.result()
        return self._pop()

    def _pop(self) -> list[Statement]:
        """Return all statements. Of the rows, those of a table are before those that refer to them."""
        found = self._statements
        for (table, columns), rows in sorted(self._rows.items(), key=lambda each: _place(each[0][0])):
            found.append((_insert(table.name, columns), (JsonText(f"[{','.join(rows)}]"),)))
        found += self._behind_rows
        self._statements, self._rows, self._behind_rows, self._number = [], {}, [], 0
        return found

    def begin_sending(self, driver: Any) -> None:
        """Send in a thread, if it is much: the caller goes on. Raises psycopg.Error of what was sent before."""
        if self._number >= _SENT_TOGETHER:
            self._sending = _sender().submit(_execute, driver, self.take())

    def empty(self) -> None:
        """Drop everything. What is being sent is waited for: the transaction ends."""
        self._pop()
        sending, self._sending = self._sending, None
        if sending is not None:
            sending.exception()


@cache
def _sender() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="postgresql")


@cache
def _place(table: Table) -> int:
    return table.metadata.sorted_tables.index(table)


@cache
def _insert(table: str, columns: tuple[str, ...]) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    return f"INSERT INTO {table} ({names}) SELECT {names} FROM json_populate_recordset(NULL::{table}, %s)"


def _execute(driver: Any, statements: Sequence[Statement], last: Any = None) -> None:
    """Execute statements in one round trip; the last one, if it is given, with a cursor of the caller's."""
    with driver.pipeline():
        for sql, arguments in statements:
            driver.cursor().execute(sql, arguments)
        if last is not None:
            last()


def keep_posted(engine: Engine) -> None:
    """Have an engine of psycopg post what can be, send it before a commit, and drop it in a rollback."""
    event.listen(engine, "do_execute", _post_or_execute)
    event.listen(engine, "do_executemany", _post_many)
    event.listen(engine, "commit", send)
    for name in ("rollback", "rollback_savepoint"):
        event.listen(engine, name, _drop, named=True)
    engine.update_execution_options(posts=True)
    # how many rows it was is not known when it is posted
    engine.dialect.supports_sane_rowcount = engine.dialect.supports_sane_multi_rowcount = False


def outbox(connection: Connection) -> Outbox | None:
    """Return what is posted on a connection; None if statements cannot be posted there."""
    return _outbox_of(connection) if connection.engine.get_execution_options().get("posts") else None


def _outbox_of(connection: Connection) -> Outbox:
    found: Outbox = connection.info.setdefault(_KEY, Outbox())
    return found


def driver_of(connection: Connection) -> Any:
    """Return the connection of psycopg or of sqlite3 that a connection of SQLAlchemy has."""
    return connection.connection.driver_connection


def send(connection: Connection) -> None:
    """Send what is posted, and wait for it. Raises DBAPIError."""
    with errors_of("", connection):
        if statements := _outbox_of(connection).take():
            _execute(driver_of(connection), statements)


@contextmanager
def errors_of(sql: str, connection: Connection) -> Iterator[None]:
    """Raise the driver's errors as SQLAlchemy does. `sql`: the statement that they name; "" if there are several."""
    dialect = connection.dialect
    known = dialect.loaded_dbapi.Error
    try:
        yield
    except known as error:
        raise DBAPIError.instance(sql, None, error, known, dialect=dialect) from error


def execute(connection: Connection, run: Callable[[], object]) -> None:
    """Run what executes one statement, together with what is posted before it. Raises the errors of the driver."""
    box = outbox(connection)
    statements = box.take() if box is not None else []
    if statements:
        _execute(driver_of(connection), statements, run)
    else:
        run()


def _can_be_posted(context: DefaultExecutionContext) -> bool:
    """Whether a statement that SQLAlchemy is about to execute changes rows, and returns none."""
    compiled: Any = context.compiled
    changes = context.isinsert or context.isupdate or context.isdelete
    return changes and compiled is not None and not compiled.effective_returning


def _post_or_execute(cursor: Any, sql: str, arguments: Any, context: DefaultExecutionContext) -> bool:
    """Post a statement, or execute it together with what is posted. False: the caller executes it."""
    connection = context.root_connection
    if not connection.in_transaction():  # SQLAlchemy asks a new connection what the server is
        return False
    if _can_be_posted(context):
        box = _outbox_of(connection)
        box.add(sql, arguments)
        box.begin_sending(driver_of(connection))
        return True
    if context._is_server_side:  # psycopg has no such cursor in a pipeline
        send(connection)
        return False
    execute(connection, partial(cursor.execute, sql, arguments))
    return True


def _post_many(_: Any, sql: str, arguments: Sequence[Any], context: DefaultExecutionContext) -> bool:
    connection = context.root_connection
    if not _can_be_posted(context):
        send(connection)
        return False
    box = _outbox_of(connection)
    for each in arguments:
        box.add(sql, each)
    box.begin_sending(driver_of(connection))
    return True


def _drop(**named: Any) -> None:
    if named["conn"].invalidated:  # the connection was lost, and with it what was posted on it
        return
    _outbox_of(named["conn"]).empty()
