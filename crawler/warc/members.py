"""Read the gzip members of one of our WARC files, one per record, and find how much of the file is whole.

`read` parses the members. Damaged files of other crawlers are read by `window`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from isal import isal_zlib

from crawler.errors import ArchiveDamaged
from crawler.regular_files import open_regular
from crawler.warc.foreign import GZIP_WINDOW_BITS

MAX_MEMBER_BYTES = 256 * 1024 * 1024
"""Inflated, against decompression bombs. The largest body that is fetched or imported has 64 MB."""

_READ_BYTES = 1 << 16  # at a time; few, since the bytes after a member are copied


class Member(NamedTuple):
    """One member: its place in the file and its data."""

    offset: int
    length: int  # bytes, compressed
    data: bytes


def members(path: Path, start: int = 0) -> Iterator[Member]:
    """Yield the members from a byte on. Raises ArchiveDamaged, naming the byte, at one that is torn, corrupt or too large.

    Memory is bounded by MAX_MEMBER_BYTES. Raises OSError.
    """
    with open_regular(path) as file:
        file.seek(start)
        offset, rest = start, b""
        while True:
            rest = rest or file.read(_READ_BYTES)
            if not rest:
                return
            member, rest = _member(file, offset, rest, path)
            yield member
            offset += member.length


def _member(file: BinaryIO, offset: int, chunk: bytes, path: Path) -> tuple[Member, bytes]:
    decoder = isal_zlib.decompressobj(GZIP_WINDOW_BITS)
    parts, size, taken = [], 0, 0
    while True:
        taken += len(chunk)
        try:
            parts.append(decoder.decompress(chunk, MAX_MEMBER_BYTES + 1 - size))
        except (isal_zlib.error, EOFError) as error:  # type: ignore[misc] # its stub takes the class for an instance
            raise ArchiveDamaged(f"{path}: the record at byte {offset} is damaged ({error})") from error
        size += len(parts[-1])
        if decoder.eof:
            rest = decoder.unused_data
            return Member(offset, taken - len(rest), b"".join(parts)), rest
        if size > MAX_MEMBER_BYTES:
            raise ArchiveDamaged(f"{path}: the record at byte {offset} is over {MAX_MEMBER_BYTES} bytes")
        taken -= len(decoder.unconsumed_tail)
        chunk = decoder.unconsumed_tail or file.read(_READ_BYTES)
        if not chunk:
            raise ArchiveDamaged(f"{path}: the record at byte {offset} is cut off")


def whole_length(path: Path, start: int = 0) -> int:
    """Return the length in bytes of a record-compressed WARC's whole members: the file's, unless its tail is torn.

    The bytes before `start` are known to be whole.
    """
    whole = start
    try:
        for member in members(path, start):
            whole = member.offset + member.length
    except ArchiveDamaged:
        pass  # the torn member ends the whole part
    return whole
