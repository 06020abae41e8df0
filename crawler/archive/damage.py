"""What the disk and the database say when something is wrong, as ArchiveDamaged."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType

from sqlalchemy.exc import OperationalError, SQLAlchemyError

from crawler.errors import ArchiveDamaged

_CORRUPT = ("malformed", "not a database", "no such table", "no such column", "corrupt")
"""Words of SQLite for a catalogue that is no use any more; the WARC files hold all of it."""


class damage:
    """Turns what the disk and the database say into ArchiveDamaged, naming the archive."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, OperationalError) and "locked" in str(error.orig):
            raise ArchiveDamaged(f"{self._path}: its catalogue is locked by another program") from error
        if isinstance(error, SQLAlchemyError):
            said = getattr(error, "orig", None) or error
            offer = "; `fazhi rebuild` makes it again" if any(word in str(said) for word in _CORRUPT) else ""
            raise ArchiveDamaged(f"{self._path}: its catalogue: {said}{offer}") from error
        if isinstance(error, OSError):
            place = (
                f"{self._path}/{os.path.relpath(error.filename, self._path)}"
                if error.filename
                else self._path
            )
            raise ArchiveDamaged(f"{place}: {error.strerror or error}") from error
