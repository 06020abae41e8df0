"""Compressors for content codings that Python's standard library does not offer in one line."""

from __future__ import annotations

import sys
import zlib

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def raw_deflate(data: bytes) -> bytes:
    """Deflate (RFC 1951) without the zlib format (RFC 1950) around it, as some servers send it."""
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


def zstandard(data: bytes) -> bytes:
    """Zstandard (RFC 8878)."""
    return bytes(zstd.compress(data))
