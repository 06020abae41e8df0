"""Extraction of a version's text from its WARC records again: for rebuild, verify and later extractors.

It takes rows of the catalogue and reads the WARC files; it gives a Report, or the text from the text files. It changes
neither: `crawler.archive.ledger.versions` stores what a later extractor reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy import Select, literal_column, select
from sqlalchemy.orm import Session

from crawler import extract as extraction
from crawler.address import canonical
from crawler.archive.catalogue import queries
from crawler.archive.catalogue.documents.queries import documents_read, to_document
from crawler.archive.catalogue.metadata.queries import FIELDS
from crawler.archive.catalogue.models import CaptureRow, VersionRow
from crawler.archive.catalogue.rows import KeptDocument
from crawler.archive.evidence.warc_paths import warc_of
from crawler.archive.loading.begun import BegunReadings, Wanted, source_of, url_of
from crawler.errors import ArchiveDamaged, ExtractError, UnreadDocument
from crawler.extract.documents.ocr.record import OCR
from crawler.field.fingerprint import text_sha256
from crawler.model import Capture, Document, Headers, Report
from crawler.reading.alone import read_alone
from crawler.warc import Record, RevisitReference, agrees, read_at, to_capture

_MAX_ORIGINAL_CANDIDATES = 20
"""Responses of one URL among which the original of a revisit is searched, newest first."""

_SECOND = timedelta(seconds=1)
_HEX = re.compile(r"[0-9a-f]{64}")


def extract(
    body: bytes, headers: Headers, url: str | None, *, hint: str | None, seen: datetime | None = None
) -> Report:
    """Extract in a child process, within its limits: an archived page is as untrusted as a fetched one. Raises ExtractError."""
    return read_alone(extraction.extract, body, headers, url, hint=hint, seen=seen)


def capture_ids(version: VersionRow) -> list[int]:
    """Return the row ids of the captures that a version was extracted from, in the order of its pages."""
    return [each for each in (version.capture_id, *version.further) if each is not None]


def evidence_ids(session: Session, version: VersionRow) -> list[int]:
    """Return the row ids of the captures that hold a version's text: of its pages, and of the document that gave it."""
    documents = documents_read(session, version) if version.text_url is not None else []
    gave = [row.capture_id for row in documents if row.url == version.text_url and row.capture_id is not None]
    return [*capture_ids(version), *gave]


class Offered(NamedTuple):
    """A document to be read again: what its page said of it, and the row id of the capture with its bytes, if it has one."""

    document: Document
    capture: int | None


class Reread(NamedTuple):
    """The report of a version as it is read now, and how its documents were read."""

    report: Report
    documents: tuple[Document, ...]


def offered_with(session: Session, version: VersionRow) -> list[Offered]:
    """Return the documents that a version was read with."""
    return [Offered(to_document(row, None), row.capture_id) for row in documents_read(session, version)]


def reread(
    archive: Path,
    session: Session,
    version: VersionRow,
    cached: Mapping[int, Record] = MappingProxyType({}),
    begun: BegunReadings | None = None,
) -> Reread:
    """Run the current extractor over the pages of a version and the documents that it was read with.

    Raises ExtractError if it finds no article, ArchiveDamaged if a record is not where the catalogue says.
    """
    offered = offered_with(session, version)
    return read_pages(archive, session, capture_ids(version), version.hint, offered, cached, begun=begun)


