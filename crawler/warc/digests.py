"""Make, parse and compare the labelled digests of WARC fields, such as `sha256:MFRG…` (ISO 28500, 5.8)."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable

_DIGEST_BYTES = {"sha256": 32, "sha1": 20, "md5": 16, "sha224": 28, "sha384": 48, "sha512": 64}
_BITS_PER_CHAR: dict[int, Callable[[str], bytes]] = {
    4: bytes.fromhex,
    5: lambda text: base64.b32decode(text.upper() + "=" * (-len(text) % 8)),
    6: lambda text: base64.b64decode(text + "=" * (-len(text) % 4), b"-_" if set(text) & {*"-_"} else None),
}
"""Encodings of digests in use: base 16, base 32 (the usual one), base 64. The length of a digest tells which it is."""


def labelled(sha256: bytes) -> str:
    """Return a SHA-256 as a field's value, in base 32 as is usual in WARC files."""
    return "sha256:" + base64.b32encode(sha256).decode("ascii")


def parse_digest(value: str) -> tuple[str, bytes] | None:
    """Parse a field's value into algorithm and digest; None if it is not understood."""
    name, _, text = value.partition(":")
    algorithm = name.strip().lower().replace("-", "")
    length = _DIGEST_BYTES.get(algorithm)
    if length is None:
        return None
    text = text.strip().rstrip("=")
    for bits, decode in _BITS_PER_CHAR.items():
        if len(text) == -(-8 * length // bits):
            try:
                digest = decode(text)
            except (ValueError, binascii.Error):
                return None
            return (algorithm, digest) if len(digest) == length else None
    return None


def hex_sha256(value: str | None) -> str | None:
    """Return a field's SHA-256 as 64 hex characters; None for any other value."""
    parsed = parse_digest(value or "")
    return parsed[1].hex() if parsed and parsed[0] == "sha256" else None


def agrees(value: str, data: bytes) -> bool | None:
    """Return whether data has the digest of a field's value; None if its algorithm is not known."""
    parsed = parse_digest(value)
    return (
        None if parsed is None else hashlib.new(parsed[0], data, usedforsecurity=False).digest() == parsed[1]
    )


def agrees_with_any(value: str, forms: Iterable[bytes]) -> bool | None:
    """Return whether one of the forms of a payload has the digest of a field's value; None if its algorithm is not known."""
    parsed = parse_digest(value)
    if parsed is None:
        return None
    return any(hashlib.new(parsed[0], form, usedforsecurity=False).digest() == parsed[1] for form in forms)
