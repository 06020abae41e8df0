"""Rows of versions: made from a sight of a text, read anew by a later extractor, chosen among."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from crawler.archive.catalogue.models import ReportRow, VersionRow
from crawler.archive.catalogue.rows import flat
from crawler.archive.catalogue.text_names import text_file
from crawler.field.fingerprint import bands, simhash
from crawler.model import Report

if TYPE_CHECKING:
    from crawler.archive.ledger.observation import Sight


def version_values(sight: Sight, mark: str, number: int) -> dict[str, Any]:
    """The row of a version, from a sight of its text and the text's simhash; by the names of its attributes."""
    report = sight.report
    b0, b1, b2, b3 = bands(mark)
    return {
        "number": number,
        "title": report.title,
        "issuer": report.issuer,
        "kind": report.kind,
        "published": report.published,
        "source": report.source,
        "signed": report.signed,
        "index": dict(report.index) if report.index else None,
        "body": report.body,
        "sections": flat(report.sections),
        "attachments": flat(report.attachments),
        "url": sight.url,
        "text_sha256": report.text_sha256,
        "simhash": mark,
        "band_0": b0,
        "band_1": b1,
        "band_2": b2,
        "band_3": b3,
        "first_seen": sight.now,
        "last_seen": sight.now,
        "capture_id": sight.capture.id if sight.capture else None,
        "parts": report.parts,
        "text_file": text_file(report, sight.site, sight.now),
        "extractor": report.extractor,
        "tombstone": False,
        "older": False,
        "hint": sight.site.body,
        "further": list(sight.further),
        "former": [],
    }


def add_version(session: Session, row: ReportRow, sight: Sight, *, older: bool = False) -> VersionRow:
    """A report's next version, from a sight of its text. `older`: it does not become the report's latest."""
    values = version_values(sight, simhash(sight.report.body), row.versions[-1].number + 1)
    version = VersionRow(report=row, **values | {"older": older})
    session.add(version)
    session.flush()
    return version


def reextract(version: VersionRow, report: Report) -> None:
    """Put in a version what a later extractor reads out of its page. It stays the version it is; its text is marked."""
    was = version.text_sha256
    former = {"text_sha256": was, "text_file": version.text_file, "extractor": version.extractor}
    version.former = [*version.former, former]
    for page in version.report.pages:
        if page.text_sha256 == was:
            page.text_sha256 = report.text_sha256
    version.text_sha256, version.body, version.extractor = report.text_sha256, report.body, report.extractor
    version.sections = flat(report.sections)
    version.attachments = flat(report.attachments)
    version.simhash = simhash(report.body)
    version.band_0, version.band_1, version.band_2, version.band_3 = bands(version.simhash)
    folder, _, name = version.text_file.rpartition("/")
    version.text_file = f"{folder}/{name.partition('_')[0]}_{report.text_sha256[:16]}.txt"
