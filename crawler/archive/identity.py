"""What a text is to the archive: a new report, a further version, the same again, or one report at another address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from crawler.address import canonical
from crawler.archive import states
from crawler.archive.catalogue import CaptureRow, PageRow, ReportRow, VersionRow
from crawler.archive.similar import alike, near
from crawler.archive.versions import add_version, newest, reextract, version_of
from crawler.fingerprint import bands, simhash
from crawler.model import Ending, Outcome, Report, Site

_BANDS = (VersionRow.band_0, VersionRow.band_1, VersionRow.band_2, VersionRow.band_3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One sight of a text: where and when it was seen, and in which captures."""

    report: Report
    site: Site
    now: datetime
    capture: CaptureRow | None
    further: Sequence[int] = ()  # captures of the article's pages after the first

    @property
    def url(self) -> str:
        """The address it was seen at."""
        return self.report.url or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An outcome, and the version whose text file must stand."""

    outcome: Outcome
    version: VersionRow | None = None
    whole: bool = False  # whether the text was not held before, in this version or at all
    reextracted: bool = False


Reread = Callable[[VersionRow], bool]
"""Whether today's extractor reads the text just seen out of the page that a version was made from."""


def settle(session: Session, sight: Sight, reread: Reread) -> Change:
    """Place a text in the catalogue (not committed) and say what it was. Same means: same `text_sha256`."""
    page = states.at(session, canonical(sight.url))
    if page is None:
        return _first_visit(session, sight)
    if sight.now < page.last_seen and page.text_sha256 != sight.report.text_sha256:
        return _older(session, page, sight)
    states.seen(session, page, sight.now)
    _seen(page, sight.now)
    if page.report.versions[-1].tombstone:
        return _further(
            session, page, sight, f"back again, gone since {page.report.versions[-1].first_seen:%Y-%m-%d}"
        )
    if page.text_sha256 == sight.report.text_sha256:
        same = version_of(page.report, page.text_sha256)
        _seen(same, sight.now)
        return Change(outcome=_outcome(Ending.UNCHANGED, sight, same), version=same)
    return _changed(session, page, sight, reread)


def _changed(session: Session, page: PageRow, sight: Sight, reread: Reread) -> Change:
    report, was = sight.report, page.text_sha256
    held = version_of(page.report, was)
    if held.extractor != report.extractor and reread(held):
        reextract(held, report)
        _seen(held, sight.now)
        detail = f"the same page; its text as {report.extractor} reads it"
        outcome = _outcome(Ending.UNCHANGED, sight, held, detail)
        return Change(outcome=outcome, version=held, whole=True, reextracted=True)
    latest = newest(page.report)
    if latest.text_sha256 == report.text_sha256:  # the change was already seen at the report's other address
        page.text_sha256 = report.text_sha256
        _seen(latest, sight.now)
        states.event(session, page, sight.now, states.CHANGED, version=latest.number)
        outcome = _outcome(Ending.REVISED, sight, latest, "same change as at its other address")
        return Change(outcome=outcome, version=latest)
    return _further(session, page, sight, f"text {was[:8]} is now {report.text_sha256[:8]}")


def _further(session: Session, page: PageRow, sight: Sight, detail: str) -> Change:
    page.text_sha256 = sight.report.text_sha256
    version = add_version(session, page.report, sight, simhash(sight.report.body))
    states.event(session, page, sight.now, states.CHANGED, version=version.number, detail=detail)
    return Change(outcome=_outcome(Ending.REVISED, sight, version, detail), version=version, whole=True)


def _older(session: Session, page: PageRow, sight: Sight) -> Change:
    """A sight of a page as it was before the last one: its text is kept, and nothing else changes."""
    held = [row for row in page.report.versions if row.text_sha256 == sight.report.text_sha256]
    page.first_seen = min(page.first_seen, sight.now)
    if held:
        _seen(held[-1], sight.now)
        outcome = _outcome(Ending.UNCHANGED, sight, held[-1], "an older sight of it")
        return Change(outcome=outcome, version=held[-1])
    version = add_version(session, page.report, sight, simhash(sight.report.body))
    detail = "an older text than the one held"
    return Change(outcome=_outcome(Ending.REVISED, sight, version, detail), version=version, whole=True)


