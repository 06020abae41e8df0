"""Turn captures, documents, outcomes and parts of reports into values for catalogue rows and WARC metadata.

The way back, from rows to Reports, is in `queries`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from crawler.model import Attachment, Capture, Document, Outcome, Section
    from crawler.warc import Place

IMPORT_SITE = "import"
"""Site id of imported documents, and of WARC records of other crawlers."""

MEMENTO_SITE = "memento"
"""Site id of pages as other archives play them back."""

OUTSIDE_SITES = (IMPORT_SITE, MEMENTO_SITE)
"""Site ids that are no site: what came with them is not this archive's own word."""

MERGED_FOLDER = "warc/merged/"
"""Folder of the WARC files of other archives. Their names begin with their digests, so that no file is copied twice."""

SEGMENTS_FOLDER = "warc/segments/"
"""Folder of the WARC files that this archive's workers wrote, each for one visit. Their names end with their digests."""

ENTERED_FOLDERS = (MERGED_FOLDER, SEGMENTS_FOLDER)
"""Folders of files that no run of this archive wrote itself: an act of a run says when each was entered."""

DOCUMENT_KINDS = ("resource", "conversion")
"""WARC record types of documents that came without an HTTP exchange: imported files and rendered pages."""

_NOT_IN_URN = re.compile(r"[\x00-\x20\x7f%]")
_URN_DIGEST_CHARS = 32
"""Hex digits of the SHA-256 in an import's URN: 128 bits, so that nobody can make two documents with the same URN."""


def outside_origin(captured_from: str) -> str:
    """Return who captured what did not come from an own crawl, by the origin of its capture: imported, or memento.

    A page as another archive plays it back has its address there behind the archive's name, a record the record's id.
    """
    address = captured_from.partition("#")[2]
    return "memento" if address.startswith(("http:", "https:")) else "imported"


def import_url(name: str, sha256: str = "") -> str:
    """Return the URN under which an imported file is kept: its name and, since names repeat, its digest.

    Without a digest: the URN that earlier versions of this program gave it.
    """
    suffix = f":{sha256[:_URN_DIGEST_CHARS]}" if sha256 else ""
    return f"urn:fazhi:import:{_NOT_IN_URN.sub(lambda found: f'%{ord(found[0]):02X}', name)}{suffix}"


def to_json_list(parts: Sequence[Section | Attachment]) -> list[dict[str, Any]]:
    """Return a report's sections or attachments as JSON values. Their fields are plain values, so `asdict` is not needed."""
    return [{name: getattr(part, name) for name in part.__slots__} for part in parts]


class CaptureRef(NamedTuple):
    """The parts of a capture's row that other rows and WARC records refer to."""

    id: int
    record_id: str
    payload_sha256: str
    warc_file: str


class KeptDocument(NamedTuple):
    """A document that a page offered, and the capture with its bytes; None if it could not be fetched."""

    document: Document
    capture: CaptureRef | None


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
    """Return the values of an HTTP exchange's row. `key`: its canonical URL. `sha256`: digest of its payload, in hex."""
    from crawler.warc import field_text  # not for a reader, which only needs the constants

    return {
        "url": capture.url,
        "url_key": key,
        "method": capture.method,
        "fetched_at": capture.fetched_at,
        "status": capture.status,
        "payload_sha256": sha256,
        "record_type": kind,
        **_location(place, warc_file),
        "etag": capture.header("etag"),
        "last_modified": capture.header("last-modified"),
        "origin": field_text(origin) if origin else None,
    }


def document_values(
    kind: str, url: str, sha256: str, at: datetime, place: Place, warc_file: str, *, origin: str | None = None
) -> dict[str, Any]:
    """Return the values of the row of a document without an HTTP exchange: a `resource`, or a `conversion` of a capture."""
    from crawler.address import canonical  # not for a reader, which only needs the constants
    from crawler.warc import field_text

    return {
        "url": url,
        "url_key": canonical(url),
        "method": "",
        "fetched_at": at,
        "status": 0,
        "payload_sha256": sha256,
        "record_type": kind,
        **_location(place, warc_file),
        "etag": None,
        "last_modified": None,
        "origin": field_text(origin) if origin else None,
    }


def _location(place: Place, warc_file: str) -> dict[str, Any]:
    """Return the values that say where a WARC record is."""
    return {
        "record_id": place.record_id,
        "warc_file": warc_file,
        "warc_offset": place.offset,
        "warc_length": place.length,
    }


def outcome_values(outcome: Outcome, run_id: int, capture_id: int | None) -> dict[str, Any]:
    """Return the values of an outcome's row; `outcome.at` must be set."""
    return {
        "run_id": run_id,
        "at": outcome.at,
        "site_id": outcome.site_id,
        "url": _storable(outcome.url),
        "ending": outcome.ending.value,
        "detail": _storable(outcome.detail),
        "report_id": outcome.report_id,
        "version": outcome.version,
        "capture_id": capture_id,
    }


def _storable(text: str) -> str:
    """Return a text with `?` for each lone surrogate: SQLite takes none, and one would make the commit of a batch fail."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
