"""Questions to the catalogue, and rows back into nouns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, literal_column, or_, select
from sqlalchemy.orm import Session

from crawler.archive.catalogue.models import (
    GONE,
    MOVED,
    CaptureRow,
    OutcomeRow,
    PageEventRow,
    PageRow,
    ReportRow,
    VersionRow,
)
from crawler.archive.catalogue.prepared import Prepared
from crawler.archive.catalogue.rows import Entered
from crawler.archive.catalogue.version_choice import newest
from crawler.errors import CrawlerError
from crawler.model import Attachment, Capture, Ending, Report, Section, Validators

TRUSTED = 9
"""Answers of 304 in a row that are believed; the visit after them asks for the page whole."""


class Known(NamedTuple):
    """A response record that is there already."""

    record_id: str
    url: str
    fetched_at: datetime
    etag: str | None
    last_modified: str | None


class Answer(NamedTuple):
    """What an address once answered."""

    status: int
    etag: str | None
    last_modified: str | None


def latest(session: Session, *, region: str | None, year: int | None) -> Sequence[VersionRow]:
    """Latest text of each report; see `latest_texts`."""
    return session.scalars(latest_texts(region=region, year=year)).all()


def latest_texts(*, region: str | None, year: int | None) -> Select[VersionRow]:
    """The query for the latest text of each report, joined with the report, by region, year and date.

    `region` takes in the divisions within it (a code's trailing zeros are wild).
    """
    query = _latest().order_by(ReportRow.region, ReportRow.year, VersionRow.published, ReportRow.id)
    if region is not None:
        query = query.where(ReportRow.region.startswith(_within(region), autoescape=True))
    if year is not None:
        query = query.where(ReportRow.year == year)
    return query


def _latest() -> Select[VersionRow]:
    """By the order of runs; an older one may have been brought in later. Tombstones are no texts."""
    place = func.row_number().over(partition_by=VersionRow.report_id, order_by=VersionRow.number.desc())
    texts = select(VersionRow.id, place.label("place"))
    ranked = texts.where(VersionRow.tombstone.is_(False), VersionRow.older.is_(False)).subquery()
    joined = select(VersionRow).join(ranked, (VersionRow.id == ranked.c.id) & (ranked.c.place == 1))
    return joined.join(ReportRow)


def events(session: Session, report: ReportRow) -> list[tuple[str, PageEventRow]]:
    """The changes in the state of a report's pages, in the order of runs, each with the page's address."""
    query = (
        select(PageRow.url, PageEventRow)
        .join(PageRow, PageRow.id == PageEventRow.page_id)
        .where(PageRow.report_id == report.id)
        .order_by(PageEventRow.id)
    )
    return [(url, event) for url, event in session.execute(query)]


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
        return newest(report)
    if not 1 <= number <= len(report.versions):
        raise CrawlerError(f"{report.id}: has versions 1 to {len(report.versions)}, not {number}")
    return report.versions[number - 1]


def to_report(version: VersionRow, *, body: bool = True) -> Report:
    """A catalogued version as a Report; where its `body` is not wanted, that is empty and not read."""
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
        extractor=version.extractor,
    )


_KNOWN = (
    CaptureRow.record_id,
    CaptureRow.url,
    CaptureRow.fetched_at,
    CaptureRow.etag,
    CaptureRow.last_modified,
)
_RESPONSES = (
    select(*_KNOWN)
    .where(
        CaptureRow.url_key == bindparam("key"),
        CaptureRow.record_type == literal_column("'response'"),  # as captures_by_payload says it
        CaptureRow.method == bindparam("method"),
        CaptureRow.status == bindparam("status"),
    )
    .order_by(CaptureRow.id.desc())
    .limit(1)
)
# that it has a payload lets SQLite choose captures_by_payload, and not go through all revisits, newest first
_LAST_RESPONSE = Prepared(_RESPONSES.where(CaptureRow.payload_sha256 > ""))
_SAME_PAYLOAD = Prepared(_RESPONSES.where(CaptureRow.payload_sha256 == bindparam("digest")))
_ENTERED = select(CaptureRow.id, CaptureRow.record_id, CaptureRow.payload_sha256, CaptureRow.warc_file)
_LATEST = Prepared(
    _ENTERED.where(CaptureRow.url_key == bindparam("key")).order_by(CaptureRow.id.desc()).limit(1)
)
_BY_RECORD = Prepared(_ENTERED.where(CaptureRow.record_id == bindparam("record_id")))
_HELD = Prepared(
    select(PageRow.seen_in, VersionRow.parts)
    .join(
        VersionRow,
        (VersionRow.report_id == PageRow.report_id) & (VersionRow.text_sha256 == PageRow.text_sha256),
    )
    .where(
        PageRow.url_key == bindparam("key"),
        PageRow.state != GONE,
        PageRow.state != MOVED,
    )
    .order_by(VersionRow.number.desc())
    .limit(1)
)
_ANSWERS = Prepared(
    select(CaptureRow.status, CaptureRow.etag, CaptureRow.last_modified)
    .where(
        CaptureRow.url_key == bindparam("key"),
        or_(CaptureRow.status == 200, CaptureRow.status == 304),
        # later ones were a challenge, another page that is no report, or cut short
        CaptureRow.id <= bindparam("seen_in"),
    )
    .order_by(CaptureRow.id.desc())
    .limit(TRUSTED)
)


def same_capture(session: Session, key: str, capture: Capture, sha256: str) -> Known | None:
    """The response record that has a capture's payload already: by digest, or for a 304 the last one with status 200."""
    where = {"key": key, "method": capture.method}
    if capture.status == 304:
        found = _LAST_RESPONSE.first(session, where | {"status": 200})
    elif not capture.payload or capture.truncated or capture.method != "GET":
        return None
    else:
        digest = {"status": capture.status, "digest": sha256}
        found = _SAME_PAYLOAD.first(session, where | digest)
    return Known(*found) if found else None


def revalidated(values: Mapping[str, Any], known: Known | None) -> dict[str, Any]:
    """RFC 9110, 15.4.5: a 304 may leave validators out; those of what it confirms go on."""
    if known is None or values["status"] != 304:
        return {}
    return {name: values[name] or getattr(known, name) for name in ("etag", "last_modified")}


def holds(session: Session, key: str, capture: Capture) -> bool:
    """Whether an exchange is archived already: same address, time and payload."""
    same = select(CaptureRow.id).where(
        CaptureRow.url_key == key,
        CaptureRow.payload_sha256 == capture.payload_sha256,
        CaptureRow.fetched_at == capture.fetched_at,
    )
    return session.scalar(same.limit(1)) is not None


def document(session: Session, key: str, sha256: str) -> bool:
    """Whether a document that came as a file is archived from an address with these bytes."""
    same = select(CaptureRow.id).where(
        CaptureRow.url_key == key,
        CaptureRow.payload_sha256 == sha256,
        CaptureRow.record_type == literal_column("'resource'"),
    )
    return session.scalar(same.limit(1)) is not None


def last_seen(session: Session, key: str) -> datetime | None:
    """When the page of a canonical address was last seen; None where no report is held from it."""
    return session.scalar(select(PageRow.last_seen).where(PageRow.url_key == key))


def latest_capture(session: Session, key: str) -> Entered | None:
    """The last capture of an address."""
    found = _LATEST.first(session, {"key": key})
    return Entered(*found) if found else None


def captured(session: Session, record_id: str) -> Entered | None:
    """The capture that a record holds."""
    found = _BY_RECORD.first(session, {"record_id": record_id})
    return Entered(*found) if found else None


def record_of(session: Session, key: str, capture: Capture) -> str | None:
    """The id of the record that a capture was kept as."""
    query = select(CaptureRow.record_id).where(
        CaptureRow.url_key == key,
        CaptureRow.payload_sha256 == capture.payload_sha256,
        CaptureRow.method == capture.method,
        CaptureRow.record_type != "conversion",
    )
    return session.scalar(query.order_by(CaptureRow.id.desc()).limit(1))


def texts_of_captures(session: Session) -> Sequence[VersionRow]:
    """The versions that can be read again out of captures, in the order they were made."""
    made = select(VersionRow).where(VersionRow.capture_id.is_not(None), VersionRow.tombstone.is_(False))
    return session.scalars(made.order_by(VersionRow.id)).all()


def validators(session: Session, key: str) -> Validators | None:
    """ETag and Last-Modified of the last good capture of an address from which a report is held.

    None for an article set on several pages: that the first is not modified says nothing of the others. None too
    after TRUSTED times 304 in a row: some servers say so of a page that has changed. None of a page that was gone:
    when it is back, its text is a further version.
    """
    held = _HELD.first(session, {"key": key})
    if held is None:
        return None
    seen_in, parts = held
    if parts > 1 or seen_in is None:
        return None
    answers = [Answer(*row) for row in _ANSWERS.all(session, {"key": key, "seen_in": seen_in})]
    if not answers or (len(answers) == TRUSTED and all(answer.status == 304 for answer in answers)):
        return None
    return Validators(etag=answers[0].etag, last_modified=answers[0].last_modified)


def endings(session: Session, run_id: int) -> dict[Ending, int]:
    """How often each ending was noted in a run."""
    query = select(OutcomeRow.ending, func.count().label("number")).where(OutcomeRow.run_id == run_id)
    return {Ending(row.ending): row.number for row in session.execute(query.group_by(OutcomeRow.ending))}
