"""Scans in an archive, and the texts that OCR reads of them: which there are, their bytes, and how a recognition is entered.

The recognition itself (what an engine saw, where) is kept as a `conversion` record of the scan. Text and rows are derived from
it, so that a rebuild needs no engine. OCR is no edit of a government: it makes no version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container
from dataclasses import dataclass

from sqlalchemy import or_, select

from crawler.archive.catalogue import rows
from crawler.archive.catalogue.documents.queries import documents_read
from crawler.archive.catalogue.models import CaptureRow, VersionRow
from crawler.archive.catalogue.rows import KeptDocument
from crawler.archive.damage import errors_as_damage
from crawler.archive.entering.rereading import Rereading
from crawler.archive.ledger.documents.recognised import keep_recognition
from crawler.archive.loading import reextraction
from crawler.archive.loading.version_captures import capture_of
from crawler.extract import DOCUMENT_LIMIT
from crawler.extract.documents.ocr.record import MEDIA_TYPE, OCR, reader_of
from crawler.extract.meaning.recognised import NEEDS_OCR
from crawler.extract.meaning.text_choice import IMAGE
from crawler.model import Document, Offer, Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A document without text, or the images of a page, that a version's text may be recognised in."""

    report_id: str
    version: int
    row: int  # of the version, in this catalogue
    title: str
    url: str  # of the document, or of the first image
    format: str  # pdf, image …
    pages: int | None
    captures: tuple[int, ...]  # row ids, in order: one of a document, one of each image


class Recognising(Rereading):
    """An archive opened for writing, to which OCR adds texts."""

    def scans(self, reader: str, ids: Container[str] | None = None) -> list[Scan]:
        """Return the scans that have not been read by this reader, newest version of each report first seen first.

        `ids`: only those of these reports. `reader`: engine and version, as `Report.reader` has it.
        """
        with errors_as_damage(self.path, faults=self._faults):
            query = select(VersionRow).where(
                VersionRow.tombstone.is_(False),
                VersionRow.capture_id.is_not(None),
                or_(VersionRow.unread == NEEDS_OCR, VersionRow.text_from == OCR),
            )
            found = self._session.scalars(query.order_by(VersionRow.id)).all()
            wanted = [row for row in found if ids is None or row.report_id in ids]
            return [scan for row in wanted if (scan := self._scan(row, reader)) is not None]

    def _scan(self, version: VersionRow, reader: str) -> Scan | None:
        documents = documents_read(self._session, version)
        if any(row.how == OCR and row.reader == reader for row in documents):
            return None
        waiting = [
            row
            for row in documents
            if row.fault == NEEDS_OCR and row.capture_id is not None and row.how != OCR
        ]
        files = [row for row in waiting if row.how != IMAGE]
        chosen = files[:1] or waiting
        if not chosen and not documents:  # the page is a scan itself
            assert version.capture_id is not None
            capture = self._session.get_one(CaptureRow, version.capture_id)
            return _scan_of(version, capture.url, version.text_from, version.pages, (version.capture_id,))
        if not chosen:
            return None
        captures = tuple(row.capture_id for row in chosen if row.capture_id is not None)
        pages = chosen[0].pages if files else len(chosen)
        return _scan_of(version, chosen[0].url, chosen[0].format or IMAGE, pages, captures)

    def scan_bytes(self, scan: Scan) -> list[bytes]:
        """Return the files of a scan as they were served, content codings undone. Raises ArchiveDamaged."""
        with errors_as_damage(self.path, faults=self._faults):
            found = [capture_of(self.path, self._session, each) for each in scan.captures]
            return [each.decoded(DOCUMENT_LIMIT).body if each.status else each.payload for each in found]

    def enter_recognition(self, scan: Scan, block: bytes) -> Report:
        """Keep what OCR saw on a scan, give the version the text of it, and return the report as it is read now.

        `block`: as `ocr.record.written` makes it. The report is still `unread` if what was seen is no text.
        """
        with errors_as_damage(self.path, faults=self._faults):
            ledger, warcs = self._writers()
            now, digest = self._now(), hashlib.sha256(block).hexdigest()
            version = self._session.get_one(VersionRow, scan.row)
            of = self._session.get_one(CaptureRow, scan.captures[0])
            place = warcs.writer().conversion(of.record_id, scan.url, now, MEDIA_TYPE, block)
            values = rows.document_values("conversion", scan.url, digest, now, place, warcs.name)
            capture = ledger.add_capture(values)
            offer = Offer(title="", url=scan.url, how=OCR)
            document = Document(offer=offer, format=OCR, reader=reader_of(block))
            keep_recognition(self._session, version, KeptDocument(document, capture))
            read = reextraction.reread(self.path, self._session, version)
            self._enter_reading(version, read.report, read.documents)
            return read.report


def _scan_of(
    version: VersionRow, url: str, format: str, pages: int | None, captures: tuple[int, ...]
) -> Scan:
    return Scan(
        report_id=version.report_id,
        version=version.number,
        row=version.id,
        title=version.title,
        url=url,
        format=format,
        pages=pages,
        captures=captures,
    )
