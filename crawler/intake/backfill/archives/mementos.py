"""Turn the answer in which an archive plays back a capture into that capture: its own time, address, bytes and head.

What came is compared with what was asked for, and with the digest that the index gives. What the archive does not give is said.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from crawler.errors import Unplayable
from crawler.fetch.answers.judge import missing_part
from crawler.intake.backfill.index import IndexRow, http_moment, moment
from crawler.model import Capture, Headers
from crawler.warc import Provenance, http_address
from crawler.warc.cdxj import surt
from crawler.warc.digests import agrees_with_any, parse_digest

ORIGINAL = "x-archive-orig-"
"""Prefix of the names of the archived server's own headers, as Wayback gives them."""

_OF_THE_ARCHIVE = (
    "memento-datetime", "link", "content-location", "preference-applied", "vary", "accept-ranges", "server-timing",
    "access-control-allow-origin", "access-control-allow-credentials", "access-control-allow-headers", "access-control-expose-headers",
    "warcserver-source-coll", "warcserver-type", "x-cache-key", "x-app-server", "x-ts", "x-tr", "x-location", "x-rl", "x-na", "x-nid",
    "x-page-cache", "connection", "keep-alive", "cache-control", "content-security-policy", "transfer-encoding",
)  # fmt: skip
"""Headers that an archive adds which gives the others unmarked, such as pywb."""
_HOP = ("transfer-encoding", "connection", "keep-alive")
_CODED = ("content-encoding", "content-length")
_URI = re.compile(r"/([0-9]{14})[a-z_]{0,6}/+(https?:/{1,2}[^\s]{1,4000})", re.I)
_ORIGINAL_LINK = re.compile(r"<([^<>]{1,4000})>\s{0,5};\s{0,5}rel=\"?original\"?", re.I)
_MAX_LINK_CHARS = 8000
_MAX_DIFFERENCE_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Memento:
    """A capture as another archive gives it. `told`: in what it is not what was asked for."""

    capture: Capture
    provenance: Provenance
    told: str = ""

    @classmethod
    def held(cls, capture: Capture) -> Self:
        """Return a capture that is archived already."""
        return cls(capture=capture, provenance=Provenance(origin=""))


def is_memento(answer: Capture) -> bool:
    """Whether an answer is an archived page (RFC 7089, 2.1.1), whatever its status says."""
    return answer.header("memento-datetime") is not None


def memento_of(answer: Capture, row: IndexRow, archive: str, *, raw: bool = True) -> Memento:
    """Return the capture in the answer of an archive that plays it back.

    `raw`: the archive was asked for the original bytes. Raises Unplayable if it is no capture, or not whole.
    """
    if not is_memento(answer):
        raise Unplayable(answer.url, _why_none(answer))
    if missing := missing_part(answer):
        raise Unplayable(answer.url, f"truncated: {missing}")
    found = re.search(_URI, answer.url)
    at = _time(answer, found[1] if found else "")
    link = _ORIGINAL_LINK.search((answer.all_values("link") or "")[:_MAX_LINK_CHARS])
    named = (link[1] if link else "") or (found[2] if found else "")
    url = http_address(re.sub(r"^(https?:)/+", r"\1//", named)) if named else row.url
    if at is None or url is None:
        raise Unplayable(answer.url, "it does not say of which address and time it is")
    is_same_time = abs((at - row.at).total_seconds()) <= _MAX_DIFFERENCE_SECONDS
    is_same_page = surt(url) == surt(row.url)
    headers, not_kept = _original_headers(answer)
    capture = Capture(
        url=url,
        status=answer.status,
        reason=answer.reason,
        headers=headers,
        payload=answer.payload,
        fetched_at=at,
    )
    digest = _checked_digest(capture, answer, row) if is_same_time and is_same_page else ""
    if row.digest and not digest and is_same_time and is_same_page:
        not_kept.append(f"the bytes that have the digest {row.digest} of its index")
    if not raw:
        not_kept.append("perhaps the bytes as captured: the archive was not seen to give them unchanged")
    told = [] if is_same_time else [f"asked for {row.at:%Y-%m-%d %H:%M:%S}, got {at:%Y-%m-%d %H:%M:%S}"]
    told += [] if is_same_page else [f"asked for {row.url}, got {url}"]
    provenance = Provenance(
        origin=f"{archive}#{answer.url}",
        source_uri=answer.url,
        created_at=answer.fetched_at,
        digest=digest,
        not_kept="; ".join(not_kept),
    )
    return Memento(capture=capture, provenance=provenance, told="; ".join(told))


