"""Read one of our own WARC files past its damage: every whole record, and a `Fault` for each stretch that cannot be read.

`read` stops at the first damaged record. Here reading goes on at the next record of the file. A payload may contain bytes
that look like one: a gzip member with a WARC record in it, which its site put there. So a record counts as the file's next
one only if the members from there on lead, without a gap, to the end of the file or to an offset that is known.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from pathlib import Path

from isal import isal_zlib

from crawler.errors import ArchiveDamaged
from crawler.regular_files import open_regular
from crawler.warc.foreign import GZIP_WINDOW_BITS, Fault, foreign_records
from crawler.warc.members import members
from crawler.warc.read import parse_record
from crawler.warc.record import Record

_MEMBER_START = b"\x1f\x8b\x08"
_RECORD_START = b"WARC/1."
_PROBE_BYTES = 512  # of a member, compressed; enough to inflate its first bytes
_SEARCH_BYTES = 1 << 20  # read at a time


def salvage(
    path: Path, start: int = 0, known: Callable[[], Container[int]] = tuple
) -> Iterator[Record | Fault]:
    """Yield the whole records from a byte on, and a Fault for each stretch that cannot be read. Raises OSError.

    `known`: gives the offsets at which the file's index has a record; asked at the first damage. They let reading go on
    between two damaged records.
    A Fault's `offset` is where the damage begins; its reason says at which byte reading goes on.
    """
    refused: set[int] = set()
    offset: int | None = start
    while offset is not None:
        damage = ""
        try:
            for member in members(path, offset):
                record = parse_record(member.data, member.offset, member.length)
                if record is None:  # the file is not compressed by record
                    yield from foreign_records(path, member.offset, own=True)
                    return
                yield record
                offset = member.offset + member.length
        except ArchiveDamaged as error:
            damage = str(error).removeprefix(f"{path}: the record at byte {offset} ")
        if not damage:
            return
        following = _next_record(path, offset + 1, known(), refused)
        rest = (
            f"reading goes on at byte {following}"
            if following is not None
            else "nothing after it can be read"
        )
        yield Fault(offset=offset, reason=f"{damage}; {rest}")
        offset = following


def _next_record(path: Path, start: int, known: Container[int], refused: set[int]) -> int | None:
    """Return where the file's next record begins; None if there is none. `refused`: offsets that are known to begin none."""
    for candidate in _candidates(path, start):
        if candidate not in refused and _leads_on(path, candidate, known, refused):
            return candidate
    return None


def _candidates(path: Path, start: int) -> Iterator[int]:
    """Yield the offsets from `start` on at which a gzip member with the beginning of a WARC record stands."""
    with open_regular(path) as file:
        file.seek(start)
        base, window = start, b""
        while chunk := file.read(_SEARCH_BYTES):
            window += chunk
            at = window.find(_MEMBER_START)
            while at >= 0:
                here = file.tell()
                file.seek(base + at)
                if _begins_record(file.read(_PROBE_BYTES)):
                    yield base + at
                file.seek(here)
                at = window.find(_MEMBER_START, at + 1)
            kept = len(_MEMBER_START) - 1
            base, window = base + len(window) - kept, window[-kept:]


def _begins_record(data: bytes) -> bool:
    try:
        return isal_zlib.decompressobj(GZIP_WINDOW_BITS).decompress(data).startswith(_RECORD_START)
    except (isal_zlib.error, EOFError):  # type: ignore[misc] # its stub takes the class for an instance
        return False


def _leads_on(path: Path, candidate: int, known: Container[int], refused: set[int]) -> bool:
    """Whether the members from an offset on lead to the end of the file, or to a known offset."""
    passed = []
    try:
        for member in members(path, candidate):
            if member.offset in known:
                return True
            if member.offset in refused:
                break
            passed.append(member.offset)
        else:
            return True
    except ArchiveDamaged:
        pass
    refused.update(passed)
    return False
