"""A version's text once more out of its WARC records: for rebuilding, verifying, and for later extractors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import Select, literal_column, select
from sqlalchemy.orm import Session

from crawler.address import canonical
from crawler.archive.catalogue.models import CaptureRow, VersionRow
from crawler.archive.evidence.run_warcs import on_disk
from crawler.errors import ArchiveDamaged, ExtractError
from crawler.extract import extract, join_pages
from crawler.field.fingerprint import text_sha256
from crawler.model import Capture, Report
from crawler.warc import Record, RevisitReference, agrees, read_at, to_capture

MAX_CANDIDATES = 20
"""Answers of one address among which a revisit's original is looked for, the newest first."""

_SECOND = timedelta(seconds=1)


def reread(archive: Path, session: Session, version: VersionRow) -> Report:
    """What today's extractor reads out of the pages that a version was made from.

    Raises ExtractError when it finds no article there, ArchiveDamaged when a record is not where it should be.
    """
    ids = [each for each in (version.capture_id, *version.further) if each is not None]
    return read_pages(archive, session, ids, version.hint)


def read_pages(
    archive: Path,
    session: Session,
    captures: Iterable[int],
    hint: str | None,
    at_hand: Mapping[int, Record] = MappingProxyType({}),
) -> Report:
    """The article that captures (their rows' ids) hold, its pages in order. Raises as `reread` does.

    `at_hand`: records that need not be read again, with their payloads, by the same ids.
    """
    records = [at_hand.get(each) or _record(archive, session, each) for each in captures]
    if not records:
        raise ArchiveDamaged(f"{archive}: no capture is known of a text")
    return join_pages([_read(record, hint) for record in records])


def try_again(
    archive: Path, session: Session, version: VersionRow, notify: Callable[[str], None]
) -> Report | None:
    """As `reread`; None, having told why, where today's extractor finds no article."""
    try:
        return reread(archive, session, version)
    except ExtractError as error:
        notify(f"{version.report_id} version {version.number}: not read again: {error.reason}")
        return None


def reads_the_same(archive: Path, session: Session, version: VersionRow, digest: str) -> bool:
    """Whether today's extractor reads a text with this digest out of a version's page."""
    try:
        return reread(archive, session, version).text_sha256 == digest
    except (ExtractError, ArchiveDamaged, OSError):
        return False


def row_with_payload(session: Session, row: CaptureRow) -> CaptureRow:
    """The row whose record has the payload itself: of a revisit, the response with the same."""
    if row.record_type != "revisit":
        return row
    same = (
        CaptureRow.url_key == row.url_key,
        CaptureRow.payload_sha256 == row.payload_sha256,
        CaptureRow.record_type == literal_column("'response'"),
    )
    found = session.scalars(select(CaptureRow).where(*same).order_by(CaptureRow.id.desc())).first()
    return found or row


def original(archive: Path, session: Session, repeats: RevisitReference) -> Capture | None:
    """The archived answer that a revisit refers to: by its time, or else by its payload's digest.

    Where both are told, both must agree; but the digest may be of the body as it was chunked, which is not kept.
    """
    for row in _at_time(session, repeats):
        capture, same = _with_digest(archive, session, row, repeats.digest)
        if same or same is None or capture.header("transfer-encoding") is not None:
            return capture
    of_address = _answers(repeats).where(CaptureRow.record_type == literal_column("'response'"))
    for row in session.scalars(of_address):
        capture, same = _with_digest(archive, session, row, repeats.digest)
        if same:
            return capture
    return None


def _answers(repeats: RevisitReference) -> Select[CaptureRow]:
    answers = select(CaptureRow).where(
        CaptureRow.url_key == canonical(repeats.url), CaptureRow.status.not_in((0, 304))
    )
    return answers.order_by(CaptureRow.id.desc()).limit(MAX_CANDIDATES)


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
    """A capture with its payload, and whether that has a digest; None where the digest is not understood."""
    capture = to_capture(_record(archive, session, row.id))
    return capture, agrees(digest, capture.payload)


def _record(archive: Path, session: Session, capture: int) -> Record:
    row = row_with_payload(session, session.get_one(CaptureRow, capture))
    path = on_disk(archive / row.warc_file)
    record = read_at(path, row.warc_offset)
    if record.place.record_id != row.record_id:
        raise ArchiveDamaged(f"{path}: the record at byte {row.warc_offset} is not {row.record_id}")
    return record


def _read(record: Record, hint: str | None) -> Report:
    if record.kind in ("resource", "conversion"):
        url = record.url if record.url.startswith("http") else None
        headers = (("Content-Type", record.fields["content-type"]),) if record.kind == "conversion" else ()
        return extract(record.block, headers, url, hint=hint)
    capture = to_capture(record)
    return extract(capture.body, capture.headers, capture.url, hint=hint, seen=capture.fetched_at)


def from_file(archive: Path, digest: str) -> str | None:
    """The body with a digest, out of the text file whose name has its start; None where there is none that agrees."""
    for path in (archive / "text").glob(f"*/*/*_{digest[:16]}.txt"):
        body = body_of(path.read_bytes().decode("utf-8", "replace"), digest)
        if body is not None:
            return body
    return None


def body_of(text: str, digest: str) -> str | None:
    """The part of a text file's content that has a digest: what follows its title, and its line of metadata if it has one."""
    blocks = text.removesuffix("\n").split("\n\n")
    for skipped in (2, 1):
        body = "\n".join(blocks[skipped:])
        if text_sha256(body) == digest:
            return body
    return None
