"""What a text is to the archive: a new report, a further version, the same again, or one report at another address."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Update, bindparam, case, func, insert, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from crawler.address import canonical
from crawler.archive import states
from crawler.archive.catalogue import PageRow, ReportRow, VersionRow
from crawler.archive.reading import to_report
from crawler.archive.rows import Entered
from crawler.archive.similar import alike, near
from crawler.archive.versions import add_version, newest, reextract, version_of, version_values
from crawler.fingerprint import bands, simhash
from crawler.model import Ending, Outcome, Report, Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One sight of a text: where and when it was seen, and in which captures."""

    report: Report
    site: Site
    now: datetime
    capture: Entered | None
    further: Sequence[int] = ()  # captures of the article's pages after the first

    @property
    def url(self) -> str:
        """The address it was seen at."""
        return self.report.url or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An outcome, and the text file that must stand."""

    outcome: Outcome
    text: Mapping[str, bytes] = field(
        default_factory=dict
    )  # by its name relative to the archive; one at most
    whole: bool = False  # whether the text was not held before, in this version or at all
    reextracted: bool = False

    def saying(self, more: str) -> Change:
        """The same, with more in the outcome's detail."""
        detail = "; ".join(filter(None, (self.outcome.detail, more)))
        return replace(self, outcome=replace(self.outcome, detail=detail)) if more else self


# statements are made once, see reading
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
    select(
        PageRow.id.label("page"),
        PageRow.state,
        VersionRow.id.label("version"),
        VersionRow.report_id,
        VersionRow.number,
    )
    .join(
        VersionRow,
        (VersionRow.report_id == PageRow.report_id) & (VersionRow.text_sha256 == PageRow.text_sha256),
    )
    .where(PageRow.url_key == bindparam("key"))
    .order_by(VersionRow.number.desc())
    .limit(1)
)
_IS_TAKEN = select(ReportRow.id).where(ReportRow.id == bindparam("name"))
_REPORT, _PAGE, _VERSION = insert(ReportRow), insert(PageRow), insert(VersionRow)


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
        return _change(Ending.UNCHANGED, sight, same)
    return _changed(session, page, sight, reread)


def _changed(session: Session, page: PageRow, sight: Sight, reread: Reread) -> Change:
    report, was = sight.report, page.text_sha256
    held = version_of(page.report, was)
    if held.extractor != report.extractor and reread(held):
        reextract(held, report)
        _seen(held, sight.now)
        detail = f"the same page; its text as {report.extractor} reads it"
        return _change(Ending.UNCHANGED, sight, held, detail, whole=True, reextracted=True)
    latest = newest(page.report)
    if latest.text_sha256 == report.text_sha256:  # the change was already seen at the report's other address
        page.text_sha256 = report.text_sha256
        _seen(latest, sight.now)
        states.event(session, page, sight.now, states.CHANGED, version=latest.number)
        return _change(Ending.REVISED, sight, latest, "same change as at its other address")
    return _further(session, page, sight, f"text {was[:8]} is now {report.text_sha256[:8]}")


def _further(session: Session, page: PageRow, sight: Sight, detail: str) -> Change:
    page.text_sha256 = sight.report.text_sha256
    version = add_version(session, page.report, sight)
    states.event(session, page, sight.now, states.CHANGED, version=version.number, detail=detail)
    return _change(Ending.REVISED, sight, version, detail, whole=True)


def _older(session: Session, page: PageRow, sight: Sight) -> Change:
    """A sight of a page as it was before the last one: its text is kept, and nothing else changes."""
    held = [row for row in page.report.versions if row.text_sha256 == sight.report.text_sha256]
    page.first_seen = min(page.first_seen, sight.now)
    if held:
        _seen(held[-1], sight.now)
        return _change(Ending.UNCHANGED, sight, held[-1], "an older sight of it")
    version = add_version(session, page.report, sight)
    return _change(Ending.REVISED, sight, version, "an older text than the one held", whole=True)


