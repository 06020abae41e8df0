"""What a session knows of the rows without asking them, for as long as none is taken back.

There is one writer, so nobody else changes them meanwhile. Rows are written through the ORM or as `Prepared` statements, which
both tell the memory of them; who writes in another way calls `forget`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Integer, event
from sqlalchemy.orm import Mapper, Session, object_session

from crawler.archive.catalogue.base import Base

_KEY, _WATCHERS = "memory", "watchers"
_MAX_ROWS = 10_000
Watcher = Callable[[str, Mapping[str, Any]], None]
"""Is told the name of a table and the values of a row that is inserted there or changed, by the names of attributes."""


def memory(session: Session) -> dict[str, Any]:
    """Return what was noted of a session's rows, by name. A rollback, of a savepoint too, empties it."""
    noted: dict[str, Any] = session.info.setdefault(_KEY, {})
    return noted


def forget(session: Session) -> None:
    """Empty the memory: rows were changed in another way than those that note it."""
    session.info.pop(_KEY, None)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, _: object) -> None:
    forget(session)


def watch_rows(session: Session, watcher: Watcher) -> None:
    """Tell a watcher of each row that is written from now on, until the memory is emptied."""
    memory(session).setdefault(_WATCHERS, []).append(watcher)


def tell_watchers(session: Session, table: str, row: Mapping[str, Any]) -> None:
    """Tell the watchers of a row that is about to be written."""
    for watcher in memory(session).get(_WATCHERS, ()):
        watcher(table, row)


def keep_rows(session: Session, rows: Iterable[Base]) -> None:
    """Keep loaded rows in the session, so that `Session.get` finds them without a query: the last _MAX_ROWS."""
    memory(session).setdefault("rows", deque(maxlen=_MAX_ROWS)).extend(rows)


def next_number(session: Session, table: type[Base]) -> int:
    """Return the number for the next row of a table: the one after the highest, which is read once."""
    session.flush()  # rows that are added already come before it
    return _next_number(session, session.connection(), table)


def _next_number(session: Session, connection: Connection, table: type[Base]) -> int:
    noted, name = memory(session), _number_of(table)
    number: int | None = noted.get(name)
    if number is None:
        query = f"SELECT max(id) FROM {table.__tablename__}"  # SQLAlchemy takes five times as long to make it of a select()
        number = (connection.exec_driver_sql(query).scalar() or 0) + 1
    noted[name] = number + 1
    return number


def _number_of(table: type[Base]) -> str:
    return f"next_number_of_{table.__tablename__}"


@event.listens_for(Base, "before_insert", propagate=True)
def _before_insert(mapper: Mapper[Any], connection: Connection, row: Any) -> None:
    """Give a row its number before it is inserted, so that the database need not tell it."""
    session, column = object_session(row), mapper.primary_key[0]
    if session is None:
        return
    if column.name == "id" and isinstance(column.type, Integer):
        noted, name = memory(session), _number_of(mapper.class_)
        if row.id is None:
            row.id = _next_number(session, connection, mapper.class_)
        elif name in noted:
            noted[name] = max(noted[name], row.id + 1)
    tell_watchers(session, mapper.class_.__tablename__, row.__dict__)


@event.listens_for(Base, "before_update", propagate=True)
def _before_update(mapper: Mapper[Any], _: Connection, row: Any) -> None:
    session = object_session(row)
    if session is not None:
        tell_watchers(session, mapper.class_.__tablename__, row.__dict__)
