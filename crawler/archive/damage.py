"""Translation of disk and database errors to ArchiveDamaged."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from types import TracebackType

from sqlalchemy.exc import OperationalError, SQLAlchemyError

from crawler.errors import ArchiveDamaged

_CORRUPT = ("malformed", "not a database", "no such table", "no such column", "corrupt")
"""Words in SQLite's messages about a catalogue that is unusable. The WARC files hold all that is needed to rebuild it."""


_DISK_ERRORS = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)


def is_disk_error(error: BaseException) -> bool:
    """Whether SQLite or the system failed to write or to open a file: the disk is full, failing or read-only."""
    cause = getattr(error, "orig", None) or error
    code = getattr(cause, "sqlite_errorcode", 0) or 0
    return isinstance(cause, OSError) or (code & 0xFF) in _DISK_ERRORS


_SERVER_SAYS = {
    "08": "the connection was lost",
    "28": "it refuses the login; the password comes from PGPASSWORD, ~/.pgpass or the address in FAZHI_DATABASE",
    "3D000": "there is no such database; `createdb -E UTF8 -T template0` makes one",
    "42501": "a right is missing; docs/postgresql.md has the rights of each role",
    "42P01": "a table is missing; `fazhi rebuild` makes the catalogue again",
    "42703": "a column is missing; `fazhi rebuild` makes the catalogue again",
    "25006": "it can only be read: is this a standby?",
    "53100": "its disk is full",
    "53300": "it has no connection left",
    "55P03": "another program holds a lock on it; close that, and try again",
    "57014": "the query took too long",
    "57P": "it was shut down, or ended the connection",
    "XX00": "it found its data damaged; `fazhi rebuild` makes the catalogue again",
}
"""What to know about an error of PostgreSQL, by the beginning of its SQLSTATE (postgresql.org/docs, appendix A)."""

_AT_LOGIN = {
    "password": "28",
    "role": "28",
    "pg_hba": "28",
    "database": "3D000",
    "too many": "53300",
    "starting up": "57P",
}
"""Words in the messages of connections that failed, which have no SQLSTATE."""


def database_fault(error: object) -> str | None:
    """Return what a database says in an error of its driver, in one line, and what to know about it; None for SQLite's.

    The message of a driver has no password.
    """
    if not hasattr(error, "sqlstate"):
        return None
    message = " ".join(str(error).split())
    state = error.sqlstate
    if state is None and "FATAL:" in message:
        message = message.rpartition("FATAL:")[2].strip()
        state = next((state for word, state in _AT_LOGIN.items() if word in message), "")
    elif state is None:
        state = "" if "connect" in message and "lost" not in message and "closed" not in message else "08"
    known = next((says for start, says in _SERVER_SAYS.items() if state and state.startswith(start)), None)
    return (
        f"{known} ({message})"
        if known
        else f"{message}; is the server running, and the address right?"
        if not state
        else message
    )


class errors_as_damage:
    """Context manager: raise OSError and SQLAlchemyError as ArchiveDamaged, which names the archive or the file."""

    def __init__(self, path: Path, then: str = "") -> None:
        """`then`: added to the message; what became of the archive."""
        self._path = path
        self._then = then

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, SQLAlchemyError) and (fault := database_fault(getattr(error, "orig", None))):
            raise ArchiveDamaged(f"{self._path}: its database: {fault}{self._then}") from error
        if isinstance(error, OperationalError | sqlite3.OperationalError) and "locked" in str(error):
            raise ArchiveDamaged(
                f"{self._path}: its catalogue is locked by another program; close that, and try again{self._then}"
            ) from error
        if isinstance(error, SQLAlchemyError | sqlite3.Error):
            cause = getattr(error, "orig", None) or error
            hint = "; `fazhi rebuild` makes it again" if any(word in str(cause) for word in _CORRUPT) else ""
            raise ArchiveDamaged(f"{self._path}: its catalogue: {cause}{hint}{self._then}") from error
        if isinstance(error, OSError):
            place = (
                f"{self._path}/{os.path.relpath(error.filename, self._path)}"
                if error.filename
                else self._path
            )
            raise ArchiveDamaged(f"{place}: {error.strerror or error}{self._then}") from error
