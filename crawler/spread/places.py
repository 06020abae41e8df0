"""Where segments, and readings of texts, wait to be entered: a folder that all machines see, or a bucket of an object store.

A segment's name ends with its digest and is taken only once, so that delivering it again changes nothing.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

from crawler.archive import digest_in, readings_digest_in
from crawler.archive.storage.interface import Storage
from crawler.archive.storage.location import parse_location
from crawler.archive.storage.opening import open_storage


class SegmentPlace:
    """A place for segments. Every method raises OSError if it cannot do its work."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def put(self, name: str, path: Path) -> None:
        """Store a file under its name, so that it survives a power cut; do nothing if there is one."""
        with suppress(FileExistsError):
            self._storage.put_new(name, path)

    def names(self) -> list[str]:
        """Return the names of the segments that wait, sorted: the oldest visits first."""
        return [each.name for each in self._storage.list() if digest_in(each.name)]

    def readings(self) -> list[str]:
        """Return the names of the files of readings that wait, sorted."""
        return sorted(each.name for each in self._storage.list() if readings_digest_in(each.name))

    def has(self, name: str) -> bool:
        """Whether a segment waits here."""
        return self._storage.stat(name) is not None

    def fetch(self, name: str, target: Path) -> None:
        """Write the bytes of a segment, or of readings, to a file. Raises FileNotFoundError if it is not there."""
        with self._storage.open_read(name) as source, target.open("wb") as file:
            shutil.copyfileobj(source, file)

    def remove(self, name: str) -> None:
        """Remove a segment, or readings, that were entered."""
        self._storage.remove(name)


def open_place(text: str) -> SegmentPlace:
    """Open what `--segments` names: a folder, which is made, or an address such as s3://bucket/prefix. Raises ConfigError, OSError."""
    found = parse_location(text)
    if isinstance(found, Path):
        found.mkdir(parents=True, exist_ok=True)
    return SegmentPlace(open_storage(text))
