"""Nouns into catalogue rows and WARC metadata."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from crawler.address import canonical
from crawler.model import Attachment, Capture, Outcome, Section
from crawler.warc import Place, origin_text

IMPORT_SITE = "import"
"""Id of the site of what others gathered and was brought in."""

_NO_URN = re.compile(r"[\x00-\x20\x7f%]")
_DIGEST_CHARS = 32  # half of a SHA-256 in hex: 128 bits, so that nobody can make two documents with the same


def import_url(name: str, sha256: str = "") -> str:
    """The address under which a document that came as a file is kept: its name and, since names repeat, its digest.

    Without a digest: the address that earlier versions gave it.
    """
    mark = f":{sha256[:_DIGEST_CHARS]}" if sha256 else ""
    return f"urn:fazhi:import:{_NO_URN.sub(lambda found: f'%{ord(found[0]):02X}', name)}{mark}"


def flat(parts: Sequence[Section | Attachment]) -> list[dict[str, Any]]:
    """A report's sections or attachments as JSON: they hold nothing that is not plain, so `asdict` would look in vain."""
    return [{name: getattr(part, name) for name in part.__slots__} for part in parts]


class Entered(NamedTuple):
    """A capture in the catalogue, as far as others refer to it."""

    id: int
    record_id: str
    payload_sha256: str
    warc_file: str


def capture_values(
    capture: Capture,
    key: str,
    place: Place,
    warc_file: str,
    kind: str,
    *,
    sha256: str,
    origin: str | None = None,
) -> dict[str, Any]:
    """The row of an HTTP exchange; `key` is its canonical address, `sha256` its payload's, in hex."""
    return {
        "url": capture.url,
        "url_key": key,
        "method": capture.method,
        "fetched_at": capture.fetched_at,
        "status": capture.status,
        "payload_sha256": sha256,
        "record_type": kind,
        **_standing(place, warc_file),
        "etag": capture.header("etag"),
        "last_modified": capture.header("last-modified"),
        "origin": origin_text(origin) if origin else None,
    }


def document_values(
    kind: str, url: str, sha256: str, at: datetime, place: Place, warc_file: str, *, origin: str | None = None
) -> dict[str, Any]:
    """The row of a document that no exchange brought: `resource`, or `conversion` of one that did."""
    return {
        "url": url,
        "url_key": canonical(url),
        "method": "",
        "fetched_at": at,
        "status": 0,
        "payload_sha256": sha256,
        "record_type": kind,
        **_standing(place, warc_file),
        "etag": None,
        "last_modified": None,
        "origin": origin_text(origin) if origin else None,
    }


def _standing(place: Place, warc_file: str) -> dict[str, Any]:
    return {
        "record_id": place.record_id,
        "warc_file": warc_file,
        "warc_offset": place.offset,
        "warc_length": place.length,
    }


def outcome_values(outcome: Outcome, run_id: int, capture_id: int | None) -> dict[str, Any]:
    """The row of how a visit ended, to be inserted with many others. It has its time."""
    return {
        "run_id": run_id,
        "at": outcome.at,
        "site_id": outcome.site_id,
        "url": outcome.url,
        "ending": outcome.ending.value,
        "detail": outcome.detail,
        "report_id": outcome.report_id,
        "version": outcome.version,
        "capture_id": capture_id,
    }
