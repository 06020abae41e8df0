"""Inflate the members of a compressed file, in pieces of bounded size: of gzip, or frames of zstd.

A file may have one member per record, a single member, or members cut anywhere. A damaged member is reported, and reading
goes on at the next member that begins a record.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple, Protocol

_READ_BYTES = 1 << 16
_FIRST_READ_BYTES = 1 << 12  # of a member, of which a file can have one for every 20 bytes
_MAX_INFLATE_BYTES = 1 << 20  # output of one call
_MAX_HELD_BYTES = (
    8 << 20
)  # of a member, held back until its checksum is right; a larger member is passed on in parts
_MAX_RATIO = 200
"""Inflated bytes for each compressed one of a member over _MAX_HELD_BYTES, against decompression bombs. Pages have 5 to 50."""
_MAX_CANDIDATES = 10_000  # places in one file that look like a member and are tried after damage

Begins = Callable[[bytes | bytearray], bool]
"""Whether bytes begin with a record."""


class _Bomb(Exception):
    """A member that inflates to more than _MAX_RATIO times its size."""


class Damage(NamedTuple):
    """Bytes of a file that cannot be inflated."""

    offset: int  # bytes from the file's start
    reason: str


class Piece(NamedTuple):
    """Bytes of a file, inflated."""

    data: bytes
    offset: int  # of the plain piece, or of the member it comes from
    begins: bool  # whether a unit begins here: a member that starts with a record


class Decoder(Protocol):
    """Decoder of one member."""

    @property
    def eof(self) -> bool:
        """Whether the member has ended."""

    @property
    def needs_input(self) -> bool:
        """Whether `feed` must be given bytes; else it has more to give from those before."""

    @property
    def unused(self) -> int:
        """Number of bytes that were fed and follow the member."""

    def feed(self, data: bytes, max_length: int) -> bytes:
        """Decode, up to so many bytes. Raises one of the coding's errors."""


@dataclass(frozen=True, slots=True)
class Coding:
    """A kind of compression. `skip`: length of what stands at a byte and holds no data; 0 if a member stands there."""

    name: str
    magic: bytes
    is_start: Callable[[bytes], bool]
    decoders: Callable[[BinaryIO], Callable[[], Decoder]]
    errors: tuple[type[Exception], ...]
    skip: Callable[[BinaryIO, int], int]


class Members:
    """The members of an open file. Raises one of the coding's errors if the file's dictionary cannot be used."""

    def __init__(self, file: BinaryIO, coding: Coding) -> None:
        self._file, self._coding = file, coding
        self._new = coding.decoders(file)
        self._candidates = _MAX_CANDIDATES

    def inflated(self, start: int, begins: Begins) -> Iterator[Piece | Damage]:
        """Yield the members' data from a byte on; of one with a wrong checksum or stream nothing, unless over _MAX_HELD_BYTES.

        `begins` tells whether bytes begin with a record.
        """
        offset: int | None = start
        while offset is not None:
            try:
                offset += self._coding.skip(self._file, offset) or (yield from self._member(offset, begins))
            except _Bomb:
                yield Damage(
                    offset, f"its compressed data inflates to over {_MAX_RATIO} times its size; not read"
                )
                offset = self.next_member(offset + 1, begins)
                continue
            except self._coding.errors as error:
                yield Damage(offset, f"its compressed data is damaged ({error})")
                offset = self.next_member(offset + 1, begins)
                continue
            self._file.seek(offset)
            following = self._file.read(len(self._coding.magic))
            is_start = self._coding.is_start(following)
            if not following or (not is_start and self._is_padding(offset)):
                return
            if not is_start:
                yield Damage(offset, f"the data here is not {self._coding.name}")
                offset = self.next_member(offset, begins)

    def _member(self, offset: int, begins: Begins) -> Generator[Piece | Damage, None, int]:
        """Yield a member's data, also of one that is cut off, and return its length. Raises the coding's errors, _Bomb."""
        self._file.seek(offset)
        decoder = self._new()
        held, size, taken, begun = bytearray(), 0, 0, False
        while not decoder.eof:
            chunk = b""
            if decoder.needs_input:
                chunk = self._file.read(_READ_BYTES if taken else _FIRST_READ_BYTES)
                taken += len(chunk)
                if not chunk:
                    if held:
                        yield _piece(held, offset, begins, begun=begun)
                    yield Damage(offset, "is cut off")
                    return taken
            data = decoder.feed(chunk, _MAX_INFLATE_BYTES)
            held += data
            size += len(data)
            if size > _MAX_HELD_BYTES and size > _MAX_RATIO * taken:
                raise _Bomb
            if len(held) > _MAX_HELD_BYTES:
                yield _piece(held, offset, begins, begun=begun)
                held, begun = bytearray(), True
        if held:
            yield _piece(held, offset, begins, begun=begun)
        return taken - decoder.unused

    def next_member(self, start: int, begins: Begins) -> int | None:
        """Return the offset of the next member that begins a record; None if no more may be tried."""
        magic, file = self._coding.magic, self._file
        file.seek(start)
        tail = b""
        while data := file.read(_READ_BYTES):
            data, base = tail + data, start - len(tail)
            start += len(data) - len(tail)
            at = data.find(magic)
            while at >= 0:
                if not self._candidates:
                    return None
                self._candidates -= 1
                if begins(self.beginning(base + at)):
                    return base + at
                at = data.find(magic, at + 1)
            tail = data[-len(magic) + 1 :]
            file.seek(start)
        return None

    def beginning(self, offset: int, size: int = _READ_BYTES) -> bytes:
        """Return the first bytes, at most `size`, of the first member from a byte on; none of a damaged one."""
        try:
            while skipped := self._coding.skip(self._file, offset):
                offset += skipped
            self._file.seek(offset)
            return self._new().feed(self._file.read(_READ_BYTES), size)
        except self._coding.errors:
            return b""

    def _is_padding(self, offset: int) -> bool:
        """Return whether only zero bytes follow, which gzip allows as padding."""
        self._file.seek(offset)
        while data := self._file.read(_READ_BYTES):
            if data.strip(b"\0"):
                return False
        return True


def _piece(held: bytearray, offset: int, begins: Begins, *, begun: bool) -> Piece:
    return Piece(bytes(held), offset, begins=not begun and begins(held))
