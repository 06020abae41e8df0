"""Undoes HTTP content codings (RFC 9110, section 8.4), within a limit. Does not know characters: see extract.decode."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable

LIMIT = 30 * 1024 * 1024
"""Bytes that a payload may grow to; a decompression bomb stops here."""

MOST_CODINGS = 5
"""Codings one on the other that are undone; a payload with more is no page."""


def decode_content(payload: bytes, content_encoding: str | None, *, limit: int = LIMIT) -> bytes:
    """Payload with its codings undone, last one first; cut at `limit` bytes.

    A payload that is not what its header says (a common server fault) comes back as it was,
    since browsers show such pages too.
    """
    codings = [c.strip().lower() for c in (content_encoding or "").split(",") if c.strip()]
    for coding in reversed(codings[-MOST_CODINGS:]):
        if coding in _DECODERS:
            payload = _DECODERS[coding](payload, limit)
    return payload


def _gzip(payload: bytes, limit: int) -> bytes:
    return _inflate(payload, (zlib.MAX_WBITS | 16,), limit)


def _deflate(payload: bytes, limit: int) -> bytes:
    """zlib, as the standard says, or raw deflate, as some servers send."""
    return _inflate(payload, (zlib.MAX_WBITS, -zlib.MAX_WBITS), limit)


def _inflate(payload: bytes, window_bits: tuple[int, ...], limit: int) -> bytes:
    for bits in window_bits:
        try:
            return zlib.decompressobj(bits).decompress(payload, limit)
        except zlib.error:
            continue
    return payload


def _brotli(payload: bytes, limit: int) -> bytes:
    import brotli  # here, since hardly a server sends it to a client that asks for `identity`

    try:
        return bytes(brotli.Decompressor().process(payload, output_buffer_limit=limit)[:limit])
    except brotli.error:
        return payload


def _zstd(payload: bytes, limit: int) -> bytes:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    try:
        return bytes(zstd.ZstdDecompressor().decompress(payload, limit))
    except zstd.ZstdError:
        return payload


_DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
