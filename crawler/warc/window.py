"""Give the bytes of any crawler's WARC file, plain or gzip, through a buffer of bounded size. `foreign` parses them.

A gzip file may have one member per record, a single member, or members cut anywhere. A damaged member is reported, and
reading goes on at the next member that begins a record.
"""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Iterator
from typing import BinaryIO, NamedTuple

from isal import isal_zlib

GZIP_MAGIC = b"\x1f\x8b\x08"
RECORD_START = b"WARC/"

_READ_BYTES = 1 << 16
_FIRST_READ_BYTES = 1 << 12  # of a gzip member, of which a file can have one for every 20 bytes
_MAX_INFLATE_BYTES = 1 << 20  # output of one call
_MAX_HELD_BYTES = (
    8 << 20
)  # of a member, held back until its checksum is right; a larger member is passed on in parts
_MAX_RATIO = 200
"""Inflated bytes for each compressed one of a member over _MAX_HELD_BYTES, against decompression bombs. Pages have 5 to 50."""
_MAX_CANDIDATES = 10_000  # places in one file that look like a gzip member and are tried after damage
GZIP_WINDOW_BITS = 31  # zlib's, with gzip's header and trailer
_NEXT_RECORD = re.compile(rb"\nWARC/[0-9]")
_BLANK = re.compile(rb"[\r\n]*")
_OVERLAP_BYTES = 16  # kept while searching, so that a match across two pieces is found
_ERRORS: tuple[type[Exception], ...] = (
    isal_zlib.error,  # type: ignore[assignment] # its stub takes the class for an instance
    EOFError,
)


class _Bomb(Exception):
    """A member that inflates to more than _MAX_RATIO times its size."""


class Damage(NamedTuple):
    """Bytes of a file that cannot be inflated."""

    offset: int  # bytes from the file's start
    reason: str


class _Piece(NamedTuple):
    data: bytes
    offset: int  # of the plain piece, or of the gzip member it comes from
    begins: bool  # whether a unit begins here: a member that starts with a record


class Window:
    """Buffer over an open file, limited to one unit until `next_unit` is called.

    A unit is a plain file, or gzip members up to the next one that begins with a record. So a wrong Content-Length
    cannot reach into the records of other members.
    """

    def __init__(self, file: BinaryIO, start: int = 0) -> None:
        file.seek(start)
        self.compressed = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
        self._size = file.seek(0, os.SEEK_END)
        file.seek(start)
        self._pieces = _inflated(file, start) if self.compressed else _plain(file, start)
        self._next: _Piece | None = None
        self._any = False  # whether a piece has been pulled
        self._unit = 0  # offset of the unit
        self._dropped = 0  # bytes of the unit before the buffer
        self.buffer = bytearray()
        self.damages: list[Damage] = []  # found and not yet reported; the reader empties it

    @property
    def place(self) -> int:
        """Offset in the file of the buffer's first byte; in a gzip file, of the unit's first member."""
        return self._unit if self.compressed else self._unit + self._dropped

    def may_hold(self, size: int) -> bool:
        """Return whether the file has `size` more bytes; always True for a gzip file, where only reading shows it."""
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

    def _pull(self) -> _Piece | None:
        for piece in self._pieces:
            if isinstance(piece, _Piece):
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
        while True:
            if found := _NEXT_RECORD.search(self.buffer):
                self.drop(found.start() + 1)
                return
            self.drop(len(self.buffer) - _OVERLAP_BYTES if len(self.buffer) > _OVERLAP_BYTES else 0)
            if not self.more():
                self.drop(len(self.buffer))
                return


def _plain(file: BinaryIO, offset: int) -> Iterator[_Piece | Damage]:
    while data := file.read(_READ_BYTES):
        yield _Piece(data, offset, begins=False)
        offset += len(data)


def _inflated(file: BinaryIO, start: int) -> Iterator[_Piece | Damage]:
    """Yield the data of a gzip file's members; of one with a wrong CRC or stream nothing, unless over _MAX_HELD_BYTES."""
    offset: int | None = start
    candidates = _MAX_CANDIDATES
    while offset is not None:
        file.seek(offset)
        try:
            offset += yield from _member(file, offset)
        except _Bomb:
            yield Damage(
                offset, f"its compressed data inflates to over {_MAX_RATIO} times its size; not read"
            )
            offset, candidates = _next_member(file, offset + 1, candidates)
            continue
        except _ERRORS as error:
            yield Damage(offset, f"its compressed data is damaged ({error})")
            offset, candidates = _next_member(file, offset + 1, candidates)
            continue
        file.seek(offset)
        following = file.read(len(GZIP_MAGIC))
        if not following or (following != GZIP_MAGIC and _is_padding(file, offset)):
            return
        if following != GZIP_MAGIC:
            yield Damage(offset, "the data here is not gzip")
            offset, candidates = _next_member(file, offset, candidates)


def _member(file: BinaryIO, offset: int) -> Generator[_Piece | Damage, None, int]:
    """Yield a member's data, also of one that is cut off, and return its length. Raises isal's error, _Bomb."""
    decoder = isal_zlib.decompressobj(GZIP_WINDOW_BITS)
    held, size, taken, begun = bytearray(), 0, 0, False
    chunk = b""
    while not decoder.eof:
        if not chunk:
            chunk = file.read(_READ_BYTES if taken else _FIRST_READ_BYTES)
            taken += len(chunk)
            if not chunk:
                if held:
                    yield _piece(held, offset, begun=begun)
                yield Damage(offset, "is cut off")
                return taken
        data = decoder.decompress(chunk, _MAX_INFLATE_BYTES)
        chunk = decoder.unconsumed_tail
        held += data
        size += len(data)
        if size > _MAX_HELD_BYTES and size > _MAX_RATIO * taken:
            raise _Bomb
        if len(held) > _MAX_HELD_BYTES:
            yield _piece(held, offset, begun=begun)
            held, begun = bytearray(), True
    if held:
        yield _piece(held, offset, begun=begun)
    return taken - len(decoder.unused_data)


def _piece(held: bytearray, offset: int, *, begun: bool) -> _Piece:
    return _Piece(bytes(held), offset, begins=not begun and held.startswith(RECORD_START))


def _next_member(file: BinaryIO, start: int, candidates: int) -> tuple[int | None, int]:
    """Return the offset of the next member that begins a record, and how many candidates may still be tried."""
    file.seek(start)
    tail = b""
    while data := file.read(_READ_BYTES):
        data, base = tail + data, start - len(tail)
        start += len(data) - len(tail)
        at = data.find(GZIP_MAGIC)
        while at >= 0:
            if not candidates:
                return None, 0
            candidates -= 1
            if _begins_record(file, base + at):
                return base + at, candidates
            at = data.find(GZIP_MAGIC, at + 1)
        tail = data[-len(GZIP_MAGIC) + 1 :]
        file.seek(start)
    return None, candidates


def _begins_record(file: BinaryIO, offset: int) -> bool:
    file.seek(offset)
    try:
        start = isal_zlib.decompressobj(GZIP_WINDOW_BITS).decompress(
            file.read(_READ_BYTES), len(RECORD_START)
        )
    except _ERRORS:
        return False
    return bytes(start) == RECORD_START


def _is_padding(file: BinaryIO, offset: int) -> bool:
    """Return whether only zero bytes follow, which gzip allows as padding."""
    file.seek(offset)
    while data := file.read(_READ_BYTES):
        if data.strip(b"\0"):
            return False
    return True
