"""Undo chunked framing (RFC 9112, section 7.1) that another crawler left in a body. A record does not say whether it did."""

from __future__ import annotations

import re
from enum import Enum

MAX_CHUNKS = 200_000
"""Chunks of one body; more count as broken framing. Servers send some KB per chunk."""

_SIZE_LINE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]{0,1000})?\r?\n")
_LINE_END = re.compile(rb"\r?\n")
_TRAILERS = re.compile(rb"(?:[^\r\n:]{1,200}:[^\r\n]{0,8000}\r?\n){0,50}(?:\r?\n|\Z)")


class Framing(Enum):
    """Result for a body that is not completely chunked."""

    NONE = "no chunks"
    BROKEN = "its chunks break off"


def dechunked(payload: bytes) -> bytes | Framing:
    """Return the data of a body's chunks; NONE if it does not begin with a chunk, BROKEN if the last chunk is missing.

    Bytes after the last chunk are ignored, as in browsers.
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
    """Return BROKEN for a chunk without its line end; NONE if the first one is text that only looks like a chunk size."""
    return Framing.BROKEN if chunks or end >= len(payload) else Framing.NONE
