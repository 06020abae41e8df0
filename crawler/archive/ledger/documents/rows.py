"""Enter the documents that a page offered with a text. They never make a version: a version is keyed to the text alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from crawler.archive.catalogue.documents.queries import documents_read, last_documents
from crawler.archive.catalogue.models import MERGED, CaptureRow, DocumentRow, VersionRow
from crawler.archive.catalogue.rows import KeptDocument
from crawler.archive.ledger.observation import Observation, StoreResult
from crawler.extract.documents.ocr.record import OCR
from crawler.model import Document

_Facts = tuple[object, ...]


def keep_documents(session: Session, observation: Observation, result: StoreResult) -> StoreResult:
    """Enter the documents of an observation if they are not those that its page offered last, and say so in the result.

    What another archive saw is entered for a version only with the text that it made.
    """
    outcome, capture = result.outcome, observation.capture
    if not observation.documents or outcome.version is None or capture is None:
        return result
    if observation.origin == MERGED and not result.is_new_text:
        return result
    version = _version(session, outcome.report_id, outcome.version)
    if version is None or not _differ(session, version, observation):
        return result
    for kept in observation.documents:
        session.add(row_of(version, capture.id, kept))
    session.flush()
    return replace(result, documents_changed=True)


def _version(session: Session, report_id: str | None, number: int) -> VersionRow | None:
    query = select(VersionRow).where(VersionRow.report_id == report_id, VersionRow.number == number)
    return session.scalars(query).first()


def _differ(session: Session, version: VersionRow, observation: Observation) -> bool:
    """Whether a page's documents differ from those entered last, or the version rests on its capture and has none of it."""
    capture = observation.capture
    assert capture is not None
    if version.capture_id == capture.id:
        return not documents_read(session, version)
    page = session.get_one(CaptureRow, capture.id)
    held = last_documents(session, version.id, page.url_key)
    return [_facts_of_row(row, digest) for row, digest in held] != [
        _facts(kept.document, kept.capture.payload_sha256 if kept.capture else None)
        for kept in observation.documents
    ]


def _facts(document: Document, digest: str | None) -> _Facts:
    return document.offer.url, digest, document.format, document.reader, document.pages, document.fault


def _facts_of_row(row: DocumentRow, digest: str | None) -> _Facts:
    return row.url, digest, row.format, row.reader, row.pages, row.fault


def row_of(version: VersionRow, offered_in: int, kept: KeptDocument) -> DocumentRow:
    """Return the row of a document that the page in a capture offered."""
    document, offer = kept.document, kept.document.offer
    return DocumentRow(
        version_id=version.id,
        offered_in=offered_in,
        url=offer.url,
        title=offer.title,
        how=offer.how,
        capture_id=kept.capture.id if kept.capture else None,
        format=document.format,
        reader=document.reader,
        pages=document.pages,
        fault=document.fault,
    )


def note_readings(session: Session, version: VersionRow, documents: Sequence[Document]) -> None:
    """Write how the documents that a version was read with are read now. `documents`: in their order."""
    for row, document in zip(documents_read(session, version), documents, strict=False):
        row.format = document.format
        row.reader = document.reader or (row.reader if row.how == OCR else None)
        row.pages, row.fault = document.pages, document.fault
