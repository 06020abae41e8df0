"""`ObjectFile`: an object read as a file, by requests of ranges. What is read in order is fetched in ever larger pieces.

A single record costs one small request; a whole WARC file one for each 8 MB.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from io import RawIOBase
from typing import Any

from crawler.archive.storage.interface import Changed, Stored

BUFFER_BYTES = 1 << 16
FIRST_BYTES = 1 << 17
"""Of a range that begins somewhere new: most records are smaller."""
MAX_BYTES = 1 << 23
"""Of a range, and so of memory."""

Fetch = Callable[[str, int, int, str | None], tuple[memoryview, Stored]]
"""Fetches a range: name, first byte, size, the stamp that the object must have; returns the bytes, and the object's facts."""


class ObjectFile(RawIOBase):
    """An object, open for reading. It must not be replaced meanwhile: that is an error, never a mixture of both."""

    def __init__(self, fetch: Fetch, name: str) -> None:
        self._fetch, self._name = fetch, name
        self._found: Stored | None = None
        self._at = 0
        self._start = 0  # of the piece that is held
        self._piece = memoryview(b"")
        self._next_size = FIRST_BYTES

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at}.get(whence)
        self._at = max(0, (self._size() if base is None else base) + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        if not self._start <= self._at < self._start + len(self._piece):
            self._load()
        offset = self._at - self._start
        data = self._piece[offset : offset + len(view)]
        view[: len(data)] = data
        self._at += len(data)
        return len(data)

    def _size(self) -> int:
        if self._found is None:
            self._load()
        assert self._found is not None
        return self._found.size

    def _load(self) -> None:
        """Fetch the piece that begins here; an empty one at the end."""
        in_order = self._at == self._start + len(self._piece) and len(self._piece) > 0
        self._next_size = min(2 * self._next_size, MAX_BYTES) if in_order else FIRST_BYTES
        self._start, self._piece = self._at, memoryview(b"")
        if self._found is not None and self._at >= self._found.size:
            return
        try:
            piece, found = self._fetch(
                self._name, self._at, self._next_size, self._found and self._found.stamp
            )
        except Changed as error:
            raise OSError(errno.ESTALE, "was replaced while it was read", error.filename) from None
        except OSError as error:
            if error.errno != errno.EINVAL:  # no such range: the object ends before, or is empty
                raise
            return
        self._piece, self._found = piece, self._found or found
