"""Look up the documents of versions, the captures with their bytes, and the validators of their next requests."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import bindparam, literal_column, or_, select
from sqlalchemy.orm import Session, aliased

from crawler.archive.catalogue.earlier_responses import MAX_NOT_MODIFIED_IN_A_ROW
from crawler.archive.catalogue.models import CaptureRow, DocumentRow, PageRow, RunRow, VersionRow
from crawler.archive.catalogue.prepared import Prepared
from crawler.archive.catalogue.rows import MERGED_FOLDER, CaptureRef
from crawler.model import Document, Offer, Validators

_OWN = (
    CaptureRow.origin.is_(None),
    CaptureRow.warc_file.not_like(f"{MERGED_FOLDER}%"),
    CaptureRow.record_type != literal_column("'resource'"),
)
"""Conditions on captures of this archive's own crawls: the ETag of another one may be forged."""
_MAX_CANDIDATES = 100  # captures of one URL among which the nearest in time is searched
_REFS = select(CaptureRow.id, CaptureRow.record_id, CaptureRow.payload_sha256, CaptureRow.warc_file)
_WITH_PAYLOAD = Prepared(
    _REFS.where(
        CaptureRow.url_key == bindparam("key"),
        CaptureRow.payload_sha256 == bindparam("digest"),
        CaptureRow.record_type != literal_column("'conversion'"),
        CaptureRow.status != 304,
    )
    .order_by(CaptureRow.id.desc())
    .limit(1)
)
_LAST_DOCUMENT = Prepared(
    select(CaptureRow.id, CaptureRow.url_key, CaptureRow.payload_sha256)
    .join(DocumentRow, DocumentRow.capture_id == CaptureRow.id)
    .join(RunRow, RunRow.id == CaptureRow.run_id)
    .where(
        DocumentRow.url == bindparam("url"),
        DocumentRow.how != literal_column("'ocr'"),
        *_OWN,
        RunRow.state != literal_column("'merged'"),
    )
    .order_by(DocumentRow.id.desc())
    .limit(1)
)
_LAST_ANSWERS = Prepared(
    select(CaptureRow.status, CaptureRow.payload_sha256, CaptureRow.etag, CaptureRow.last_modified)
    .where(
        CaptureRow.url_key == bindparam("key"),
        CaptureRow.id >= bindparam("since"),
        or_(CaptureRow.status == 200, CaptureRow.status == 304),
        *_OWN,
    )
    .order_by(CaptureRow.id.desc())
    .limit(MAX_NOT_MODIFIED_IN_A_ROW)
)
_HELD_TEXT_URL = Prepared(
    select(VersionRow.text_url)
    .join(
        PageRow,
        (VersionRow.report_id == PageRow.report_id) & (VersionRow.text_sha256 == PageRow.text_sha256),
    )
    .where(PageRow.url_key == bindparam("key"), VersionRow.unread.is_(None))
    .order_by(VersionRow.number.desc())
    .limit(1)
)


def capture_with_payload(session: Session, key: str, sha256: str) -> CaptureRef | None:
    """Return the newest capture of a canonical URL whose payload has this digest; None if there is none."""
    found = _WITH_PAYLOAD.first(session, {"key": key, "digest": sha256})
    return CaptureRef(*found) if found else None


def documents_of_text(
    session: Session, url_key: str, sha256: str, files: Collection[str]
) -> list[tuple[DocumentRow, CaptureRef | None]]:
    """Return the documents that a page offered last with a text of this digest, as captured in some WARC files.

    Each with the capture of its bytes; None if it could not be fetched.
    """
    page = aliased(CaptureRow)
    query = (
        select(DocumentRow, CaptureRow)
        .join(VersionRow, VersionRow.id == DocumentRow.version_id)
        .join(page, page.id == DocumentRow.offered_in)
        .outerjoin(CaptureRow, CaptureRow.id == DocumentRow.capture_id)
        .where(VersionRow.text_sha256 == sha256, page.url_key == url_key, page.warc_file.in_(files))
        .order_by(DocumentRow.offered_in.desc(), DocumentRow.id)
    )
    found = session.execute(query).all()
    return [
        (row, CaptureRef(held.id, held.record_id, held.payload_sha256, held.warc_file) if held else None)
        for row, held in found
        if row.offered_in == found[0][0].offered_in
    ]


