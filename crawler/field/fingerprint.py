"""Compute digests of texts: SHA-256 to find the same text, a 64-bit simhash and its bands to find nearly the same."""

from __future__ import annotations

import hashlib

_SHINGLE_LENGTH = 3  # characters
_HASH_BYTES = 8
_EMPTY_TEXT = bytes(2)  # one NUL character, in the place of a text without characters
_RANDOM = hashlib.shake_128(b"fazhi simhash").digest(2 * _HASH_BYTES * 256)
_TABLES = [_RANDOM[start : start + 256] for start in range(0, len(_RANDOM), 256)]
LOW, HIGH = _TABLES[:_HASH_BYTES], _TABLES[_HASH_BYTES:]
"""For each byte of a hash, the value of each low and each high byte of a code unit. From SHAKE-128, so that anybody can
make the same tables."""


def text_sha256(body: str) -> str:
    """Return the SHA-256 of a body (folded paragraphs joined by one newline, UTF-8), 64 hex characters."""
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()


def simhash(body: str) -> str:
    """Return the 64-bit simhash (Charikar 2002) of a body's 3-character shingles without white space, 16 hex characters.

    Each shingle counts as often as it occurs. Two texts that share most shingles differ in few bits. Byte k of a
    character's hash is the xor of LOW[k] and HIGH[k] at the two bytes of its UTF-16 code unit (tabulation hashing,
    Zobrist 1970). Byte k of a shingle's hash is the xor of bytes k, k - 3 and k - 6 (modulo 8) of its characters' hashes.
    """
    units = "".join(body.split()).encode("utf-16-le", "surrogatepass") or _EMPTY_TEXT
    low, high = units[::2], units[1::2]
    chars = [
        _number(low.translate(one)) ^ _number(high.translate(two)) for one, two in zip(LOW, HIGH, strict=True)
    ]
    shingles = max(len(low) - _SHINGLE_LENGTH + 1, 1)
    ones = _number(b"\1" * shingles)
    bits = [ones << bit for bit in reversed(range(8))]
    value = 0
    for place in range(_HASH_BYTES):
        # one byte of all shingles at once: a loop over the shingles takes six times as long
        column = chars[place] ^ chars[place - 3] >> 8 ^ chars[place - 6] >> 16
        for bit in bits:
            value = value << 1 | ((column & bit).bit_count() > shingles / 2)
    return f"{value:016x}"


def _number(data: bytes) -> int:
    return int.from_bytes(data, "little")


def bands(simhash_hex: str) -> tuple[int, int, int, int]:
    """Return the four 16-bit quarters of a simhash. Two hashes at distance ≤ 3 agree in at least one of them."""
    return (
        int(simhash_hex[:4], 16),
        int(simhash_hex[4:8], 16),
        int(simhash_hex[8:12], 16),
        int(simhash_hex[12:], 16),
    )


def distance(one: str, other: str) -> int:
    """Return the Hamming distance of two simhashes, 0 to 64."""
    return (int(one, 16) ^ int(other, 16)).bit_count()