def sighting(original: Capture, row: IndexRow, archive: str, index: str) -> Memento:
    """Return the capture that an index lists with the digest of an archived one, so that its bytes need not be fetched again."""
    capture = replace(
        original,
        url=row.url,
        fetched_at=row.at,
        headers=(),
        head=b"",
        ip=None,
        request_headers=(),
        reason="OK",
    )
    provenance = Provenance(
        origin=f"{archive}#index",
        source_uri=index,
        digest=row.digest,
        not_kept="head and bytes: not fetched, since its index lists it with the digest of a capture that was",
    )
    return Memento(capture=capture, provenance=provenance)


def has_digest(payload: bytes, digest: str) -> bool:
    """Whether bytes have a digest of a known algorithm."""
    parsed = parse_digest(digest)
    return parsed is not None and hashlib.new(parsed[0], payload, usedforsecurity=False).digest() == parsed[1]


def _why_none(answer: Capture) -> str:
    why = answer.header("x-archive-wayback-runtime-error") or ""
    return f"HTTP {answer.status} {answer.reason}".strip() + (f": {why[:200]}" if why else "")


def _time(answer: Capture, timestamp: str) -> datetime | None:
    now = answer.fetched_at
    return moment(timestamp, now) or http_moment(answer.header("memento-datetime") or "", now)


def _original_headers(answer: Capture) -> tuple[Headers, list[str]]:
    """Return the archived server's own headers, as far as the archive gives them, and what it does not give."""
    marked = [
        (name[len(ORIGINAL) :], value)
        for name, value in answer.headers
        if name.lower().startswith(ORIGINAL) and len(name) > len(ORIGINAL)
    ]
    not_kept = ["request, IP address, status line as sent"]
    if marked:
        not_kept.append("case and order of the header names")
        kept = [(name, value) for name, value in marked if name.lower() not in _HOP]
    else:
        not_kept.append("which headers are the server's own")
        kept = [
            (name, value)
            for name, value in answer.headers
            if name.lower() not in _OF_THE_ARCHIVE and not name.lower().startswith("x-archive-")
        ]
    coding = _value(kept, "content-encoding")
    if coding and not answer.header("content-encoding"):
        kept = [(name, value) for name, value in kept if name.lower() not in _CODED]
        not_kept.append(f"its content coding {coding[:40]}: the archive has undone it")
    elif not coding and (now := answer.all_values("content-encoding")):
        kept.append(("Content-Encoding", now))  # without it the bytes could not be read
    if not any(name.lower() == "content-type" for name, _ in kept) and (of := answer.header("content-type")):
        kept.append(("Content-Type", of))
    return tuple(kept), not_kept


def _value(headers: list[tuple[str, str]], wanted: str) -> str:
    return next((value for name, value in headers if name.lower() == wanted), "")


def _checked_digest(capture: Capture, answer: Capture, row: IndexRow) -> str:
    """Return the index's digest if the bytes have it; empty if it cannot be checked. Raises Unplayable if they have not.

    The digest of an archive is that of the bytes as sent: with their content coding, which it may have undone.
    """
    agrees = agrees_with_any(row.digest, _forms(capture)) if row.digest else None
    if agrees:
        return row.digest
    was_coded = any(name.lower() == f"{ORIGINAL}content-encoding" for name, _ in answer.headers)
    if agrees is None or (was_coded and not answer.header("content-encoding")):
        return ""
    length = capture.header("content-length") or ""
    cut = length.isdecimal() and len(length) < 19 and int(length) > len(capture.payload)
    if cut:
        raise Unplayable(answer.url, f"truncated: {len(capture.payload)} bytes of {length}")
    raise Unplayable(answer.url, f"its bytes do not have the digest of its index ({row.digest})")


def _forms(capture: Capture) -> Iterator[bytes]:
    yield capture.payload
    decoded = capture.decoded()
    if decoded.short is None and decoded.body != capture.payload:
        yield decoded.body
