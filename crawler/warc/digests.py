"""Make, parse and compare the labelled digests of WARC fields, such as `sha256:MFRG…` (ISO 28500, 5.8)."""

from __future__ import annotations

import base64
import binascii
import hashlib

_DIGEST_BYTES = {"sha256": 32, "sha1": 20, "md5": 16, "sha512": 64}


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
    try:
        text = text.strip()
        digest = bytes.fromhex(text) if len(text) == 2 * length else base64.b32decode(text.upper())
    except (ValueError, binascii.Error):
        return None
    return (algorithm, digest) if len(digest) == length else None


def hex_sha256(value: str | None) -> str | None:
    """Return a field's SHA-256 as 64 hex characters; None for any other value."""
    parsed = parse_digest(value or "")
    return parsed[1].hex() if parsed and parsed[0] == "sha256" else None


def agrees(value: str, data: bytes) -> bool | None:
    """Return whether data has the digest of a field's value; None if its algorithm is not known."""
    parsed = parse_digest(value)
    return None if parsed is None else hashlib.new(parsed[0], data).digest() == parsed[1]
