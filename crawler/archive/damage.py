"""Translation of disk and database errors to ArchiveDamaged."""

from __future__ import annotations

import errno
import os
import re
import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy.exc import InvalidRequestError, OperationalError, SQLAlchemyError

from crawler.errors import ArchiveDamaged
from crawler.regular_files import RemotePath

_CORRUPT = ("malformed", "not a database", "no such table", "no such column", "corrupt")
"""Words in SQLite's messages about a catalogue that is unusable. The WARC files hold all that is needed to rebuild it."""


NO_SPACE = "make room, and run it again: nothing that was stored is lost"
"""What to do about a full disk, or an exhausted quota."""
_NO_SPACE_ERRORS = (errno.ENOSPC, errno.EDQUOT)
_DISK_ERRORS = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)


def is_disk_error(error: BaseException) -> bool:
    """Whether SQLite or the system failed to write or to open a file: the disk is full, failing or read-only."""
    cause = getattr(error, "orig", None) or error
    return isinstance(cause, OSError) or _sqlite_code(cause) in _DISK_ERRORS


def _sqlite_code(error: object) -> int:
    """Return the primary result code of SQLite's error; 0 for any other."""
    return (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF


_ADVICE = {
    "08": "the connection was lost; nothing that was fetched is lost: run it again when the server is there",
    "28": "the password comes from PGPASSWORD or ~/.pgpass",
    "3D000": "`createdb -E UTF8 -T template0` makes a database",
    "42501": "docs/postgresql.md has the rights of each role",
    "42P01": "`fazhi rebuild` makes it again",
    "42703": "`fazhi rebuild` makes it again",
    "25006": "it can only be read: is this a standby?",
    "53100": NO_SPACE,
    "53300": "it takes no further connection: end others, or raise its max_connections; a command has up to three",
    "55P03": "close the other program, and try again",
    "57P01": "the connection was lost; nothing that was fetched is lost: run it again when the server is there",
    "57P03": "try again in a moment",
    "XX00": "`fazhi rebuild` makes it again",
}
"""What to do about an error of PostgreSQL, by the beginning of its SQLSTATE (postgresql.org/docs, appendix A)."""

_UNREACHABLE = "is the server running, and its address right?"
_AT_LOGIN = (
    (re.compile("too many|connection slots"), "53300"),  # sorry, too many clients already
    (re.compile("starting up|shutting down|recovery|not yet accepting"), "57P03"),
    (re.compile("permission denied"), "42501"),  # permission denied for database "archives"
    (re.compile("^database .* does not exist"), "3D000"),
    (re.compile("password|authentication|pg_hba|^role "), "28"),  # role "fazhi" does not exist
)
"""What a server says when it refuses a connection, and the SQLSTATE of that: psycopg gives none then."""

_EXPLANATION = re.compile(r" This probably means .*")  # behind "server closed the connection unexpectedly"
_WITHOUT_STATE = (
    (re.compile("no password supplied"), _ADVICE["28"]),
    (re.compile("lost|closed"), _ADVICE["08"]),
    (
        re.compile("^invalid |invalid connection option"),
        "correct the address: its parameters are those of libpq",
    ),
)
"""What the driver says by itself, and what to do about it."""


def database_fault(error: Any) -> tuple[str, str] | None:
    """Return what PostgreSQL or its driver says in an error, in one line, and what to do; None for an error of SQLite.

    Neither has a password.
    """
    if not hasattr(error, "sqlstate"):
        return None
    message, state = " ".join(str(error).split()), error.sqlstate or ""
    if state:  # without the lines that quote the statement
        message = " ".join((getattr(error.diag, "message_primary", None) or message).split())
    elif "FATAL:" in message:
        message = message.rpartition("FATAL:")[2].strip()
        state = next((state for words, state in _AT_LOGIN if words.search(message)), "")
    else:
        message = _EXPLANATION.sub("", message)
        return message, next((what for words, what in _WITHOUT_STATE if words.search(message)), _UNREACHABLE)
    return message, next((what for start, what in _ADVICE.items() if state.startswith(start)), "")


class errors_as_damage:
    """Context manager: raise OSError and SQLAlchemyError as ArchiveDamaged, which names the archive or the file."""

    def __init__(self, path: Path, then: str = "", faults: list[ArchiveDamaged] | None = None) -> None:
        """`then`: added to the message; what became of the archive. `faults`: those of a session, to which what is raised is added.

        After a fault the session refuses every statement, by other tasks too: then its first fault is raised again.
        """
        self._path = path
        self._then = then
        self._faults = [] if faults is None else faults

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, InvalidRequestError) and self._faults:
            raise self._faults[0] from error
        if isinstance(error, SQLAlchemyError | sqlite3.Error | OSError):
            fault = ArchiveDamaged(self._said(error))
            self._faults.append(fault)
            raise fault from error

    def _said(self, error: SQLAlchemyError | sqlite3.Error | OSError) -> str:
        """Return what went wrong and what to do about it."""
        if isinstance(error, SQLAlchemyError) and (fault := database_fault(getattr(error, "orig", None))):
            says, advice = fault
            hint = f"; {advice}" if advice else ""
            return f"{self._path}: its database: {says}{hint}{self._then}"
        if isinstance(error, OperationalError | sqlite3.OperationalError) and "locked" in str(error):
            return f"{self._path}: its catalogue is locked by another program; close that, and try again{self._then}"
        if isinstance(error, SQLAlchemyError | sqlite3.Error):
            cause = getattr(error, "orig", None) or error
            hint = "; `fazhi rebuild` makes it again" if any(word in str(cause) for word in _CORRUPT) else ""
            hint = f"; {NO_SPACE}" if _sqlite_code(cause) == sqlite3.SQLITE_FULL else hint
            return f"{self._path}: its catalogue: {cause}{hint}{self._then}"
        place = _place(error.filename, self._path) if error.filename else self._path
        hint = f"; {NO_SPACE}" if error.errno in _NO_SPACE_ERRORS else ""
        return f"{place}: {error.strerror or error}{hint}{self._then}"


def _place(name: str | bytes | int, archive: Path) -> str:
    """Return a file as a person would name it: by the archive's own name, or as it is for one elsewhere."""
    if isinstance(archive, RemotePath):
        return str(name)
    return f"{archive}/{os.path.relpath(str(name), archive)}"