def confirm(session: Session, url: str, site: Site, now: datetime) -> Change:
    """What a 304 says: the text last seen at this address stands."""
    stands = session.execute(_STANDS, {"key": canonical(url)}).first()
    outcome = Outcome(
        ending=Ending.FAILED, url=url, site_id=site.id, at=now, detail="304 for a page never held"
    )
    if stands is None:
        return Change(outcome=outcome)
    if stands.state != states.LIVE:
        states.seen(session, session.get_one(PageRow, stands.page), now)
        session.flush()
    connection = session.connection()
    connection.execute(_PAGE_SEEN, {"row": stands.page, "when": now})
    connection.execute(_VERSION_SEEN, {"row": stands.version, "when": now})
    for table, row in ((PageRow, stands.page), (VersionRow, stands.version)):
        if held := session.identity_map.get(identity_key(table, row)):
            session.expire(held)
    return Change(
        outcome=replace(
            outcome,
            ending=Ending.UNCHANGED,
            report_id=stands.report_id,
            version=stands.number,
            detail="not modified (304)",
        )
    )


def _first_visit(session: Session, sight: Sight) -> Change:
    report, url = sight.report, sight.url
    same = session.scalars(_SAME, {"digest": report.text_sha256}).first()
    if same is not None:
        first = same.report.pages[0].url if same.report.pages else same.url
        page = PageRow(report=same.report, **_page_values(sight))
        session.add(page)
        session.flush()
        states.event(session, page, sight.now, states.LIVE)
        _seen(same, sight.now)
        if same.url.startswith("urn:") and not url.startswith("urn:"):  # an import now has its address
            same.url = url
        return _change(Ending.DUPLICATE, sight, same, f"same text as {first}")
    mark = simhash(report.body)
    twin = nearest(session, report, mark)
    name = _new_id(session, report)
    values = version_values(sight, mark, 1)
    values["page_index"] = values.pop("index")
    # by hand: the session's unit of work would take as long as everything else that is done for a page here
    connection = session.connection()
    connection.execute(
        _REPORT, {"id": name, "site_id": sight.site.id, "region": report.region, "year": report.year}
    )
    key = connection.execute(_PAGE, {"report_id": name, **_page_values(sight)}).inserted_primary_key
    assert key is not None
    connection.execute(_VERSION, {"report_id": name, **values})
    states.first_event(session, key[0], sight.now)
    outcome = Outcome(
        ending=Ending.NEW,
        url=url,
        site_id=sight.site.id,
        at=sight.now,
        report_id=name,
        version=1,
        detail=_near_words(twin),
    )
    return Change(outcome=outcome, text={values["text_file"]: report.text().encode()}, whole=True)


def nearest(session: Session, report: Report, mark: str) -> tuple[str, int] | None:
    """The report of which a version's text is nearly this one, and the distance of their simhashes in bits."""
    b0, b1, b2, b3 = bands(mark)
    candidates = session.execute(_NEAR, {"b0": b0, "b1": b1, "b2": b2, "b3": b3})
    found = [
        (report_id, bits)
        for report_id, other, length in candidates
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
        if session.execute(_IS_TAKEN, {"name": name}).first() is None:
            return name
    raise AssertionError("two texts with one SHA-256")


def _page_values(sight: Sight) -> dict[str, Any]:
    return {
        "url": sight.url,
        "url_key": canonical(sight.url),
        "site_id": sight.site.id,
        "text_sha256": sight.report.text_sha256,
        "first_seen": sight.now,
        "last_seen": sight.now,
        "state": states.LIVE,
    }


def _change(
    ending: Ending,
    sight: Sight,
    version: VersionRow,
    detail: str = "",
    *,
    whole: bool = False,
    reextracted: bool = False,
) -> Change:
    outcome = Outcome(
        ending=ending,
        url=sight.url,
        site_id=sight.site.id,
        at=sight.now,
        report_id=version.report_id,
        version=version.number,
        detail=detail,
    )
    text = {version.text_file: to_report(version).text().encode()}
    return Change(outcome=outcome, text=text, whole=whole, reextracted=reextracted)
