"""What a text is to the archive: a new report, a further version, the same again, or one report at another address."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Update, bindparam, case, func, insert, or_, select, update
from sqlalchemy.orm import Session

from crawler.address import canonical
from crawler.archive.catalogue import PageRow, ReportRow, VersionRow
from crawler.archive.files import text_file
from crawler.archive.reading import Entered, to_report
from crawler.fingerprint import bands, distance, simhash
from crawler.model import Ending, Outcome, Report, Site

NEAR = 3  # bits of 64 that two texts' simhashes may differ in and still be probably one text (Manku 2007)
NEAR_LENGTH = 0.9  # and the shorter must have this share of the longer's characters


@dataclass(frozen=True, slots=True)
class Change:
    """An outcome, and the text file that must stand, if any."""

    outcome: Outcome
    text_file: str | None = None  # relative to the archive
    text: bytes = b""

    def saying(self, more: str) -> Change:
        """The same, with more in the outcome's detail."""
        detail = "; ".join(filter(None, (self.outcome.detail, more)))
        return replace(self, outcome=replace(self.outcome, detail=detail))


# made once, see reading
_PAGE = select(PageRow).where(PageRow.url_key == bindparam("key"))
_SAME = (
    select(VersionRow).where(VersionRow.text_sha256 == bindparam("digest")).order_by(VersionRow.id).limit(1)
)
_NEAR = select(VersionRow.report_id, VersionRow.simhash, func.length(VersionRow.body)).where(
    or_(
        VersionRow.band_0 == bindparam("b0"),
        VersionRow.band_1 == bindparam("b1"),
        VersionRow.band_2 == bindparam("b2"),
        VersionRow.band_3 == bindparam("b3"),
    )
)
_STANDS = (
    select(PageRow.id.label("page"), VersionRow.id.label("version"), VersionRow.report_id, VersionRow.number)
    .join(
        VersionRow,
        (VersionRow.report_id == PageRow.report_id) & (VersionRow.text_sha256 == PageRow.text_sha256),
    )
    .where(PageRow.url_key == bindparam("key"))
    .order_by(VersionRow.number.desc())
    .limit(1)
)
_IS_TAKEN = select(ReportRow.id).where(ReportRow.id == bindparam("name"))


def _seen_again(row: type[PageRow] | type[VersionRow]) -> Update:
    """Widens the time in which a row was seen; see _seen."""
    when = bindparam("when", type_=row.last_seen.type)
    return (
        update(row)
        .where(row.id == bindparam("row"))
        .values(
            first_seen=case((row.first_seen > when, when), else_=row.first_seen),
            last_seen=case((row.last_seen < when, when), else_=row.last_seen),
        )
    )


_PAGE_SEEN, _VERSION_SEEN = _seen_again(PageRow), _seen_again(VersionRow)


def settle(session: Session, report: Report, site: Site, now: datetime, capture: Entered | None) -> Change:
    """Place a text in the catalogue (not committed) and say what it was. Same means: same `text_sha256`."""
    url = report.url or ""
    page = session.scalars(_PAGE, {"key": canonical(url)}).first()
    if page is None:
        return _first_visit(session, report, site, now, capture)
    latest = page.report.versions[-1]
    _seen(page, now)
    if page.text_sha256 == report.text_sha256:
        seen = _version_of(page.report, report.text_sha256)
        _seen(seen, now)
        return _change(Ending.UNCHANGED, url, site, now, seen)
    was, page.text_sha256 = page.text_sha256, report.text_sha256
    if latest.text_sha256 == report.text_sha256:  # the change was already seen at the report's other address
        _seen(latest, now)
        return _change(Ending.REVISED, url, site, now, latest, "same change as at its other address")
    number = len(page.report.versions) + 1
    values = _version_values(report, site, now, capture, simhash(report.body), number)
    version = VersionRow(report=page.report, index=values.pop("page_index"), **values)
    session.add(version)
    session.flush()
    detail = f"text {was[:8]} is now {version.text_sha256[:8]}"
    return _change(Ending.REVISED, url, site, now, version, detail)


