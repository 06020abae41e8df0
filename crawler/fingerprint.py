"""Digests of texts: SHA-256 for "the same", a 64-bit simhash and its bands for "nearly the same"."""

from __future__ import annotations

import hashlib
from functools import lru_cache

_SHINGLE = 3
_DIGEST = 8  # bytes
_BITS = tuple(bytes(byte >> bit & 1 for byte in range(256)) for bit in reversed(range(8)))
"""For each bit of a byte, highest first: a table that translates bytes to that bit of theirs."""


def text_sha256(body: str) -> str:
    """SHA-256 of a body (folded paragraphs joined by one newline, UTF-8), 64 hex characters."""
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()


def simhash(body: str) -> str:
    """64-bit simhash (Charikar 2002) of a body's 3-character shingles, white space aside, as 16 hex characters.

    Each shingle counts as often as it occurs. Two texts that share most shingles differ in few bits.
    """
    text = "".join(body.split())
    number = max(len(text) - _SHINGLE + 1, 1)
    digests = b"".join([_digest(text[i : i + _SHINGLE]) for i in range(number)])
    columns = (digests[place::_DIGEST] for place in range(_DIGEST))
    value = 0
    for column in columns:
        for bit in _BITS:
            value = value << 1 | (column.translate(bit).count(1) > number / 2)
    return f"{value:016x}"


@lru_cache(maxsize=65_536)  # reports share most of their shingles; these take some 10 MB
def _digest(shingle: str) -> bytes:
    return hashlib.blake2b(shingle.encode("utf-8", "surrogatepass"), digest_size=_DIGEST).digest()


def bands(simhash_hex: str) -> tuple[int, int, int, int]:
    """The four 16-bit quarters of a simhash. Two hashes at distance ≤ 3 agree in at least one of them."""
    return (
        int(simhash_hex[:4], 16),
        int(simhash_hex[4:8], 16),
        int(simhash_hex[8:12], 16),
        int(simhash_hex[12:], 16),
    )


def distance(one: str, other: str) -> int:
    """Hamming distance of two simhashes, 0 to 64."""
    return (int(one, 16) ^ int(other, 16)).bit_count()
