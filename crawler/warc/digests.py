"""Labelled digests of WARC fields, such as `sha256:MFRG…` (ISO 28500, 5.8): made, read, compared."""

from __future__ import annotations

import base64
import binascii
import hashlib

_LENGTHS = {"sha256": 32, "sha1": 20, "md5": 16, "sha512": 64}


def labelled(sha256: bytes) -> str:
    """A SHA-256 as a field's value, in base 32 as is the custom."""
    return "sha256:" + base64.b32encode(sha256).decode("ascii")


def raw(value: str) -> tuple[str, bytes] | None:
    """The algorithm and the digest that a field's value tells; None for one that is not understood."""
    name, _, text = value.partition(":")
    algorithm = name.strip().lower().replace("-", "")
    length = _LENGTHS.get(algorithm)
    if length is None:
        return None
    try:
        text = text.strip()
        digest = bytes.fromhex(text) if len(text) == 2 * length else base64.b32decode(text.upper())
    except (ValueError, binascii.Error):
        return None
    return (algorithm, digest) if len(digest) == length else None


def hex_sha256(value: str | None) -> str | None:
    """A field's value as 64 hex characters, where it is a SHA-256."""
    told = raw(value or "")
    return told[1].hex() if told and told[0] == "sha256" else None


def agrees(value: str, data: bytes) -> bool | None:
    """Whether data has the digest that a field tells; None where its algorithm is not known."""
    told = raw(value)
    return None if told is None else hashlib.new(told[0], data).digest() == told[1]
