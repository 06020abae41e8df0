"""The exchanges that a version was read from, out of the WARC files: what was served, for whoever doubts the text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sqlalchemy.orm import Session

from crawler.archive.catalogue.models import CaptureRow, VersionRow
from crawler.archive.evidence.run_warcs import on_disk
from crawler.archive.reextraction import row_with_payload
from crawler.errors import ArchiveDamaged, CrawlerError
from crawler.model import Capture
from crawler.warc import Record, exchanges, read_records, to_capture


def captures_of(archive: Path, session: Session, version: VersionRow) -> tuple[Capture, ...]:
    """The pages that a version was read from, in order: one, unless the article was set on several.

    Raises CrawlerError for a version without any (a tombstone), ArchiveDamaged where a record is not in its place.
    """
    ids = [each for each in (version.capture_id, *version.further) if each is not None]
    if version.tombstone or not ids:
        what = "says that the report is gone; nothing was served" if version.tombstone else "has no capture"
        raise CrawlerError(f"{version.report_id}: version {version.number} {what}")
    return tuple(_capture(archive, session.get_one(CaptureRow, each), session) for each in ids)


def _capture(archive: Path, asked: CaptureRow, session: Session) -> Capture:
    """The exchange of a row; of one that repeated an earlier answer, that answer at the later time."""
    row = row_with_payload(session, asked)
    path = on_disk(archive / row.warc_file)
    record, request = next(exchanges(read_records(path, row.warc_offset)), (None, None))
    if record is None or record.place.record_id != row.record_id:
        raise ArchiveDamaged(f"{path}: the record at byte {row.warc_offset} is not {row.record_id}")
    if not record.is_http:
        return _document(record)
    return replace(to_capture(record, request), url=asked.url, fetched_at=asked.fetched_at)


def _document(record: Record) -> Capture:
    """A document that no exchange brought: a file imported, or a page as a browser drew it. Its status is 0."""
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
