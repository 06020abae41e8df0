"""Digests of texts: SHA-256 for "the same", a 64-bit simhash and its bands for "nearly the same"."""

from __future__ import annotations

import hashlib
from collections import Counter

_SHINGLE = 3
_LANE_BITS = 32
_SPREAD = tuple(sum((byte >> bit & 1) << (bit * _LANE_BITS) for bit in range(8)) for byte in range(256))


def text_sha256(body: str) -> str:
    """SHA-256 of a body (folded paragraphs joined by one newline, UTF-8), 64 hex characters."""
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()


def simhash(body: str) -> str:
    """64-bit simhash (Charikar 2002) of a body's 3-character shingles, white space aside, as 16 hex characters.

    Each shingle counts as often as it occurs. Two texts that share most shingles differ in few bits.
    """
    text = "".join(body.split())
    shingles = Counter(text[i : i + _SHINGLE] for i in range(max(len(text) - _SHINGLE + 1, 1)))
    lanes = [0] * 8  # each an integer of eight 32-bit counters, one for each bit of a byte
    for shingle, count in shingles.items():
        digest = hashlib.blake2b(shingle.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        for i, byte in enumerate(digest):
            lanes[i] += _SPREAD[byte] * count
    half = sum(shingles.values()) / 2
    mask = (1 << _LANE_BITS) - 1
    value = 0
    for lane in lanes:
        for bit in reversed(range(8)):
            value = value << 1 | (lane >> (bit * _LANE_BITS) & mask > half)
    return f"{value:016x}"


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
