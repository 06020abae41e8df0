"""Undoes HTTP content codings (RFC 9110, section 8.4), within a limit. Does not know characters: see extract.decode."""

from __future__ import annotations

import zlib

LIMIT = 100 * 1024 * 1024
"""Bytes that a payload may grow to; a decompression bomb stops here."""


def decode_content(payload: bytes, content_encoding: str | None, *, limit: int = LIMIT) -> bytes:
    """Payload with its codings undone, last one first; cut at `limit` bytes.

    A payload that is not what its header says (a common server fault) comes back as it was,
    since browsers show such pages too.
    """
    codings = [c.strip().lower() for c in (content_encoding or "").split(",") if c.strip()]
    for coding in reversed(codings):
        if coding in ("gzip", "x-gzip"):
            payload = _inflate(payload, (zlib.MAX_WBITS | 16,), limit)
        elif coding == "deflate":  # servers send zlib (as the standard says) or raw deflate
            payload = _inflate(payload, (zlib.MAX_WBITS, -zlib.MAX_WBITS), limit)
    return payload


def _inflate(payload: bytes, window_bits: tuple[int, ...], limit: int) -> bytes:
    for bits in window_bits:
        try:
            return zlib.decompressobj(bits).decompress(payload, limit)
        except zlib.error:
            continue
    return payload