def read_pages(
    archive: Path,
    session: Session,
    captures: Iterable[int],
    hint: str | None,
    offered: Sequence[Offered] = (),
    cached: Mapping[int, Record] = MappingProxyType({}),
    *,
    only_if_offered: bool = False,
    begun: BegunReadings | None = None,
) -> Reread:
    """Extract the article from its pages and its documents. `captures`: row ids of the pages, in order. Raises as `reread` does.

    `cached`: records with their payloads, by row id; these are not read from disk. `only_if_offered`: documents that the
    page as it is read now does not offer are left out. `begun`: readings of such records that are taken from there.
    """

    def find(capture: int) -> Record:
        return cached.get(capture) or record_of(archive, session, capture)

    records = list(map(find, captures))
    if not records:
        raise ArchiveDamaged(f"{archive}: the catalogue names no capture for a text")
    page = extraction.join_pages([_read(Wanted(record, hint), begun) for record in records])
    if only_if_offered:
        urls = {offer.url for offer in page.offers}
        offered = [each for each in offered if each.document.offer.url in urls]
    readings = [(each.document.offer, _read_offer(each, find, hint, begun)) for each in offered]
    report = read_alone(extraction.with_documents, page, readings) if readings else page
    documents = [
        replace(extraction.describe(offer, reading), payload_sha256=each.document.payload_sha256)
        for each, (offer, reading) in zip(offered, readings, strict=True)
    ]
    return Reread(report, tuple(documents))


def _read_offer(
    offered: Offered, find: Callable[[int], Record], hint: str | None, begun: BegunReadings | None
) -> Report | ExtractError:
    """Return what a document gives now; of one that was not fetched, what was noted then."""
    document = offered.document
    if offered.capture is None:
        return UnreadDocument(
            document.offer.url, document.fault or extraction.NOT_FETCHED, "it is not archived"
        )
    record = find(offered.capture)
    try:
        return _read(Wanted(record, hint, document.offer.how), begun)
    except ExtractError as error:
        return error


def reread_or_notify(
    version: VersionRow, read: Callable[[], Reread], notify: Callable[[str], None]
) -> Reread | None:
    """Return what `read` reads of a version; if the current extractor finds no article, notify why and return None."""
    try:
        return read()
    except ExtractError as error:
        notify(
            f"{version.report_id} version {version.number}: not read again, its text stays: {error.reason}"
        )
        return None


def reads_same_text(archive: Path, session: Session, version: VersionRow, digest: str) -> bool:
    """Whether the current extractor reads a text with this digest from a version's pages."""
    try:
        return reread(archive, session, version).report.text_sha256 == digest
    except (ExtractError, ArchiveDamaged, OSError):
        return False


def kept_readings(session: Session, version: VersionRow, documents: Sequence[Document]) -> list[KeptDocument]:
    """Return documents as they are read now, each with its capture. Of a recognition that is no text the engine is told.

    `documents`: in the order in which the version was read with them. Raises ValueError if it was read with another number.
    """
    held = documents_read(session, version)
    return [
        KeptDocument(
            replace(document, reader=document.reader or (row.reader if row.how == OCR else None)),
            queries.capture_ref(session, row.capture_id),
        )
        for document, row in zip(documents, held, strict=True)
    ]


def read_metadata(
    archive: Path, session: Session, capture: int, hint: str | None
) -> dict[str, str | None] | None:
    """Return the metadata that the current extractor reads from one capture alone; None if it finds no article in it."""
    try:
        report = _read(Wanted(record_of(archive, session, capture), hint), None)
    except (ExtractError, ArchiveDamaged, OSError):
        return None
    return {name: getattr(report, name) for name in FIELDS}


def row_with_payload(session: Session, row: CaptureRow) -> CaptureRow:
    """Return the row whose record contains the payload: for a revisit, the newest response with the same digest."""
    if row.record_type != "revisit":
        return row
    same = (
        CaptureRow.url_key == row.url_key,
        CaptureRow.payload_sha256 == row.payload_sha256,
        CaptureRow.record_type == literal_column("'response'"),
    )
    found = session.scalars(select(CaptureRow).where(*same).order_by(CaptureRow.id.desc())).first()
    return found or row


def find_original(archive: Path, session: Session, repeats: RevisitReference) -> Capture | None:
    """Find the archived response that a revisit refers to, by its time, else by its payload digest; None if not found.

    If the revisit states both, both must agree. Exception: the digest of a chunked response may be that of the chunked
    body, which is not kept.
    """
    for row in _at_time(session, repeats):
        capture, same = _with_digest(archive, session, row, repeats.digest)
        if same or same is None or capture.header("transfer-encoding") is not None:
            return capture
    responses = _answers(repeats).where(CaptureRow.record_type == literal_column("'response'"))
    for row in session.scalars(responses):
        capture, same = _with_digest(archive, session, row, repeats.digest)
        if same:
            return capture
    return None


