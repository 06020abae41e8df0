"""Translation of disk and database errors to ArchiveDamaged."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType

from sqlalchemy.exc import OperationalError, SQLAlchemyError

from crawler.errors import ArchiveDamaged

_CORRUPT = ("malformed", "not a database", "no such table", "no such column", "corrupt")
"""Words in SQLite's messages about a catalogue that is unusable. The WARC files hold all that is needed to rebuild it."""


class errors_as_damage:
    """Context manager: raise OSError and SQLAlchemyError as ArchiveDamaged, which names the archive or the file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, OperationalError) and "locked" in str(error.orig):
            raise ArchiveDamaged(
                f"{self._path}: its catalogue is locked by another program; close that, and try again"
            ) from error
        if isinstance(error, SQLAlchemyError):
            cause = getattr(error, "orig", None) or error
            hint = "; `fazhi rebuild` makes it again" if any(word in str(cause) for word in _CORRUPT) else ""
            raise ArchiveDamaged(f"{self._path}: its catalogue: {cause}{hint}") from error
        if isinstance(error, OSError):
            place = (
                f"{self._path}/{os.path.relpath(error.filename, self._path)}"
                if error.filename
                else self._path
            )
            raise ArchiveDamaged(f"{place}: {error.strerror or error}") from error
