"""How records of a file begin: as in WARC, or as in ARC. A file is one or the other, by the first record that can be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from crawler.regular_files import open_regular
from crawler.warc.foreign.compressed import Coding, Members
from crawler.warc.foreign.gzip import GZIP
from crawler.warc.foreign.line import MAX_LINE_BYTES, parse_line

WARC_START = b"WARC/"
START_BYTES = MAX_LINE_BYTES  # of a file, to tell what it is
_WARC_START = re.compile(rb"WARC/", re.I)  # literals of ISO 28500's grammar have no case
_NEXT_WARC = re.compile(rb"\n(?=WARC/[0-9])", re.I)
_NEXT_LINE = re.compile(rb"\n(?=([A-Za-z][A-Za-z0-9+.-]{0,30}:[^\r\n]{1,70000})\r?\n)")
_LINE = re.compile(rb"[^\r\n]{1,70000}(?=\r?\n)")


class DictionaryError(Exception):
    """A file's dictionary cannot be used, so no record of it can be read."""


@dataclass(frozen=True, slots=True)
class Syntax:
    """How records begin. `start_bytes`: so many bytes are enough to see whether one does."""

    name: str
    start_bytes: int
    begins: Callable[[bytes | bytearray], bool]
    """Whether these bytes begin with a record."""
    next_start: Callable[[bytes | bytearray], int | None]
    """Offset of the first line but the first one that begins a record."""
    is_line: bool
    """Whether a record begins with a line like many others, so that it counts as one only at the beginning of a line."""


def _begins_warc(data: bytes | bytearray) -> bool:
    return _WARC_START.match(data) is not None


def _next_warc(data: bytes | bytearray) -> int | None:
    found = _NEXT_WARC.search(data)
    return found.end() if found else None


def _begins_arc(data: bytes | bytearray) -> bool:
    found = _LINE.match(data, 0, MAX_LINE_BYTES)
    return found is not None and parse_line(found[0]) is not None


def _next_arc(data: bytes | bytearray) -> int | None:
    return next((found.end() for found in _NEXT_LINE.finditer(data) if parse_line(found[1])), None)


WARC = Syntax("WARC", len(WARC_START), _begins_warc, _next_warc, is_line=False)
ARC = Syntax("ARC", MAX_LINE_BYTES, _begins_arc, _next_arc, is_line=True)
_ZSTD_STARTS = (b"\x28\xb5\x2f\xfd", *(bytes((0x50 + low, 0x2A, 0x4D, 0x18)) for low in range(16)))
"""A frame, and the 16 kinds of skippable frames (RFC 8878)."""


def _coding_of(magic: bytes, *, own: bool) -> Coding | None:
    if GZIP.is_start(magic):
        return GZIP
    if own or not magic.startswith(_ZSTD_STARTS):
        return None
    from crawler.warc.foreign.zstd import ZSTD  # not on import: few files need it

    return ZSTD


def members_of(file: BinaryIO, start: int, *, own: bool = False) -> Members | None:
    """Return the members of a compressed file, by its bytes from `start` on; None for a plain one. `own`: only gzip counts.

    Raises DictionaryError if the file's dictionary cannot be used.
    """
    file.seek(start)
    coding = _coding_of(file.read(4), own=own)
    if coding is None:
        return None
    try:
        return Members(file, coding)
    except coding.errors as error:
        raise DictionaryError(f"its dictionary cannot be used ({error})") from error


def syntax_of(file: BinaryIO, start: int, members: Members | None) -> Syntax | None:
    """Return how the records of an open file begin, by the first record from a byte on; None if none is found at once."""
    return next((found for data in _starts(file, start, members) if (found := _syntax_of(data))), None)


def _starts(file: BinaryIO, start: int, members: Members | None) -> Iterator[bytes]:
    """Yield the first bytes of a file, and of the first member that begins with a record."""
    if members is None:
        file.seek(start)
        yield file.read(START_BYTES)
        return
    yield members.beginning(start, START_BYTES)
    offset = members.next_member(start + 1, lambda data: _syntax_of(data) is not None)
    if offset is not None:
        yield members.beginning(offset, START_BYTES)


def _syntax_of(data: bytes | bytearray) -> Syntax | None:
    data = data.lstrip(b"\r\n")
    return next((syntax for syntax in (WARC, ARC) if syntax.begins(data)), None)


def is_web_archive(path: Path) -> bool:
    """Return whether a file is a WARC or ARC, plain or compressed, by its content. Raises OSError."""
    with open_regular(path) as file:
        try:
            members = members_of(file, 0)
        except DictionaryError:
            return True
        return syntax_of(file, 0, members) is not None