def _answers(repeats: RevisitReference) -> Select[CaptureRow]:
    answers = select(CaptureRow).where(
        CaptureRow.url_key == canonical(repeats.url), CaptureRow.status.not_in((0, 304))
    )
    return answers.order_by(CaptureRow.id.desc()).limit(_MAX_ORIGINAL_CANDIDATES)


def _at_time(session: Session, repeats: RevisitReference) -> Iterable[CaptureRow]:
    if repeats.date is None:
        return ()
    second = repeats.date.replace(microsecond=0)
    return session.scalars(
        _answers(repeats).where(CaptureRow.fetched_at >= second, CaptureRow.fetched_at < second + _SECOND)
    )


def _with_digest(
    archive: Path, session: Session, row: CaptureRow, digest: str
) -> tuple[Capture, bool | None]:
    """Return a capture with its payload, and whether the payload has this digest; None if the digest's form is unknown."""
    capture = to_capture(record_of(archive, session, row.id))
    return capture, agrees(digest, capture.payload)


def record_of(archive: Path, session: Session, capture: int) -> Record:
    """Return the record with the payload of a capture. Raises ArchiveDamaged if it is not where the catalogue says, OSError."""
    row = row_with_payload(session, session.get_one(CaptureRow, capture))
    path = warc_of(archive, row.warc_file)
    return expect_record(read_at(path, row.warc_offset), row, path)


def expect_record(record: Record | None, row: CaptureRow, path: Path) -> Record:
    """Return the record found where the catalogue says. Raises ArchiveDamaged if it is not that of the row."""
    if record is None or record.place.record_id != row.record_id:
        raise ArchiveDamaged(f"{path}: the record at byte {row.warc_offset} is not {row.record_id}")
    return record


def _read(wanted: Wanted, begun: BegunReadings | None) -> Report:
    """Read a page, or a document that a page refers to. A page that is a document itself may have no text."""
    job = begun.take(wanted) if begun is not None else None
    hint, how = wanted.hint, wanted.how
    try:
        if job is not None:
            return job.result()
        body, headers, url, seen = source_of(wanted.record)
        if how is not None:
            return read_alone(extraction.read_offer, body, headers, url or "", how, hint=hint, seen=seen)
        return extract(body, headers, url, hint=hint, seen=seen)
    except UnreadDocument as error:
        if how is not None:
            raise
        return extraction.unread_report(error, url_of(wanted.record))


def body_from_text_file(archive: Path, digest: str) -> str | None:
    """Return the body with this digest from the text file named after it; None if no file has it."""
    return next((body for _, body in _text_files_with(archive, digest)), None)


def body_from_catalogue(session: Session, digest: str) -> str | None:
    """Return the body with this digest from a version; None if none has it, or its row states a digest that it has not."""
    body = session.scalar(select(VersionRow.body).where(VersionRow.text_sha256 == digest).limit(1))
    return body if body is not None and text_sha256(body) == digest else None


def text_file_with(archive: Path, digest: str) -> str | None:
    """Return the path, relative to the archive, of a text file whose body has this digest; None if there is none."""
    found = next((path for path, _ in _text_files_with(archive, digest)), None)
    return found.relative_to(archive).as_posix() if found else None


def _text_files_with(archive: Path, digest: str) -> Iterator[tuple[Path, str]]:
    if not _HEX.fullmatch(digest):
        return
    for path in (archive / "text").glob(f"*/*/*_{digest[:16]}.txt"):
        body = body_with_digest(path.read_bytes().decode("utf-8", "replace"), digest)
        if body is not None:
            yield path, body


def body_with_digest(text: str, digest: str) -> str | None:
    """Return the part of a text file with this digest: what follows the title and, if there is one, the metadata line."""
    blocks = text.removesuffix("\n").split("\n\n")
    for skipped in (2, 1):
        body = "\n".join(blocks[skipped:])
        if text_sha256(body) == digest:
            return body
    return None
