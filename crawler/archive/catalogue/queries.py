"""Single look-ups in the catalogue: versions and captures; and rows back into Reports.

Reads only. `selection` reads many reports in portions; `ledger` decides what is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, bindparam, func, literal_column, select
from sqlalchemy.orm import Session, defer

from crawler.address import canonical, varying
from crawler.archive.catalogue.models import (
    CaptureRow,
    FormerIdRow,
    OutcomeRow,
    PageEventRow,
    PageRow,
    ReportRow,
    VersionRow,
)
from crawler.archive.catalogue.prepared import Prepared
from crawler.archive.catalogue.rows import CaptureRef
from crawler.errors import UnknownReport
from crawler.field.regions import code_prefix
from crawler.model import Attachment, Capture, Ending, Report, Section

_MAX_NAMED_IDS = 6
"""Ids that an error message names."""


def latest_versions(session: Session, *, region: str | None, year: int | None) -> Sequence[VersionRow]:
    """Return the latest text of each report; see `select_latest_versions`."""
    return session.scalars(select_latest_versions(region=region, year=year)).all()


def select_latest_versions(*, region: str | None, year: int | None) -> Select[VersionRow]:
    """Select the latest text of each report, joined with the report, by region, year and date.

    `region` includes the divisions within it: a code's trailing zeros match any digits.
    """
    query = select_newest().order_by(
        ReportRow.region.nulls_first(),
        ReportRow.year.nulls_first(),
        VersionRow.published.nulls_first(),
        ReportRow.id,
    )
    if region is not None:
        query = query.where(within(region))
    if year is not None:
        query = query.where(ReportRow.year == year)
    return query


def within(region: str) -> ColumnElement[bool]:
    """Return the condition that a report is of a division or of one within it. `region`: a code of six digits."""
    return ReportRow.region.startswith(code_prefix(region), autoescape=True)


def select_newest() -> Select[VersionRow]:
    """Select each report's newest version that is no tombstone and not marked `older`, joined with the report, in no order."""
    place = func.row_number().over(partition_by=VersionRow.report_id, order_by=VersionRow.number.desc())
    texts = select(VersionRow.id, place.label("place"))
    ranked = texts.where(VersionRow.tombstone.is_(False), VersionRow.older.is_(False)).subquery()
    joined = select(VersionRow).join(ranked, (VersionRow.id == ranked.c.id) & (ranked.c.place == 1))
    return joined.join(ReportRow)


def events(session: Session, report: ReportRow) -> list[tuple[str, PageEventRow]]:
    """Return the events of a report's pages in the order of runs, each with the page's URL."""
    query = (
        select(PageRow.url, PageEventRow)
        .join(PageRow, PageRow.id == PageEventRow.page_id)
        .where(PageRow.report_id == report.id)
        .order_by(PageEventRow.id)
    )
    return [(url, event) for url, event in session.execute(query)]


def find_version(session: Session, report_id: str, number: int | None) -> VersionRow:
    """Return a version by the report's id, an unambiguous part of it, or a URL; without `number`, the newest text.

    An id that the report had in an archive that was merged into this one leads to it, and a number with such an id is that
    of the version there. Raises CrawlerError if no report or several have it, or if there is no such version.
    """
    report, number = find_report(session, report_id, number)
    of_report = select(VersionRow).where(VersionRow.report_id == report.id)
    if number is None:
        texts = of_report.where(VersionRow.tombstone.is_(False), VersionRow.older.is_(False))
        return session.scalars(texts.order_by(VersionRow.number.desc()).limit(1)).one()
    last = session.scalar(select(func.max(VersionRow.number)).where(VersionRow.report_id == report.id)) or 0
    if not 1 <= number <= last:
        raise UnknownReport(f"{report.id}: has versions 1 to {last}, not {number}")
    return session.scalars(of_report.where(VersionRow.number == number)).one()


def find_report(session: Session, report_id: str, number: int | None = None) -> tuple[ReportRow, int | None]:
    """Return a report as `find_version` finds it, and the number here of the version with a number; None without one."""
    if "/" in report_id or ":" in report_id:
        report_id = _report_at(session, report_id)
    matches = _ids_with(session, report_id)
    if not matches and (former := _former(session, report_id, number)):
        return former
    if len(matches) != 1:
        found = "no report has it" if not matches else "several have it: " + ", ".join(matches)
        raise UnknownReport(f"{report_id}: {found}; `fazhi reports` lists them all")
    return session.get_one(ReportRow, matches[0]), number


def version_rows(session: Session, report: ReportRow) -> Sequence[VersionRow]:
    """Return all versions of a report by number, tombstones included. Their bodies are read when they are asked for."""
    query = select(VersionRow).where(VersionRow.report_id == report.id).order_by(VersionRow.number)
    return session.scalars(query.options(defer(VersionRow.body))).all()


def _ids_with(session: Session, part: str) -> Sequence[str]:
    """Return the id that is this text, else some of those that contain it. The first is found without reading all ids."""
    if session.get(ReportRow, part) is not None:
        return [part]
    with_it = select(ReportRow.id).where(ReportRow.id.icontains(part, autoescape=True))
    return session.scalars(with_it.limit(_MAX_NAMED_IDS)).all()


