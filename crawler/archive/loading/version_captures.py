"""Exchanges that a version was extracted from, read from the WARC files: the evidence of what was served."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sqlalchemy.orm import Session

from crawler.archive.catalogue.models import CaptureRow, VersionRow
from crawler.archive.evidence.warc_paths import warc_of
from crawler.archive.loading.reextraction import evidence_ids, expect_record, row_with_payload
from crawler.errors import CrawlerError
from crawler.model import Capture
from crawler.warc import Record, exchanges, read_records, to_capture


def captures_of(archive: Path, session: Session, version: VersionRow) -> tuple[Capture, ...]:
    """Return what a version was extracted from: its page, or all pages of the article, then the document with its text.

    Raises CrawlerError for a version without a capture (a tombstone), ArchiveDamaged if a record is not where the
    catalogue says.
    """
    ids = evidence_ids(session, version)
    if version.tombstone or not ids:
        missing = (
            "only records that the report is gone; no page was served"
            if version.tombstone
            else "has no capture"
        )
        raise CrawlerError(f"{version.report_id}: version {version.number} {missing}")
    return tuple(_capture(archive, session.get_one(CaptureRow, each), session) for each in ids)


def capture_of(archive: Path, session: Session, row_id: int) -> Capture:
    """Return the exchange of a row, by its id. Raises ArchiveDamaged if its record is not where the catalogue says."""
    return _capture(archive, session.get_one(CaptureRow, row_id), session)


def _capture(archive: Path, wanted: CaptureRow, session: Session) -> Capture:
    """Return the exchange of a row. A `revisit` gives the earlier response with the URL and time of the revisit."""
    row = row_with_payload(session, wanted)
    path = warc_of(archive, row.warc_file)
    found, request = next(exchanges(read_records(path, row.warc_offset)), (None, None))
    record = expect_record(found, row, path)
    if not record.is_http:
        return _document(record)
    return replace(to_capture(record, request), url=wanted.url, fetched_at=wanted.fetched_at)


def _document(record: Record) -> Capture:
    """Return an imported file or a page as rendered by a browser as a Capture with status 0: no exchange brought it."""
    return Capture(
        url=record.url,
        status=0,
        reason="",
        headers=(("Content-Type", record.fields.get("content-type", "")),),
        payload=record.block,
        fetched_at=record.date,
        method="",
        http_version="",
    )
