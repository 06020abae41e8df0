"""What a text is to the archive: a new report, a further version, the same again, or one report at another address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from crawler.archive import states
from crawler.archive.arrivals import held_elsewhere, new_report, page_values
from crawler.archive.catalogue import PageRow, VersionRow
from crawler.archive.reading import to_report
from crawler.archive.sights import Change, Sight, outcome_of
from crawler.archive.standing import Standing, seen_again, standing
from crawler.archive.varying import former_pages, join_varying, key_of, key_of_sight
from crawler.archive.versions import add_version, newest, reextract, version_of
from crawler.model import Ending, Outcome, Site

Reread = Callable[[VersionRow], bool]
"""Whether today's extractor reads the text just seen out of the page that a version was made from."""


def settle(session: Session, sight: Sight, reread: Reread) -> Change:
    """Place a text in the catalogue (not committed) and say what it was. Same means: same `text_sha256`."""
    stands = standing(session, key_of_sight(session, sight))
    if stands is None:
        return _first_visit(session, sight)
    if stands.is_plain and stands.text_sha256 == sight.report.text_sha256:
        return _unchanged(session, sight, stands)
    page = session.get_one(PageRow, stands.page)
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


def _unchanged(session: Session, sight: Sight, stands: Standing) -> Change:
    """What most visits come to."""
    seen_again(session, stands, sight.now)
    outcome = outcome_of(Ending.UNCHANGED, sight, stands.report_id, stands.number)
    return Change(outcome=outcome, stands=stands.text_file)


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
    stands = standing(session, key_of(session, url))
    outcome = Outcome(
        ending=Ending.FAILED, url=url, site_id=site.id, at=now, detail="304 for a page never held"
    )
    if stands is None or stands.version is None:
        return Change(outcome=outcome)
    if stands.state != states.LIVE:
        states.seen(session, session.get_one(PageRow, stands.page), now)
    seen_again(session, stands, now)
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
    same = held_elsewhere(session, sight)
    if same is None:
        return new_report(session, sight)
    if former := former_pages(same, sight):
        return _varies(session, sight, same, former)
    first = same.report.pages[0].url if same.report.pages else same.url
    page = PageRow(report=same.report, **page_values(sight))
    session.add(page)
    session.flush()
    states.event(session, page, sight.now, states.LIVE)
    _seen(same, sight.now)
    if same.url.startswith("urn:") and not sight.url.startswith("urn:"):  # an import now has its address
        same.url = sight.url
    return _change(Ending.DUPLICATE, sight, same, f"same text as {first}")


def _varies(session: Session, sight: Sight, same: VersionRow, former: Sequence[PageRow]) -> Change:
    keys, was = [page.url_key for page in former], former[0].url
    page = join_varying(session, former, sight)
    states.seen(session, page, sight.now)
    _seen(page, sight.now)
    _seen(same, sight.now)
    detail = f"same text as at {was}: its address changes from visit to visit"
    return replace(_change(Ending.UNCHANGED, sight, same, detail), varies=keys)


def _seen(row: PageRow | VersionRow, when: datetime) -> None:
    """Widen the time in which a row was seen; a replay may bring an older sight of it."""
    row.first_seen, row.last_seen = min(row.first_seen, when), max(row.last_seen, when)


def _change(
    ending: Ending,
    sight: Sight,
    version: VersionRow,
    detail: str = "",
    *,
    whole: bool = False,
    reextracted: bool = False,
) -> Change:
    outcome = outcome_of(ending, sight, version.report_id, version.number, detail)
    text = {version.text_file: to_report(version).text().encode()}
    return Change(outcome=outcome, text=text, whole=whole, reextracted=reextracted)