def _report_at(session: Session, url: str) -> str:
    """Return the id of the report at a URL, which may lack its scheme. Raises UnknownReport."""
    whole = url if "://" in url or url.startswith("urn:") else f"http://{url}"
    keys = [canonical(whole), varying(whole)]
    found = session.scalar(select(PageRow.report_id).where(PageRow.url_key.in_(keys)).limit(1))
    if found is None:
        raise UnknownReport(f"{url}: no report is held from this address")
    return found


def _former(session: Session, report_id: str, number: int | None) -> tuple[ReportRow, int | None] | None:
    """Return the report that had an id in a merged archive, and the number here of the version with a number there.

    Raises CrawlerError if the text with that number did not come with the merge.
    """
    rows = session.scalars(
        select(FormerIdRow).where(FormerIdRow.id == report_id).order_by(FormerIdRow.version)
    ).all()
    if not rows:
        return None
    if number is None:
        return session.get_one(ReportRow, rows[-1].report_id), None
    here = next((row for row in rows if row.version == number), None)
    if here is None:
        known = ", ".join(str(row.version) for row in rows)
        raise UnknownReport(
            f"{report_id}: a report of a merged archive, {rows[-1].report_id} here; of its versions {known} came with it, not {number}"
        )
    return session.get_one(ReportRow, here.report_id), here.number


def to_report(version: VersionRow, *, body: bool = True) -> Report:
    """Return a version as a Report. Without `body` the text is not read, and the Report's `body` is empty."""
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
        body=version.body if body else "",
        sections=tuple(Section(**section) for section in version.sections),
        parts=version.parts,
        attachments=tuple(Attachment(**attachment) for attachment in version.attachments),
        text_from=version.text_from,
        text_url=version.text_url,
        reader=version.reader,
        pages=version.pages,
        confidence=version.confidence,
        unread=version.unread,
        difference=version.difference,
        extractor=version.extractor,
    )


_CAPTURES = select(CaptureRow.id, CaptureRow.record_id, CaptureRow.payload_sha256, CaptureRow.warc_file)
_LATEST_CAPTURE = Prepared(
    _CAPTURES.where(CaptureRow.url_key == bindparam("key")).order_by(CaptureRow.id.desc()).limit(1)
)
_CAPTURE_BY_RECORD = Prepared(_CAPTURES.where(CaptureRow.record_id == bindparam("record_id")))


def has_capture(session: Session, key: str, capture: Capture) -> bool:
    """Whether an exchange is archived already: same address, time and payload."""
    same = select(CaptureRow.id).where(
        CaptureRow.url_key == key,
        CaptureRow.payload_sha256 == capture.payload_sha256,
        CaptureRow.fetched_at == capture.fetched_at,
    )
    return session.scalar(same.limit(1)) is not None


def has_document(session: Session, key: str, sha256: str) -> bool:
    """Whether an imported file with these bytes is archived under a URL."""
    same = select(CaptureRow.id).where(
        CaptureRow.url_key == key,
        CaptureRow.payload_sha256 == sha256,
        CaptureRow.record_type == literal_column("'resource'"),
    )
    return session.scalar(same.limit(1)) is not None


def page_last_seen(session: Session, key: str) -> datetime | None:
    """Return when the page with a key was last seen; None if no report is held from it."""
    return session.scalar(select(PageRow.last_seen).where(PageRow.url_key == key))


def latest_capture(session: Session, key: str) -> CaptureRef | None:
    """Return the last capture of a canonical URL."""
    found = _LATEST_CAPTURE.first(session, {"key": key})
    return CaptureRef(*found) if found else None


def find_capture(session: Session, record_id: str) -> CaptureRef | None:
    """Return the capture of a WARC record."""
    found = _CAPTURE_BY_RECORD.first(session, {"record_id": record_id})
    return CaptureRef(*found) if found else None


def capture_ref(session: Session, row_id: int | None) -> CaptureRef | None:
    """Return a capture by the id of its row."""
    row = session.get(CaptureRow, row_id) if row_id is not None else None
    return CaptureRef(row.id, row.record_id, row.payload_sha256, row.warc_file) if row else None


def find_record_id(session: Session, key: str, capture: Capture) -> str | None:
    """Return the id of the WARC record that holds a capture."""
    query = select(CaptureRow.record_id).where(
        CaptureRow.url_key == key,
        CaptureRow.payload_sha256 == capture.payload_sha256,
        CaptureRow.method == capture.method,
        CaptureRow.record_type != "conversion",
    )
    return session.scalar(query.order_by(CaptureRow.id.desc()).limit(1))


def version_with(session: Session, report_id: str, number: int) -> VersionRow | None:
    """Return the version of a report with this number, unless it is a tombstone; None if there is none."""
    query = select(VersionRow).where(VersionRow.report_id == report_id, VersionRow.number == number)
    return session.scalars(query.where(VersionRow.tombstone.is_(False))).first()


def reextractable_versions(session: Session) -> Sequence[VersionRow]:
    """Return the versions that can be extracted again from captures, in the order they were made."""
    made = select(VersionRow).where(VersionRow.capture_id.is_not(None), VersionRow.tombstone.is_(False))
    return session.scalars(made.order_by(VersionRow.id)).all()


def count_endings(session: Session, run_id: int) -> dict[Ending, int]:
    """Count the outcomes of a run by ending."""
    query = select(OutcomeRow.ending, func.count().label("number")).where(OutcomeRow.run_id == run_id)
    return {Ending(row.ending): row.number for row in session.execute(query.group_by(OutcomeRow.ending))}