def nearest_answer(session: Session, url_key: str, at: datetime) -> int | None:
    """Return the row id of the capture with status 200 of a URL that is nearest in time; None if there is none."""
    query = (
        select(CaptureRow.id, CaptureRow.fetched_at)
        .where(CaptureRow.url_key == url_key, CaptureRow.status == 200)
        .order_by(CaptureRow.id.desc())
        .limit(_MAX_CANDIDATES)
    )
    rows = session.execute(query).all()
    return min(rows, key=lambda row: abs(row.fetched_at - at)).id if rows else None


def held_document(session: Session, url: str) -> CaptureRef | None:
    """Return the capture with the bytes that were last archived of a document, by the URL that its page gives."""
    found = _LAST_DOCUMENT.first(session, {"url": url})
    return capture_with_payload(session, found[1], found[2]) if found else None


def document_validators(session: Session, url: str) -> Validators | None:
    """Return ETag and Last-Modified for a conditional request of a document; None if none of it is archived.

    None also if its URL has answered with other bytes since, which were no document, and after MAX_NOT_MODIFIED_IN_A_ROW
    304 responses.
    """
    last = _LAST_DOCUMENT.first(session, {"url": url})
    if last is None:
        return None
    since, key, digest = last
    answers = _LAST_ANSWERS.all(session, {"key": key, "since": since})
    in_full = [row for row in answers if row[0] == 200]
    if not in_full or any(row[1] != digest for row in in_full):
        return None
    _, _, etag, last_modified = in_full[0]
    return Validators(etag=etag, last_modified=last_modified) if etag or last_modified else None


def held_text_url(session: Session, url_key: str) -> str | None:
    """Return the URL of the document from which the text of a page is read; None if it is the page's own, or not held."""
    found = _HELD_TEXT_URL.first(session, {"key": url_key})
    return found[0] if found else None


def documents_read(session: Session, version: VersionRow) -> list[DocumentRow]:
    """Return the documents that a version was read with, in the order in which its page offered them."""
    if version.capture_id is None:
        return []
    read = (DocumentRow.version_id == version.id, DocumentRow.offered_in == version.capture_id)
    return list(session.scalars(select(DocumentRow).where(*read).order_by(DocumentRow.id)))


def last_documents(session: Session, version_id: int, url_key: str) -> list[tuple[DocumentRow, str | None]]:
    """Return the documents that a page offered last, as far as they are entered, each with the digest of its payload."""
    offered, held = CaptureRow.__table__.alias("offered"), CaptureRow.__table__.alias("held")
    query = (
        select(DocumentRow, held.c.payload_sha256)
        .join(offered, offered.c.id == DocumentRow.offered_in)
        .join(held, held.c.id == DocumentRow.capture_id, isouter=True)
        .where(
            DocumentRow.version_id == version_id,
            offered.c.url_key == url_key,
            DocumentRow.how != literal_column("'ocr'"),  # of no page: read of a scan that it offers
        )
        .order_by(DocumentRow.id)
    )
    rows = [(row, digest) for row, digest in session.execute(query)]
    return [(row, digest) for row, digest in rows if row.offered_in == rows[-1][0].offered_in]


def all_documents(session: Session, version: VersionRow) -> Sequence[Document]:
    """Return every document of a version, first those that it was read with."""
    query = (
        select(DocumentRow, CaptureRow)
        .join(CaptureRow, CaptureRow.id == DocumentRow.capture_id, isouter=True)
        .where(DocumentRow.version_id == version.id)
        .order_by(DocumentRow.offered_in != version.capture_id, DocumentRow.id)
    )
    return [to_document(row, capture) for row, capture in session.execute(query)]


def to_document(row: DocumentRow, capture: CaptureRow | None) -> Document:
    """Return a row as a Document."""
    return Document(
        offer=Offer(title=row.title, url=row.url, how=row.how),
        served_at=capture.url if capture else None,
        payload_sha256=capture.payload_sha256 if capture else None,
        format=row.format,
        reader=row.reader,
        pages=row.pages,
        fault=row.fault,
    )