def confirm(session: Session, url: str, site: Site, now: datetime) -> Change:
    """What a 304 says: the text last seen at this address stands."""
    page = states.at(session, canonical(url))
    if page is None:
        detail = "304 for a page never held"
        return Change(outcome=Outcome(ending=Ending.FAILED, url=url, site_id=site.id, at=now, detail=detail))
    states.seen(session, page, now)
    _seen(page, now)
    held = version_of(page.report, page.text_sha256)
    _seen(held, now)
    outcome = Outcome(
        ending=Ending.UNCHANGED,
        url=url,
        site_id=site.id,
        at=now,
        report_id=held.report_id,
        version=held.number,
        detail="not modified (304)",
    )
    return Change(outcome=outcome)


def _first_visit(session: Session, sight: Sight) -> Change:
    report, url = sight.report, sight.url
    same = session.scalars(
        select(VersionRow).where(VersionRow.text_sha256 == report.text_sha256).order_by(VersionRow.id)
    ).first()
    if same is not None:
        first = same.report.pages[0].url if same.report.pages else same.url
        _add_page(session, same.report, sight)
        _seen(same, sight.now)
        if same.url.startswith("urn:") and not url.startswith("urn:"):  # an import now has its address
            same.url = url
        return Change(outcome=_outcome(Ending.DUPLICATE, sight, same, f"same text as {first}"), version=same)
    mark = simhash(report.body)
    twin = nearest(session, report, mark)
    row = ReportRow(
        id=_new_id(session, report), site_id=sight.site.id, region=report.region, year=report.year
    )
    session.add(row)
    version = add_version(session, row, sight, mark)
    _add_page(session, row, sight)
    return Change(
        outcome=_outcome(Ending.NEW, sight, version, _near_words(twin)), version=version, whole=True
    )


def nearest(session: Session, report: Report, mark: str) -> tuple[str, int] | None:
    """The report of which a version's text is nearly this one, and the distance of their simhashes in bits."""
    columns = (VersionRow.report_id, VersionRow.simhash, func.length(VersionRow.body))
    shared = or_(*(column == band for column, band in zip(_BANDS, bands(mark), strict=True)))
    found = [
        (report_id, bits)
        for report_id, other, length in session.execute(select(*columns).where(shared))
        if (bits := near(other, mark)) is not None and alike(length, len(report.body))
    ]
    return min(found, key=lambda pair: pair[1], default=None)


def _near_words(twin: tuple[str, int] | None) -> str:
    return f"probably the same as {twin[0]} (simhash differs in {twin[1]} bits)" if twin else ""


def _seen(row: PageRow | VersionRow, when: datetime) -> None:
    """Widen the time in which a row was seen; a replay may bring an older sight of it."""
    row.first_seen, row.last_seen = min(row.first_seen, when), max(row.last_seen, when)


def _new_id(session: Session, report: Report) -> str:
    """`420100-2022-3df35244`: region, year and first text of the report; or the id that it has been given already."""
    names = [
        f"{report.region or '000000'}-{report.year or '0000'}-{report.text_sha256[:length]}"
        for length in (8, 16, 64)
    ]
    for name in [report.id, *names] if report.id else names:
        if not session.scalar(select(func.count()).select_from(ReportRow).where(ReportRow.id == name)):
            return name
    raise AssertionError("two texts with one SHA-256")


def _add_page(session: Session, row: ReportRow, sight: Sight) -> None:
    page = PageRow(
        report=row,
        url=sight.url,
        url_key=canonical(sight.url),
        site_id=sight.site.id,
        text_sha256=sight.report.text_sha256,
        first_seen=sight.now,
        last_seen=sight.now,
    )
    session.add(page)
    session.flush()
    states.event(session, page, sight.now, states.LIVE)


def _outcome(ending: Ending, sight: Sight, version: VersionRow, detail: str = "") -> Outcome:
    return Outcome(
        ending=ending,
        url=sight.url,
        site_id=sight.site.id,
        at=sight.now,
        report_id=version.report.id,
        version=version.number,
        detail=detail,
    )
