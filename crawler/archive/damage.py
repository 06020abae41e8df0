"""Translation of disk and database errors to ArchiveDamaged."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from types import TracebackType

from sqlalchemy.exc import OperationalError, SQLAlchemyError

from crawler.errors import ArchiveDamaged
from crawler.regular_files import RemotePath

_CORRUPT = ("malformed", "not a database", "no such table", "no such column", "corrupt")
"""Words in SQLite's messages about a catalogue that is unusable. The WARC files hold all that is needed to rebuild it."""


_DISK_ERRORS = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)


def is_disk_error(error: BaseException) -> bool:
    """Whether SQLite or the system failed to write or to open a file: the disk is full, failing or read-only."""
    cause = getattr(error, "orig", None) or error
    code = getattr(cause, "sqlite_errorcode", 0) or 0
    return isinstance(cause, OSError) or (code & 0xFF) in _DISK_ERRORS


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
        if isinstance(error, OperationalError | sqlite3.OperationalError) and "locked" in str(error):
            raise ArchiveDamaged(
                f"{self._path}: its catalogue is locked by another program; close that, and try again{self._then}"
            ) from error
        if isinstance(error, SQLAlchemyError | sqlite3.Error):
            cause = getattr(error, "orig", None) or error
            hint = "; `fazhi rebuild` makes it again" if any(word in str(cause) for word in _CORRUPT) else ""
            raise ArchiveDamaged(f"{self._path}: its catalogue: {cause}{hint}{self._then}") from error
        if isinstance(error, OSError):
            place = _place(error.filename, self._path) if error.filename else self._path
            raise ArchiveDamaged(f"{place}: {error.strerror or error}{self._then}") from error


def _place(name: str | bytes | int, archive: Path) -> str:
    """Return a file as a person would name it: by the archive's own name, or as it is for one elsewhere."""
    if isinstance(archive, RemotePath):
        return str(name)
    return f"{archive}/{os.path.relpath(str(name), archive)}"
