"""Nouns into catalogue rows and WARC metadata."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from crawler.address import canonical
from crawler.model import Capture, Outcome, Report, Site
from crawler.warc import Place


def import_url(name: str) -> str:
    """The address under which a document that came as a file is kept."""
    return f"urn:fazhi:import:{name}"


def capture_values(
    capture: Capture, key: str, place: Place, warc_file: str, record_type: str
) -> dict[str, Any]:
    """The row of an HTTP exchange; `key` is its canonical address."""
    return {
        "url": capture.url,
        "url_key": key,
        "method": capture.method,
        "fetched_at": capture.fetched_at,
        "status": capture.status,
        "payload_sha256": capture.payload_sha256,
        "record_type": record_type,
        **_standing(place, warc_file),
        "etag": capture.header("etag"),
        "last_modified": capture.header("last-modified"),
    }


def conversion_values(url: str, dom: bytes, at: datetime, place: Place, warc_file: str) -> dict[str, Any]:
    """The row of a page as a browser drew it."""
    return _file_values("conversion", url, dom, at, place, warc_file)


def document_values(url: str, data: bytes, now: datetime, place: Place, warc_file: str) -> dict[str, Any]:
    """The row of a document that came as a file."""
    return _file_values("resource", url, data, now, place, warc_file)


def _file_values(
    kind: str, url: str, data: bytes, now: datetime, place: Place, warc_file: str
) -> dict[str, Any]:
    return {
        "url": url,
        "url_key": canonical(url),
        "method": "",
        "fetched_at": now,
        "status": 0,
        "payload_sha256": hashlib.sha256(data).hexdigest(),
        "record_type": kind,
        **_standing(place, warc_file),
    }


def _standing(place: Place, warc_file: str) -> dict[str, Any]:
    return {
        "record_id": place.record_id,
        "warc_file": warc_file,
        "warc_offset": place.offset,
        "warc_length": place.length,
    }


def outcome_values(outcome: Outcome, run_id: int, now: datetime) -> dict[str, Any]:
    """The row of how a visit ended, to be inserted with many others."""
    return {
        "run_id": run_id,
        "at": outcome.at or now,
        "site_id": outcome.site_id,
        "url": outcome.url,
        "ending": outcome.ending.value,
        "detail": outcome.detail,
        "report_id": outcome.report_id,
        "version": outcome.version,
    }


def said(report: Report, site: Site, outcome: Outcome) -> dict[str, object]:
    """The `metadata` record: what extraction made of a capture, and for which site."""
    return {
        "site": {"id": site.id, "name": site.name, "region": site.region},
        "extractor": report.extractor,
        "ending": outcome.ending.value,
        "report": {
            "id": outcome.report_id,
            "version": outcome.version,
            "title": report.title,
            "issuer": report.issuer,
            "region": report.region,
            "year": report.year,
            "kind": report.kind,
            "published": report.published,
            "source": report.source,
            "signed": report.signed,
            "text_sha256": report.text_sha256,
        },
    }
