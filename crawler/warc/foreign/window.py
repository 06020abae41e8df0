"""Buffer of bounded size over the bytes of any crawler's WARC or ARC file, plain or compressed. `records` parses them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import BinaryIO

from crawler.warc.foreign.compressed import Damage, Piece
from crawler.warc.foreign.syntax import WARC, DictionaryError, members_of, syntax_of

_READ_BYTES = 1 << 16
_BLANK = re.compile(rb"[\r\n]*")
_OVERLAP_BYTES = 16  # kept while searching, so that a match across two pieces is found


class Window:
    """Buffer over an open file, limited to one unit until `next_unit` is called.

    A unit is a plain file, or members up to the next one that begins with a record. So a wrong Content-Length
    cannot reach into the records of other members.
    """

    def __init__(self, file: BinaryIO, start: int = 0, *, own: bool = False) -> None:
        self.syntax = WARC
        self.compressed = True
        self._size = file.seek(0, os.SEEK_END)
        try:
            members = members_of(file, start, own=own)
        except DictionaryError as error:
            self._pieces = _nothing(str(error))
        else:
            self.syntax = WARC if own else syntax_of(file, start, members) or WARC
            self.compressed = members is not None
            self._pieces = members.inflated(start, self.syntax.begins) if members else _plain(file, start)
        self._next: Piece | None = None
        self._any = False  # whether a piece has been pulled
        self._unit = 0  # offset of the unit
        self._dropped = 0  # bytes of the unit before the buffer
        self.buffer = bytearray()
        self.damages: list[Damage] = []  # found and not yet reported; the reader empties it

    @property
    def place(self) -> int:
        """Offset in the file of the buffer's first byte; in a compressed file, of the unit's first member."""
        return self._unit if self.compressed else self._unit + self._dropped

    def may_hold(self, size: int) -> bool:
        """Return whether the file has `size` more bytes; always True for a compressed file, where only reading shows it."""
        return self.compressed or self.place + size <= self._size

    def next_unit(self) -> bool:
        """Drop the rest of this unit and begin the next one. Return False at the end of the file."""
        while self.more():
            self.drop(len(self.buffer))
        if self._next is None:
            return False
        self._unit, self._dropped = self._next.offset, 0
        self.buffer = bytearray(self._next.data)
        self._next = None
        return True

    def more(self) -> bool:
        """Append the unit's next piece to the buffer. Return False at the unit's end."""
        if self._next is None:
            self._next = self._pull()
        if self._next is None or self._next.begins:
            return False
        self.buffer += self._next.data
        self._next = None
        return True

    def _pull(self) -> Piece | None:
        for piece in self._pieces:
            if isinstance(piece, Piece):
                first, self._any = not self._any, True
                return piece._replace(begins=piece.begins or first)
            self.damages.append(piece)
        return None

    def fill(self, size: int) -> bool:
        """Read until the buffer has `size` bytes. Return False if the unit ends before."""
        while len(self.buffer) < size:
            if not self.more():
                return False
        return True

    def drop(self, size: int) -> None:
        """Drop the buffer's first `size` bytes."""
        self._dropped += min(size, len(self.buffer))
        del self.buffer[:size]

    def skip(self, size: int) -> bool:
        """Drop the next `size` bytes, reading as needed. Return False if the unit ends before."""
        while size > len(self.buffer):
            size -= len(self.buffer)
            self.drop(len(self.buffer))
            if not self.more():
                return False
        self.drop(size)
        return True

    def skip_blank(self) -> bool:
        """Drop line ends. Return False if the unit has nothing else left."""
        while True:
            blank = _BLANK.match(self.buffer)
            self.drop(blank.end() if blank else 0)
            if self.buffer:
                return True
            if not self.more():
                return False

    def find(self, pattern: re.Pattern[bytes], max_bytes: int) -> re.Match[bytes] | None:
        """Return the first match within the next `max_bytes` bytes, reading as needed."""
        start = 0
        while True:
            if found := pattern.search(self.buffer, start, max_bytes):
                return found
            start = max(len(self.buffer) - _OVERLAP_BYTES, 0)
            if len(self.buffer) >= max_bytes or not self.more():
                return None

    def to_next_record(self) -> None:
        """Drop everything before the next line that begins a record, or the rest of the unit."""
        overlap = self.syntax.start_bytes + _OVERLAP_BYTES
        while True:
            if (found := self.syntax.next_start(self.buffer)) is not None:
                self.drop(found)
                return
            self.drop(max(len(self.buffer) - overlap, 0))
            if not self.more():
                self.drop(len(self.buffer))
                return


def _plain(file: BinaryIO, offset: int) -> Iterator[Piece | Damage]:
    file.seek(offset)
    while data := file.read(_READ_BYTES):
        yield Piece(data, offset, begins=False)
        offset += len(data)


def _nothing(reason: str) -> Iterator[Piece | Damage]:
    yield Damage(0, reason)
