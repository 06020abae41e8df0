"""What a text is to the archive: a new report, a further version, the same again, or one report at another address."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from crawler.address import canonical
from crawler.archive.catalogue import CaptureRow, PageRow, ReportRow, VersionRow
from crawler.archive.files import text_file
from crawler.fingerprint import bands, distance, simhash
from crawler.model import Ending, Outcome, Report, Site

NEAR = 3  # bits of 64 that two texts' simhashes may differ in and still be probably one text (Manku 2007)
_BANDS = (VersionRow.band_0, VersionRow.band_1, VersionRow.band_2, VersionRow.band_3)
NEAR_LENGTH = 0.9  # and the shorter must have this share of the longer's characters


@dataclass(frozen=True, slots=True)
class Change:
    """An outcome, and the version whose text file must stand."""

    outcome: Outcome
    version: VersionRow | None = None

    def saying(self, more: str) -> Change:
        """The same, with more in the outcome's detail."""
        detail = "; ".join(filter(None, (self.outcome.detail, more)))
        return replace(self, outcome=replace(self.outcome, detail=detail))


def settle(session: Session, report: Report, site: Site, now: datetime, capture: CaptureRow | None) -> Change:
    """Place a text in the catalogue (not committed) and say what it was. Same means: same `text_sha256`."""
    url = report.url or ""
    page = session.scalars(select(PageRow).where(PageRow.url_key == canonical(url))).first()
    if page is None:
        return _first_visit(session, report, site, now, capture)
    latest = page.report.versions[-1]
    _seen(page, now)
    if page.text_sha256 == report.text_sha256:
        seen = _version_of(page.report, report.text_sha256)
        _seen(seen, now)
        return Change(_outcome(Ending.UNCHANGED, url, site, now, seen), seen)
    was, page.text_sha256 = page.text_sha256, report.text_sha256
    if latest.text_sha256 == report.text_sha256:  # the change was already seen at the report's other address
        _seen(latest, now)
        return Change(
            _outcome(Ending.REVISED, url, site, now, latest, "same change as at its other address"), latest
        )
    version = _add_version(session, page.report, report, site, now, capture, simhash(report.body))
    session.flush()
    return Change(
        _outcome(Ending.REVISED, url, site, now, version, f"text {was[:8]} is now {version.text_sha256[:8]}"),
        version,
    )


def confirm(session: Session, url_key: str, url: str, site: Site, now: datetime) -> Outcome:
    """The outcome of a 304: the text last seen at this address stands."""
    page = session.scalars(select(PageRow).where(PageRow.url_key == url_key)).first()
    if page is None:
        return Outcome(
            ending=Ending.FAILED, url=url, site_id=site.id, at=now, detail="304 for a page never held"
        )
    _seen(page, now)
    seen = _version_of(page.report, page.text_sha256)
    _seen(seen, now)
    return _outcome(Ending.UNCHANGED, url, site, now, seen, "not modified (304)")


def _first_visit(
    session: Session, report: Report, site: Site, now: datetime, capture: CaptureRow | None
) -> Change:
    url = report.url or ""
    same = session.scalars(
        select(VersionRow).where(VersionRow.text_sha256 == report.text_sha256).order_by(VersionRow.id)
    ).first()
    if same is not None:
        first = same.report.pages[0].url if same.report.pages else same.url
        session.add(_page(same.report, url, report, site, now))
        _seen(same, now)
        if same.url.startswith("urn:") and not url.startswith("urn:"):  # an import now has its address
            same.url = url
        return Change(_outcome(Ending.DUPLICATE, url, site, now, same, f"same text as {first}"), same)
    mark = simhash(report.body)
    near = nearest(session, report, mark)
    row = ReportRow(id=_new_id(session, report), site_id=site.id, region=report.region, year=report.year)
    session.add(row)
    session.add(_page(row, url, report, site, now))
    version = _add_version(session, row, report, site, now, capture, mark)
    session.flush()
    return Change(_outcome(Ending.NEW, url, site, now, version, _near_words(near)), version)


def nearest(session: Session, report: Report, mark: str) -> tuple[str, int] | None:
    """The report of which a version's text is nearly this one, and the distance of their simhashes in bits."""
    columns = (VersionRow.report_id, VersionRow.simhash, func.length(VersionRow.body))
    alike = or_(*(column == band for column, band in zip(_BANDS, bands(mark), strict=True)))
    near = [
        (report_id, bits)
        for report_id, other, length in session.execute(select(*columns).where(alike))
        if (bits := distance(other, mark)) <= NEAR and _alike(length, len(report.body))
    ]
    return min(near, key=lambda pair: pair[1], default=None)


def _alike(one: int, other: int) -> bool:
    return min(one, other) >= NEAR_LENGTH * max(one, other)


def _near_words(near: tuple[str, int] | None) -> str:
    return f"probably the same as {near[0]} (simhash differs in {near[1]} bits)" if near else ""


def _seen(row: PageRow | VersionRow, when: datetime) -> None:
    """Widen the time in which a row was seen; a replay may bring an older sight of it."""
    row.first_seen, row.last_seen = min(row.first_seen, when), max(row.last_seen, when)


def _version_of(report: ReportRow, digest: str) -> VersionRow:
    """The newest version with a digest; a text can come back."""
    return next(version for version in reversed(report.versions) if version.text_sha256 == digest)


def _new_id(session: Session, report: Report) -> str:
    """`420100-2022-3df35244`: region, year and first text of the report, so that a rebuild finds the same ids."""
    for length in (8, 16, 64):
        name = f"{report.region or '000000'}-{report.year or '0000'}-{report.text_sha256[:length]}"
        if not session.scalar(select(func.count()).select_from(ReportRow).where(ReportRow.id == name)):
            return name
    raise AssertionError("two texts with one SHA-256")


def _page(row: ReportRow, url: str, report: Report, site: Site, now: datetime) -> PageRow:
    return PageRow(
        report=row,
        url=url,
        url_key=canonical(url),
        site_id=site.id,
        text_sha256=report.text_sha256,
        first_seen=now,
        last_seen=now,
    )


def _add_version(
    session: Session,
    row: ReportRow,
    report: Report,
    site: Site,
    now: datetime,
    capture: CaptureRow | None,
    mark: str,
) -> VersionRow:
    b0, b1, b2, b3 = bands(mark)
    version = VersionRow(
        report=row,
        number=len(row.versions) + 1,
        title=report.title,
        issuer=report.issuer,
        kind=report.kind,
        published=report.published,
        source=report.source,
        signed=report.signed,
        index=dict(report.index) if report.index else None,
        body=report.body,
        sections=[asdict(section) for section in report.sections],
        attachments=[asdict(attachment) for attachment in report.attachments],
        url=report.url or "",
        text_sha256=report.text_sha256,
        simhash=mark,
        band_0=b0,
        band_1=b1,
        band_2=b2,
        band_3=b3,
        first_seen=now,
        last_seen=now,
        capture_id=capture.id if capture else None,
        parts=report.parts,
        text_file=text_file(report, site, now),
        extractor=report.extractor,
    )
    session.add(version)
    return version


def _outcome(
    ending: Ending, url: str, site: Site, now: datetime, version: VersionRow, detail: str = ""
) -> Outcome:
    return Outcome(
        ending=ending,
        url=url,
        site_id=site.id,
        at=now,
        report_id=version.report.id,
        version=version.number,
        detail=detail,
    )
