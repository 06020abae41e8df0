"""Questions to the catalogue, and rows back into nouns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from crawler.address import canonical
from crawler.archive.catalogue import CaptureRow, PageRow, ReportRow, VersionRow
from crawler.archive.rows import capture_row
from crawler.errors import CrawlerError
from crawler.model import Attachment, Capture, Report, Section, Validators
from crawler.warc import Record, to_capture

TRUSTED = 9
"""Answers of 304 in a row that are believed; the visit after them asks for the page whole."""


def latest(session: Session, *, region: str | None, year: int | None) -> Sequence[VersionRow]:
    """Latest version of each report; `region` takes in the divisions within it (a code's trailing zeros are wild)."""
    newest = select(VersionRow.report_id, func.max(VersionRow.number).label("number")).group_by(
        VersionRow.report_id
    )
    last = newest.subquery()
    query: Select[VersionRow] = (
        select(VersionRow)
        .join(last, (VersionRow.report_id == last.c.report_id) & (VersionRow.number == last.c.number))
        .join(ReportRow)
        .order_by(ReportRow.region, ReportRow.year, VersionRow.published, ReportRow.id)
    )
    if region is not None:
        query = query.where(ReportRow.region.startswith(_within(region), autoescape=True))
    if year is not None:
        query = query.where(ReportRow.year == year)
    return session.scalars(query).all()


def _within(code: str) -> str:
    for zeros in ("0000", "00"):
        if code.endswith(zeros):
            return code[: -len(zeros)]
    return code


def find_version(session: Session, report_id: str, number: int | None) -> VersionRow:
    """A version by the report's id or an unambiguous part of it. Raises CrawlerError, saying what there is instead."""
    ids = session.scalars(
        select(ReportRow.id).where(ReportRow.id.contains(report_id, autoescape=True)).limit(6)
    ).all()
    exact = [name for name in ids if name == report_id] or list(ids)
    if len(exact) != 1:
        found = "no report has it" if not exact else "several have it: " + ", ".join(exact)
        raise CrawlerError(f"{report_id}: {found}; `fazhi reports` lists them all")
    report = session.get_one(ReportRow, exact[0])
    if number is None:
        return report.versions[-1]
    if not 1 <= number <= len(report.versions):
        raise CrawlerError(f"{report.id}: has versions 1 to {len(report.versions)}, not {number}")
    return report.versions[number - 1]


def to_report(version: VersionRow) -> Report:
    """A catalogued version as a Report."""
    return Report(
        id=version.report_id,
        version=version.number,
        title=version.title,
        issuer=version.issuer,
        region=version.report.region,
        year=version.report.year,
        kind=version.kind,
        published=version.published,
        source=version.source,
        signed=version.signed,
        index=version.index,
        url=version.url,
        text_sha256=version.text_sha256,
        body=version.body,
        sections=tuple(Section(**section) for section in version.sections),
        parts=version.parts,
        attachments=tuple(Attachment(**attachment) for attachment in version.attachments),
        extractor=version.extractor,
    )


def same_capture(session: Session, key: str, capture: Capture) -> CaptureRow | None:
    """The response record that has a capture's payload already: by digest, or for a 304 the last one with status 200."""
    responses = (
        select(CaptureRow)
        .where(
            CaptureRow.url_key == key,
            CaptureRow.record_type == "response",
            CaptureRow.method == capture.method,
        )
        .order_by(CaptureRow.id.desc())
        .limit(1)
    )
    if capture.status == 304:
        return session.scalars(responses.where(CaptureRow.status == 200)).first()
    if not capture.payload or capture.truncated or capture.method != "GET":
        return None
    same = responses.where(
        CaptureRow.payload_sha256 == capture.payload_sha256, CaptureRow.status == capture.status
    )
    return session.scalars(same).first()


def latest_capture(session: Session, key: str) -> CaptureRow | None:
    """The last capture of an address."""
    return session.scalars(
        select(CaptureRow).where(CaptureRow.url_key == key).order_by(CaptureRow.id.desc()).limit(1)
    ).first()


def validators(session: Session, key: str) -> Validators | None:
    """ETag and Last-Modified of the last good capture of an address from which a report is held.

    None for an article set on several pages: that the first is not modified says nothing of the others. None too
    after TRUSTED times 304 in a row: some servers say so of a page that has changed.
    """
    page = session.scalars(select(PageRow).where(PageRow.url_key == key)).first()
    if page is None or page.report.versions[-1].parts > 1:
        return None
    rows = session.scalars(
        select(CaptureRow)
        .where(
            CaptureRow.url_key == key,
            CaptureRow.status.in_((200, 304)),
            CaptureRow.fetched_at
            <= page.last_seen,  # later ones were a challenge or another page that is no report
        )
        .order_by(CaptureRow.id.desc())
        .limit(TRUSTED)
    ).all()
    if not rows or (len(rows) == TRUSTED and all(row.status == 304 for row in rows)):
        return None
    return Validators(etag=rows[0].etag, last_modified=rows[0].last_modified)


def rows_of(records: Iterable[Record], warc_file: str) -> Iterator[CaptureRow]:
    """Catalogue rows of a WARC file's responses and revisits."""
    for record in records:
        if record.kind not in ("response", "revisit") or not record.url.startswith("http"):
            continue
        yield capture_row(to_capture(record), canonical(record.url), record.place, warc_file, record.kind)
