"""Nouns into catalogue rows and WARC metadata."""

from __future__ import annotations

import re
from datetime import datetime

from crawler.address import canonical
from crawler.archive.catalogue import CaptureRow
from crawler.model import Capture, Outcome
from crawler.warc import Place

_NO_URN = re.compile(r"[\x00-\x20\x7f%]")


def import_url(name: str) -> str:
    """The address under which a document that came as a file is kept."""
    return "urn:fazhi:import:" + _NO_URN.sub(lambda found: f"%{ord(found[0]):02X}", name)


def capture_row(
    capture: Capture,
    key: str,
    place: Place,
    warc_file: str,
    kind: str,
    *,
    sha256: str,
    origin: str | None = None,
) -> CaptureRow:
    """The row of an HTTP exchange; `key` is its canonical address, `sha256` its payload's, in hex."""
    return CaptureRow(
        url=capture.url,
        url_key=key,
        method=capture.method,
        fetched_at=capture.fetched_at,
        status=capture.status,
        payload_sha256=sha256,
        record_type=kind,
        record_id=place.record_id,
        warc_file=warc_file,
        warc_offset=place.offset,
        warc_length=place.length,
        etag=capture.header("etag"),
        last_modified=capture.header("last-modified"),
        origin=origin,
    )


def document_row(
    url: str, sha256: str, now: datetime, place: Place, warc_file: str, *, origin: str | None = None
) -> CaptureRow:
    """The row of a document that came as a file."""
    return CaptureRow(
        url=url,
        url_key=canonical(url),
        method="",
        fetched_at=now,
        status=0,
        payload_sha256=sha256,
        record_type="resource",
        record_id=place.record_id,
        warc_file=warc_file,
        warc_offset=place.offset,
        warc_length=place.length,
        origin=origin,
    )


def outcome_values(outcome: Outcome, run_id: int, capture_id: int | None) -> dict[str, object]:
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
