"""Digests of texts: SHA-256 for "the same", a 64-bit simhash and its bands for "nearly the same"."""

from __future__ import annotations

import hashlib
from functools import lru_cache

_SHINGLE = 3
_DIGEST = 8  # bytes


def text_sha256(body: str) -> str:
    """SHA-256 of a body (folded paragraphs joined by one newline, UTF-8), 64 hex characters."""
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()


def simhash(body: str) -> str:
    """64-bit simhash (Charikar 2002) of a body's 3-character shingles, white space aside, as 16 hex characters.

    Each shingle counts as often as it occurs. Two texts that share most shingles differ in few bits.
    """
    text = "".join(body.split())
    number = max(len(text) - _SHINGLE + 1, 1)
    shingles = map(text.__getitem__, map(slice, range(number), range(_SHINGLE, number + _SHINGLE)))
    digests = b"".join(map(_digest, shingles))
    ones = int.from_bytes(b"\1" * number)
    value = 0
    for place in range(_DIGEST):
        column = int.from_bytes(digests[place::_DIGEST])
        for bit in reversed(range(8)):
            value = value << 1 | ((column >> bit & ones).bit_count() > number / 2)
    return f"{value:016x}"


@lru_cache(maxsize=16_384)  # reports share most of their shingles; these take some 4 MB
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
