"""Where the evidence of a version is: its WARC record, file and offset, and the time of the capture. Also who saw it first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from crawler.archive.catalogue.models import (
    MERGED,
    OWN,
    CaptureRow,
    PageRow,
    RunRow,
    VersionRow,
)
from crawler.archive.catalogue.queries import find_report, find_version
from crawler.archive.catalogue.rows import outside_origin
from crawler.archive.reader_queries.base import ReaderQueries
from crawler.model import Document, RecordPlace
from crawler.regular_files import file_stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstSight:
    """The first capture of a version's text, as far as the archive has it."""

    at: datetime
    origin: str  # as that of a version: own, imported, memento, merged
    archive: str = (
        ""  # the web archive that captured it, or the file of another crawler; empty if none is known
    )
    address: str = ""  # of the capture there, or the id of its record; `index`: it only lists the capture
    own_at: datetime | None = None  # when this archive's own crawls saw the text first; None if they have not


class PlaceQueries(ReaderQueries):
    """The WARC records of versions, and the head of the manifest's chain."""

    _head: tuple[tuple[int, ...] | None, str] = None, ""
    """Stamp of the manifest, and its head then: it is read as a whole for it."""

    def places(self, report_id: str, version: int | None = None) -> tuple[RecordPlace, ...]:
        """Return the places of the captures that a report's latest version, or the one asked for, was read from, in order.

        One, unless the article has several pages or its text is that of a document, which comes last; none for a tombstone. Raises UnknownReport.
        """
        return self._query(lambda session: _places(session, report_id, version))

    def first_sights(self, report_id: str) -> dict[int, FirstSight]:
        """Return the first sight of each text of a report, by the number of its version. Raises UnknownReport."""
        return self._query(lambda session: _first_sights(session, find_report(session, report_id)[0].id))

    def documents(self, report_id: str, version: int | None = None) -> tuple[Document, ...]:
        """Return the documents that the page of a version offered, and how each was read. Raises UnknownReport.

        First those that the version was read with, then those that the page offered later with the same text.
        """
        from crawler.archive.catalogue.documents.queries import all_documents

        return self._query(
            lambda session: tuple(all_documents(session, find_version(session, report_id, version)))
        )

    def place_of_record(self, record_id: str) -> RecordPlace | None:
        """Return the place of the capture whose WARC record has an id; None if no capture has it."""

        def query(session: Session) -> RecordPlace | None:
            capture = session.scalar(select(CaptureRow).where(CaptureRow.record_id == record_id))
            return None if capture is None else place_of(session, capture)

        return self._query(query)

    def head(self) -> str:
        """Return the head of the archive's chain: SHA-256 of the last line of its manifest, 64 hex characters."""
        from crawler.archive.evidence import manifest

        stamp = file_stamp(self.path / manifest.NAME)
        if stamp != self._head[0]:
            self._head = stamp, manifest.head(self.path)
        return self._head[1]

    def identity(self) -> str:
        """Return what names this archive for ever: SHA-256 of the first line of its manifest; that of an empty chain before."""
        from crawler.archive.evidence import manifest

        return next((line.sha256 for line in manifest.entries(self.path)), manifest.EMPTY_HEAD)


def _places(session: Session, report_id: str, number: int | None) -> tuple[RecordPlace, ...]:
    from crawler.archive.loading.reextraction import evidence_ids

    version = find_version(session, report_id, number)
    if version.tombstone:
        return ()
    return tuple(
        place_of(session, session.get_one(CaptureRow, each)) for each in evidence_ids(session, version)
    )


def place_of(session: Session, capture: CaptureRow) -> RecordPlace:
    """Return the place of a capture, and that of its payload."""
    from crawler.archive.loading.reextraction import row_with_payload

    payload = row_with_payload(session, capture)
    return RecordPlace(
        url=capture.url,
        captured_at=capture.fetched_at,
        record_id=capture.record_id,
        warc_file=capture.warc_file,
        warc_offset=capture.warc_offset,
        payload_sha256=capture.payload_sha256,
        payload_record_id=payload.record_id,
        payload_warc_file=payload.warc_file,
        payload_warc_offset=payload.warc_offset,
        imported_from=capture.origin,
    )


class _Captured(NamedTuple):
    origin: str  # as in the catalogue; empty: this archive or a merged one captured it
    run_state: str


def _first_sights(session: Session, report_id: str) -> dict[int, FirstSight]:
    versions = session.execute(
        select(VersionRow.number, VersionRow.first_seen, VersionRow.origin, CaptureRow.fetched_at)
        .join(CaptureRow, CaptureRow.id == VersionRow.capture_id, isouter=True)
        .where(VersionRow.report_id == report_id, VersionRow.tombstone.is_(False))
    ).all()
    captures = _captures_at(session, report_id, [first_seen for _, first_seen, _, _ in versions])
    return {
        number: _first_sight(first_seen, origin, captured_at, captures.get(first_seen))
        for number, first_seen, origin, captured_at in versions
    }


def _captures_at(session: Session, report_id: str, times: Iterable[datetime]) -> dict[datetime, _Captured]:
    """Return the captures of a report's pages at these times, by time; of several the first that was entered."""
    keys = select(PageRow.url_key).where(PageRow.report_id == report_id)
    resting = select(VersionRow.capture_id).where(VersionRow.report_id == report_id)
    query = (
        select(CaptureRow.fetched_at, CaptureRow.origin, RunRow.state)
        .join(RunRow, RunRow.id == CaptureRow.run_id, isouter=True)
        .where(
            or_(CaptureRow.url_key.in_(keys), CaptureRow.id.in_(resting)),
            CaptureRow.fetched_at.in_(list(times)),
        )
        .order_by(CaptureRow.id.desc())
    )
    found = session.execute(query)  # the first one last, so it stays
    return {at: _Captured(origin or "", state or "") for at, origin, state in found}


def _first_sight(
    at: datetime, origin: str, captured_at: datetime | None, capture: _Captured | None
) -> FirstSight:
    archive, _, address = (capture.origin if capture else "").partition("#")
    if origin != OWN:
        return FirstSight(at=at, origin=origin, archive=archive, address=address)
    if capture is not None and capture.run_state == MERGED:
        origin = MERGED
    elif capture is not None and capture.origin:
        origin = outside_origin(capture.origin)
    return FirstSight(at=at, origin=origin, archive=archive, address=address, own_at=captured_at)
