"""Name the file in an OSError: those of `os.write` and `os.fsync`, and of paths relative to a descriptor, do not."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType


class errors_name:
    """Context manager: an OSError that leaves it has this path as its `filename`."""

    def __init__(self, path: Path | str) -> None:
        self._path = path

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, OSError):
            error.filename, error.filename2 = str(self._path), None
