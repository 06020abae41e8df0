"""Digests of texts: SHA-256 for "the same", a 64-bit simhash and its bands for "nearly the same"."""

from __future__ import annotations

import hashlib

_SHINGLE = 3
_DIGEST = 8  # bytes
_NOTHING = bytes(2)  # a text without characters counts as one of this
_RANDOM = hashlib.shake_128(b"fazhi simhash").digest(2 * _DIGEST * 256)
_TABLES = [_RANDOM[start : start + 256] for start in range(0, len(_RANDOM), 256)]
LOW, HIGH = _TABLES[:_DIGEST], _TABLES[_DIGEST:]
"""For each byte of a hash, what stands for each value of a code unit's low and high byte: of SHAKE-128, so anybody's."""


def text_sha256(body: str) -> str:
    """SHA-256 of a body (folded paragraphs joined by one newline, UTF-8), 64 hex characters."""
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()


def simhash(body: str) -> str:
    """64-bit simhash (Charikar 2002) of a body's 3-character shingles, white space aside, as 16 hex characters.

    Each shingle counts as often as it occurs. Two texts that share most shingles differ in few bits. Byte k of a
    character's hash is that of tables LOW[k] and HIGH[k] at the bytes of its UTF-16 code unit (tabulation hashing,
    Zobrist 1970), byte k of a shingle's is that of bytes k, k - 3 and k - 6 of its characters' (modulo 8), all by xor.
    """
    units = "".join(body.split()).encode("utf-16-le", "surrogatepass") or _NOTHING
    low, high = units[::2], units[1::2]
    chars = [
        _number(low.translate(one)) ^ _number(high.translate(two)) for one, two in zip(LOW, HIGH, strict=True)
    ]
    number = max(len(low) - _SHINGLE + 1, 1)
    ones = _number(b"\1" * number)
    bits = [ones << bit for bit in reversed(range(8))]
    value = 0
    for place in range(_DIGEST):
        # all shingles at once, a byte of each: a loop over them would take six times as long
        column = chars[place] ^ chars[place - 3] >> 8 ^ chars[place - 6] >> 16
        for bit in bits:
            value = value << 1 | ((column & bit).bit_count() > number / 2)
    return f"{value:016x}"


def _number(data: bytes) -> int:
    return int.from_bytes(data, "little")


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
