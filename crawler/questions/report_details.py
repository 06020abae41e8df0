"""What an archive knows of one report beside its text, as a value for JSON, for the command line and the viewer."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from crawler.field.times import iso
from crawler.model import Document, MetadataEdit, Report

if TYPE_CHECKING:
    from crawler.archive import FirstSight, Reader


def details_json(store: Reader, report: Report) -> dict[str, Any]:
    """Return evidence, versions, addresses, edits and documents of a report. `versions` is their number, as in every output."""
    assert report.id is not None
    sights = store.first_sights(report.id)
    return {
        "captures": captures_json(store, report),
        "history": [
            {
                "version": row.number,
                "gone": row.tombstone,
                "text_sha256": None if row.tombstone else row.text_sha256,
                "published": row.published,
                "first_seen": iso(row.first_seen),
                "last_seen": iso(row.last_seen),
                "origin": row.origin,
                "older": row.older,
                "url": row.url,
                "text_file": store.text_file_on_disk(row.text_file),
                "extractor": row.extractor,
                "former": row.former,
                "seen_first": _sight_json(sights.get(row.number)),
            }
            for row in store.history(report.id)
        ],
        "locations": [
            {
                "url": page.url,
                "site": page.site_id,
                "own": page.own,
                "state": page.shown_state,
                "text_sha256": page.text_sha256,
                "first_seen": iso(page.first_seen),
                "last_seen": iso(page.last_seen),
                "missing_since": iso(page.missing_since),
                "moved_to": page.moved_to,
            }
            for page in store.pages(report.id)
        ],
        "edits": list(map(_edit_json, store.metadata_history(report.id))),
        "departures": [{"url": url, "id": other} for url, other in store.departures(report.id)],
        "documents": [_document_json(each) for each in store.documents(report.id, report.version)],
    }


def captures_json(store: Reader, report: Report) -> list[dict[str, Any]]:
    """Return the captures of a report's version, each with its place in the WARC files."""
    places = store.places(report.id or "", report.version)
    return [asdict(each) | {"captured_at": iso(each.captured_at)} for each in places]


def _sight_json(sight: FirstSight | None) -> dict[str, Any] | None:
    """Return who saw a text first as a value for JSON; None for a version that records that the report is gone."""
    return None if sight is None else asdict(sight) | {"at": iso(sight.at), "own_at": iso(sight.own_at)}


def _edit_json(edit: MetadataEdit) -> dict[str, Any]:
    """Return an edit as a value for JSON. `fields` is empty where an address gave other values from the beginning."""
    return {
        "version": edit.version,
        "url": edit.url,
        "at": iso(edit.at),
        "fields": [{"field": name, "was": was, "now": edit.shown[name]} for name, was in edit.was.items()],
        "shown": dict(edit.shown),
        "record_id": edit.record_id,
        "captured_at": iso(edit.captured_at),
        "record_before": edit.record_before,
        "captured_before": iso(edit.captured_before),
    }


def _document_json(document: Document) -> dict[str, Any]:
    """Return a document that a page offered as a JSON value."""
    offer = document.offer
    return {
        "url": offer.url,
        "title": offer.title,
        "how": offer.how,
        "payload_sha256": document.payload_sha256,
        "format": document.format,
        "reader": document.reader,
        "pages": document.pages,
        "fault": document.fault,
    }
