"""Chunked framing (RFC 9112, section 7.1) that another crawler left in a body. Some do and some do not; headers do not tell."""

from __future__ import annotations

import re
from enum import Enum

MAX_CHUNKS = 200_000
"""Of one body; one in more is taken for broken. Servers send some KB in each."""

_SIZE_LINE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]{0,1000})?\r?\n")
_LINE_END = re.compile(rb"\r?\n")
_TRAILERS = re.compile(rb"(?:[^\r\n:]{1,200}:[^\r\n]{0,8000}\r?\n){0,50}(?:\r?\n|\Z)")


class Framing(Enum):
    """What was found in the place of a whole chunked body."""

    NONE = "no chunks"
    BROKEN = "its chunks break off"


def dechunked(payload: bytes) -> bytes | Framing:
    """The data of a body's chunks; NONE where it does not begin as chunks, BROKEN where they do not come to their end.

    What follows the last chunk is passed over, as browsers do.
    """
    data, at = bytearray(), 0
    for _ in range(MAX_CHUNKS):
        line = _SIZE_LINE.match(payload, at)
        if line is None:
            break
        size = int(line[1], 16)
        if size == 0:
            return _ended(payload, line.end(), data)
        following = _LINE_END.match(payload, line.end() + size)
        if following is None:
            return _unended(payload, line.end() + size, chunks=at > 0)
        data += payload[line.end() : line.end() + size]
        at = following.end()
    return Framing.BROKEN if at else Framing.NONE


def _ended(payload: bytes, at: int, data: bytearray) -> bytes | Framing:
    if data:
        return bytes(data)
    trailers = _TRAILERS.match(
        payload, at
    )  # a body of no chunks but the last one, or text that begins with a zero
    return b"" if trailers and not payload[trailers.end() :].strip() else Framing.NONE


def _unended(payload: bytes, end: int, *, chunks: bool) -> Framing:
    """A chunk without its line end: cut off, or, if it is the first one, text that only begins like a size."""
    return Framing.BROKEN if chunks or end >= len(payload) else Framing.NONE
