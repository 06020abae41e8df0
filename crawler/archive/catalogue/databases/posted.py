"""Statements whose results nobody needs, on a database behind a connection: they are sent with the next statement.

Each statement that is waited for costs a round trip to the server. Within a transaction PostgreSQL executes what it gets in order, so the next
one sees what these have written. SQLite has no round trips: there nothing is posted.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError

_KEY = "posted_statements"
_MAX_POSTED = 500  # sent at once then, so that their arguments do not fill the memory
Posted = list[tuple[str, Any]]


def keep_posted(engine: Engine) -> None:
    """Have an engine of psycopg send what is posted before any other statement and before a commit, and drop it in a rollback."""
    event.listen(engine, "before_cursor_execute", lambda connection, *_: send(connection))
    event.listen(engine, "commit", send)
    for name in ("rollback", "rollback_savepoint"):
        event.listen(engine, name, _drop, named=True)
    engine.update_execution_options(posts=True)


def can_post(connection: Connection) -> bool:
    """Whether statements can be posted on a connection."""
    return bool(connection.engine.get_execution_options().get("posts"))


def post(connection: Connection, sql: str, arguments: Any) -> None:
    """Keep a statement for the next one to send."""
    posted = connection.info.setdefault(_KEY, [])
    posted.append((sql, arguments))
    if len(posted) >= _MAX_POSTED:
        send(connection)


def take(connection: Connection) -> Posted:
    """Return what is posted; the caller sends it."""
    found: Posted = connection.info.pop(_KEY, [])
    return found


def send(connection: Connection) -> None:
    """Send what is posted, and wait for it. Raises DBAPIError."""
    posted, dialect = take(connection), connection.dialect
    if not posted:
        return
    driver: Any = connection.connection.driver_connection
    try:
        with driver.pipeline():
            for sql, arguments in posted:
                driver.cursor().execute(sql, arguments)
    except dialect.loaded_dbapi.Error as error:
        known = dialect.loaded_dbapi.Error
        raise DBAPIError.instance(posted[0][0], None, error, known, dialect=dialect) from error


def _drop(**named: Any) -> None:
    take(named["conn"])
