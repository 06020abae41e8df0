"""`Storage`: what a place for files can do, be it a folder or a bucket. Names are relative, their parts divided by `/`.

Two writers are kept apart by conditions alone: `put_new` takes a name only once, and `replace_if` replaces only what the
caller has seen. Both are atomic: a reader finds the whole file under its name, or none. Errors are OSErrors whose
`filename` says which file of which storage it is, without any credentials.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple, Protocol


class Stored(NamedTuple):
    """A file in a storage."""

    name: str
    size: int  # in bytes
    stamp: (
        str  # another one as soon as the file was replaced; of no use but for a comparison and `replace_if`
    )
    modified: datetime  # aware UTC, by the clock of the storage


class Changed(OSError):
    """A file is not the one that `replace_if` was to replace: another writer was faster, or it is gone."""


class Storage(Protocol):
    """A place for files. Every method raises OSError if it cannot do its work; FileNotFoundError for a name that is not there."""

    @property
    def location(self) -> str:
        """Where it is, for people and for `open_storage`: a folder, or an address such as s3://bucket/prefix."""

    def stat(self, name: str) -> Stored | None:
        """Return what is known of a file; None if there is none."""

    def list(self, prefix: str = "") -> Iterator[Stored]:
        """Yield the files in a folder and in those below it, sorted by name. `prefix`: the folder; empty for all."""

    def read(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        """Return bytes of a file from `offset` on: `length` of them, or fewer where the file ends; without, all."""

    def open_read(self, name: str) -> BufferedReader:
        """Open a file for reading in any order. No more of it is in memory than a few megabytes."""

    def put_new(self, name: str, data: bytes | Path) -> Stored:
        """Write a file whose name is free; it survives a power cut. `data`: its bytes, or the file that has them.

        Raises FileExistsError if there is one, also if another writer makes it at this moment.
        """

    def put(self, name: str, data: bytes) -> Stored:
        """Write a file, in the place of what is there. For what can be made again, such as a text or an index."""

    def replace_if(self, name: str, data: bytes, stamp: str) -> Stored:
        """Replace a file that still has a stamp. Raises Changed if it does not have it any more."""

    def remove(self, name: str) -> None:
        """Remove a file; nothing if there is none."""
