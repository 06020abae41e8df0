"""Gzip members of a file one by one: each record of a WARC is one. Says how much of a file is whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from isal import isal_zlib

from crawler.errors import ArchiveDamaged

_WINDOW = 1 << 16  # bytes read at a time; what a member leaves of them is copied, so not many
_GZIP = 31  # zlib's window bits with gzip's header and trailer


class Member(NamedTuple):
    """One member: where it stands, and what it holds."""

    offset: int
    length: int  # bytes, compressed
    data: bytes


def members(path: Path, start: int = 0) -> Iterator[Member]:
    """The members from a byte on. Raises ArchiveDamaged, naming the byte, at one that is torn or corrupt."""
    with path.open("rb") as file:
        file.seek(start)
        offset, rest = start, b""
        while True:
            rest = rest or file.read(_WINDOW)
            if not rest:
                return
            member, rest = _member(file, offset, rest, path)
            yield member
            offset += member.length


def _member(file: BinaryIO, offset: int, chunk: bytes, path: Path) -> tuple[Member, bytes]:
    decoder = isal_zlib.decompressobj(_GZIP)
    parts, taken = [], 0
    while True:
        try:
            parts.append(decoder.decompress(chunk))
        except (isal_zlib.error, EOFError) as error:  # type: ignore[misc] # its stub takes the class for an instance
            raise ArchiveDamaged(f"{path}: the record at byte {offset} is damaged ({error})") from error
        taken += len(chunk)
        if decoder.eof:
            rest = decoder.unused_data
            return Member(offset, taken - len(rest), b"".join(parts)), rest
        chunk = file.read(_WINDOW)
        if not chunk:
            raise ArchiveDamaged(f"{path}: the record at byte {offset} is cut off")


def whole_length(path: Path, start: int = 0) -> int:
    """Bytes at the start of a record-compressed WARC that are whole members: all of it unless the tail is torn.

    What stands before `start` is known to be whole.
    """
    whole = start
    try:
        for member in members(path, start):
            whole = member.offset + member.length
    except ArchiveDamaged:
        pass  # that is what was to be found out
    return whole
