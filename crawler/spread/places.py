"""Where segments wait to be entered: a folder that all machines see, or a bucket of an object store.

A segment's name ends with its digest and is taken only once, so that delivering it again changes nothing.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from crawler.archive import digest_in
from crawler.errors import ConfigError


class SegmentPlace(Protocol):
    """A place for segments. Every method raises OSError if it cannot do its work."""

    def put(self, name: str, path: Path) -> None:
        """Store a file under its name; do nothing if there is one."""

    def names(self) -> list[str]:
        """Return the names of the segments that wait, sorted: the oldest visits first."""

    def fetch(self, name: str, target: Path) -> None:
        """Write a segment's bytes to a file. Raises FileNotFoundError if it is not there."""

    def remove(self, name: str) -> None:
        """Remove a segment that was entered."""


def open_place(text: str) -> SegmentPlace:
    """Open what `--segments` names. Raises ConfigError."""
    if "://" in text:
        raise ConfigError(f"{text.partition('://')[0]}://…: name a folder")
    return FolderPlace(Path(text))


class FolderPlace:
    """Segments in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, path: Path) -> None:
        """Store a file under its name, whole and on disk; do nothing if there is one."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if (self._folder / name).exists():
            return
        descriptor, part = tempfile.mkstemp(prefix=".", suffix=".part", dir=self._folder)
        try:
            with os.fdopen(descriptor, "wb") as target, path.open("rb") as source:
                shutil.copyfileobj(source, target)
                target.flush()
                os.fsync(target.fileno())
            with suppress(FileExistsError):
                os.link(part, self._folder / name)  # unlike a rename, it replaces nothing
        finally:
            os.unlink(part)

    def names(self) -> list[str]:
        """Return the names of the segments that wait, sorted."""
        return sorted(_segments(self._folder))

    def fetch(self, name: str, target: Path) -> None:
        """Write a segment's bytes to a file."""
        shutil.copyfile(self._folder / name, target)

    def remove(self, name: str) -> None:
        """Remove a segment that was entered."""
        (self._folder / name).unlink(missing_ok=True)


def _segments(folder: Path) -> Iterator[str]:
    if folder.is_dir():
        yield from (name for name in os.listdir(folder) if digest_in(name))
