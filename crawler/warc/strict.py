"""Read one of our WARC files a second time, by the grammar of what `write` writes and nothing else.

ISO 28500 lets readers be lenient, and they are so in different ways: some end a line at a bare line feed, some take the
first of two equal fields and some the last, some go on behind a gzip member and some do not. So a file can hold records
that one reader sees and another does not. A record that follows this grammar is read the same by all of them:

- the file is a row of gzip members without a byte between or behind them, each with exactly one record;
- the head is lines of `name: value`, ended by CRLF, none folded, no name twice, no control character in a value;
- the block has exactly the length that Content-Length gives in digits, and CRLF CRLF follows it, and nothing else.

This module shares no code with `members`, `read`, `window` and `foreign`: it inflates with zlib, not with isal.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from crawler.regular_files import open_regular

MAX_RECORD_BYTES = 256 * 1024 * 1024
"""Inflated. The largest body that is fetched or imported has 64 MB."""

_READ_BYTES = 1 << 16
_GZIP = 16 + zlib.MAX_WBITS
_VALUE = rb"[^\x00-\x08\x0a-\x1f\x7f]*"
_HEAD = re.compile(rb"WARC/1\.[01]\r\n((?:[A-Za-z0-9-]+:" + _VALUE + rb"\r\n)+)\r\n")
_LINE = re.compile(rb"[A-Za-z0-9-]+:" + _VALUE)
_LINE_END_IN_TEXT = re.compile(
    rb"\xc2[\x80-\x9f]|\xe2\x80[\xa8\xa9]"
)  # C1, U+2028, U+2029: for readers of text
_DIGITS = re.compile(rb"0|[1-9][0-9]{0,14}")
_REQUIRED = (b"warc-type", b"warc-record-id", b"warc-date", b"content-length")


class StrictRecord(NamedTuple):
    """A record as this module reads it."""

    kind: str
    record_id: str
    offset: int  # bytes from the file's start
    length: int  # bytes, compressed
    block_sha256: bytes


class Deviation(NamedTuple):
    """A place where a file does not follow the grammar, so that readers may disagree about it."""

    offset: int  # of the gzip member
    what: str


def read_strictly(path: Path) -> Iterator[StrictRecord | Deviation]:
    """Yield every record of a file, and a Deviation in the place of each that does not follow the grammar.

    Ends after a gzip member that cannot be read. Memory is bounded by MAX_RECORD_BYTES. Raises OSError.
    """
    with open_regular(path) as file:
        offset, rest = 0, b""
        while rest := rest or file.read(_READ_BYTES):
            inflater, parts, size, taken = zlib.decompressobj(_GZIP), [], 0, 0
            chunk = rest
            while chunk and not inflater.eof and size <= MAX_RECORD_BYTES:
                taken += len(chunk)
                try:
                    parts.append(inflater.decompress(chunk, MAX_RECORD_BYTES + 1 - size))
                except zlib.error as error:
                    yield Deviation(offset, f"what begins here is no gzip member ({error})")
                    return
                size += len(parts[-1])
                if not inflater.eof:
                    taken -= len(inflater.unconsumed_tail)
                    chunk = inflater.unconsumed_tail or file.read(_READ_BYTES)
            if not inflater.eof:
                long = size > MAX_RECORD_BYTES
                yield Deviation(
                    offset, f"its record is over {MAX_RECORD_BYTES} bytes" if long else "it is cut off"
                )
                return
            rest = inflater.unused_data
            length = taken - len(rest)
            yield _record(b"".join(parts), offset, length)
            offset += length


def _record(data: bytes, offset: int, length: int) -> StrictRecord | Deviation:
    """Return the record that a member's data are."""
    head = _HEAD.match(data)
    if head is None:
        return Deviation(offset, _why_no_head(data))
    lines = [line.partition(b":") for line in head[1].split(b"\r\n")[:-1]]
    fields = {name.lower(): value.strip(b" \t") for name, _, value in lines}
    if len(fields) < len(lines):
        return Deviation(offset, "a field stands twice in its head")
    if missing := [name.decode() for name in _REQUIRED if not fields.get(name)]:
        return Deviation(offset, f"its head has no {missing[0]}")
    if _LINE_END_IN_TEXT.search(head[1]):
        return Deviation(offset, "a control character is in its head")
    size = fields[b"content-length"]
    if not _DIGITS.fullmatch(size) or data[head.end() + int(size) :] != b"\r\n\r\n":
        shown = size[:20].decode("ascii", "backslashreplace")
        return Deviation(offset, f"its Content-Length {shown!r} is not the length of its block")
    try:
        kind, record_id = fields[b"warc-type"].decode(), fields[b"warc-record-id"].decode()
        head[1].decode()
    except UnicodeDecodeError:
        return Deviation(offset, "its head is not UTF-8")
    block = memoryview(data)[head.end() : -4]
    return StrictRecord(kind, record_id, offset, length, hashlib.sha256(block).digest())


def _why_no_head(data: bytes) -> str:
    """Return what is wrong with a head."""
    first, _, lines = data.partition(b"\r\n\r\n")[0].partition(b"\r\n")
    if not re.fullmatch(rb"WARC/1\.[01]", first):
        return f"no WARC record begins here, but {first[:20]!r}"
    for number, line in enumerate(lines.split(b"\r\n"), 2):
        if not _LINE.fullmatch(line):
            return f"line {number} of its head is not one field, for every reader: {line[:60]!r}"
    return "its head has no end"