def confirm(session: Session, url_key: str, url: str, site: Site, now: datetime) -> Outcome:
    """The outcome of a 304: the text last seen at this address stands."""
    stands = session.execute(_STANDS, {"key": url_key}).first()
    if stands is None:
        return Outcome(
            ending=Ending.FAILED, url=url, site_id=site.id, at=now, detail="304 for a page never held"
        )
    connection = session.connection()
    connection.execute(_PAGE_SEEN, {"row": stands.page, "when": now})
    connection.execute(_VERSION_SEEN, {"row": stands.version, "when": now})
    return Outcome(
        ending=Ending.UNCHANGED,
        url=url,
        site_id=site.id,
        at=now,
        report_id=stands.report_id,
        version=stands.number,
        detail="not modified (304)",
    )


def _first_visit(
    session: Session, report: Report, site: Site, now: datetime, capture: Entered | None
) -> Change:
    url = report.url or ""
    same = session.scalars(_SAME, {"digest": report.text_sha256}).first()
    if same is not None:
        first = same.report.pages[0].url if same.report.pages else same.url
        session.add(PageRow(report=same.report, **_page_values(url, report, site, now)))
        _seen(same, now)
        if same.url.startswith("urn:") and not url.startswith("urn:"):  # an import now has its address
            same.url = url
        return _change(Ending.DUPLICATE, url, site, now, same, f"same text as {first}")
    mark = simhash(report.body)
    near = nearest(session, report, mark)
    name = _new_id(session, report)
    version = _version_values(report, site, now, capture, mark, 1)
    # by hand: the session's unit of work would take as long as everything else that is done for a page here
    connection = session.connection()
    connection.execute(
        _REPORT, {"id": name, "site_id": site.id, "region": report.region, "year": report.year}
    )
    connection.execute(_PAGE_OF, {"report_id": name, **_page_values(url, report, site, now)})
    connection.execute(_VERSION, {"report_id": name, **version})
    outcome = Outcome(
        ending=Ending.NEW,
        url=url,
        site_id=site.id,
        at=now,
        report_id=name,
        version=1,
        detail=_near_words(near),
    )
    return Change(outcome, version["text_file"], report.text().encode())


_REPORT, _PAGE_OF, _VERSION = insert(ReportRow), insert(PageRow), insert(VersionRow)


def nearest(session: Session, report: Report, mark: str) -> tuple[str, int] | None:
    """The report of which a version's text is nearly this one, and the distance of their simhashes in bits."""
    b0, b1, b2, b3 = bands(mark)
    candidates = session.execute(_NEAR, {"b0": b0, "b1": b1, "b2": b2, "b3": b3})
    near = [
        (report_id, bits)
        for report_id, other, length in candidates
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
        if session.execute(_IS_TAKEN, {"name": name}).first() is None:
            return name
    raise AssertionError("two texts with one SHA-256")


def _page_values(url: str, report: Report, site: Site, now: datetime) -> dict[str, Any]:
    return {
        "url": url,
        "url_key": canonical(url),
        "site_id": site.id,
        "text_sha256": report.text_sha256,
        "first_seen": now,
        "last_seen": now,
    }


def _version_values(
    report: Report, site: Site, now: datetime, capture: Entered | None, mark: str, number: int
) -> dict[str, Any]:
    b0, b1, b2, b3 = bands(mark)
    return {
        "number": number,
        "title": report.title,
        "issuer": report.issuer,
        "kind": report.kind,
        "published": report.published,
        "source": report.source,
        "signed": report.signed,
        "page_index": dict(report.index) if report.index else None,
        "body": report.body,
        "sections": [asdict(section) for section in report.sections],
        "attachments": [asdict(attachment) for attachment in report.attachments],
        "url": report.url or "",
        "text_sha256": report.text_sha256,
        "simhash": mark,
        "band_0": b0,
        "band_1": b1,
        "band_2": b2,
        "band_3": b3,
        "first_seen": now,
        "last_seen": now,
        "capture_id": capture.id if capture else None,
        "parts": report.parts,
        "text_file": text_file(report, site, now),
        "extractor": report.extractor,
    }


def _change(
    ending: Ending, url: str, site: Site, now: datetime, version: VersionRow, detail: str = ""
) -> Change:
    outcome = Outcome(
        ending=ending,
        url=url,
        site_id=site.id,
        at=now,
        report_id=version.report.id,
        version=version.number,
        detail=detail,
    )
    return Change(outcome, version.text_file, to_report(version).text().encode())
