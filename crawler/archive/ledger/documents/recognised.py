"""Rows of what OCR read of a version's scans. They stand beside the row of the scan, and are replaced by a later recognition."""

from __future__ import annotations

from sqlalchemy.orm import Session

from crawler.archive.catalogue.documents.queries import documents_read
from crawler.archive.catalogue.models import CaptureRow, VersionRow
from crawler.archive.catalogue.rows import KeptDocument
from crawler.archive.ledger.documents.rows import note_readings, row_of
from crawler.archive.ledger.observation import Observation
from crawler.archive.ledger.versions import replace_text
from crawler.extract.documents.ocr.record import OCR
from crawler.model import Document, Report


def keep_recognition(session: Session, version: VersionRow, kept: KeptDocument) -> None:
    """Enter the record of a recognition for a version, in the place of an earlier one of the same scan."""
    if version.capture_id is None or kept.capture is None:
        return
    for row in documents_read(session, version):
        if row.how == OCR and row.url == kept.document.offer.url:
            row.capture_id, row.reader = kept.capture.id, kept.document.reader
            break
    else:
        session.add(row_of(version, version.capture_id, kept))
    session.flush()


def enter_reading(session: Session, version: VersionRow, report: Report, documents: list[Document]) -> None:
    """Give a version what is read from its documents now. Its text is replaced only by another one."""
    if report.text_sha256 != version.text_sha256 or report.unread != version.unread:
        replace_text(version, report)
    else:
        version.confidence, version.reader = report.confidence, report.reader
    note_readings(session, version, documents)


def payloads_of(observation: Observation) -> set[str]:
    """Return the digests of the documents of an observation; of its page, where the page is the document."""
    digests = {kept.capture.payload_sha256 for kept in observation.documents if kept.capture is not None}
    if not observation.documents and observation.capture is not None:
        digests.add(observation.capture.payload_sha256)
    return digests


def is_same_scan(session: Session, version: VersionRow, digests: set[str]) -> bool:
    """Whether a version's text was recognised in documents of which these are the digests."""
    scans = [row for row in documents_read(session, version) if row.how != OCR]
    ids = [row.capture_id for row in scans if row.fault is not None]
    if not scans:
        ids = [version.capture_id]
    held = {session.get_one(CaptureRow, each).payload_sha256 for each in ids if each is not None}
    return bool(held) and held <= digests
