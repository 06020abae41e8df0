"""Read numbers and PLCs from the bytes of a binary file. What lies outside the bytes raises DamagedFile, never another error."""

from __future__ import annotations

import itertools
import struct
from bisect import bisect_right
from typing import NamedTuple


class DamagedFile(ValueError):
    """A file that does not hold what it says. The message says what was expected."""


class ProtectedFile(ValueError):
    """A file that is encrypted."""


class OversizedFile(ValueError):
    """A file with more parts than a limit allows. The message says which."""


class UnsupportedFile(ValueError):
    """A file of a version or program that this package does not read. The message says which."""


def cut(data: bytes, start: int, length: int, what: str) -> bytes:
    """Return exactly `length` bytes. Raise DamagedFile if some lie outside the data."""
    if start < 0 or length < 0 or start + length > len(data):
        raise DamagedFile(f"{what}: bytes {start} to {start + length} of {len(data)}")
    return data[start : start + length]


def u8(data: bytes, at: int) -> int:
    """Return an unsigned byte."""
    return cut(data, at, 1, "a byte")[0]


def u16(data: bytes, at: int) -> int:
    """Return an unsigned number of 2 bytes, little-endian."""
    return int.from_bytes(cut(data, at, 2, "a number"), "little")


def u32(data: bytes, at: int) -> int:
    """Return an unsigned number of 4 bytes, little-endian."""
    return int.from_bytes(cut(data, at, 4, "a number"), "little")


def i32(data: bytes, at: int) -> int:
    """Return a signed number of 4 bytes, little-endian."""
    return int.from_bytes(cut(data, at, 4, "a number"), "little", signed=True)


def numbers(data: bytes, at: int, count: int) -> tuple[int, ...]:
    """Return `count` unsigned numbers of 4 bytes."""
    return struct.unpack(f"<{count}I", cut(data, at, 4 * count, "a table of numbers"))


class Plc(NamedTuple):
    """A PLC (MS-DOC, section 2.2.2): positions in ascending order, and data for each range between two of them."""

    positions: tuple[int, ...]
    items: tuple[bytes, ...]

    def ranges(self) -> list[tuple[int, int, bytes]]:
        """Return start, end and data of each range."""
        return list(zip(self.positions, self.positions[1:], self.items, strict=False))

    def at(self, position: int) -> bytes | None:
        """Return the data of the range that holds a position."""
        number = bisect_right(self.positions, position) - 1
        return self.items[number] if 0 <= number < len(self.items) else None


def read_plc(data: bytes, item_bytes: int, *, extra: int = 0) -> Plc:
    """Return a PLC of items of a size. `extra`: positions beyond one more than the items, as footnote texts have.

    Raise DamagedFile if the positions are not in order.
    """
    if len(data) < 4:
        return Plc((), ())
    count = max((len(data) - 4 * (1 + extra)) // (4 + item_bytes), 0)
    positions = numbers(data, 0, count + 1 + extra)
    if any(a > b for a, b in itertools.pairwise(positions)):
        raise DamagedFile("a table of positions is not in order")
    start = 4 * len(positions)
    items = tuple(
        data[at : at + item_bytes] for at in range(start, start + count * item_bytes, item_bytes or 1)
    )
    return Plc(positions, items)
