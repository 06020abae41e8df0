"""The line that begins an ARC record: URL, IP address, date, content type, and at its end the length of what follows.

Version 1 has five fields, version 2 ten (Internet Archive, Arc File Format, 1996). A URL may have spaces in it, so the fields
are taken from the line's end. The version block at a file's beginning has a URL with the scheme `filedesc`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

VERSION_BLOCK = b"filedesc:"
MAX_LINE_BYTES = 68 * 1024
"""Of a line. An address has at most 64 KB: see `lenient`."""

_MAX_FIELDS = 11  # that are looked at from the line's end
_SCHEME = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]{0,30}:")
_IP = re.compile(rb"[0-9A-Fa-f.:]{1,45}|-")
_DATE = re.compile(rb"[0-9]{8,18}")
_PLACES = ((-9, 10), (-4, 5))
"""Where the IP address stands, from the end, and the number of fields: of version 2, of version 1."""


class ArcLine(NamedTuple):
    """Fields of a line, as they stand there. `checksum` is `-` in version 1, which has none."""

    url: bytes
    ip: bytes
    date: bytes
    length: bytes
    checksum: bytes


def parse_line(line: bytes) -> ArcLine | None:
    """Parse a line without its end; None if it begins no ARC record. The length may be anything: it is checked later."""
    if not _SCHEME.match(line):
        return None
    fields = line.rsplit(b" ", _MAX_FIELDS)
    for ip, number in _PLACES:
        if len(fields) < number or not _IP.fullmatch(fields[ip]) or not _DATE.fullmatch(fields[ip + 1]):
            continue
        checksum = fields[-5] if number == 10 else b"-"
        return ArcLine(_before(line, fields[ip:]), fields[ip], fields[ip + 1], fields[-1], checksum)
    for ip in range(-5, -len(fields), -1):  # a content type with spaces in it
        if b"." in fields[ip] and _IP.fullmatch(fields[ip]) and _DATE.fullmatch(fields[ip + 1]):
            return ArcLine(_before(line, fields[ip:]), fields[ip], fields[ip + 1], fields[-1], b"-")
    if line.startswith(VERSION_BLOCK):
        return ArcLine(fields[0], b"-", b"-", fields[-1], b"-")
    return None


def _before(line: bytes, fields: list[bytes]) -> bytes:
    """Return what stands before the last fields of a line."""
    return line[: len(line) - sum(len(field) + 1 for field in fields)]
