"""States of a page: live, missing, gone, moved, unreachable. Each change of state adds a row to `page_events`.

A page is gone only after its server has said so in two crawls, a day or more apart. A page that cannot be reached is
never taken for gone. When the last page of a report at the site that publishes it is gone, the report gets a tombstone: a version without a text.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from crawler.archive.catalogue.databases.read_ahead import is_absent
from crawler.archive.catalogue.databases.session_memory import next_number
from crawler.archive.catalogue.models import (
    GONE,
    LIVE,
    MISSING,
    MOVED,
    OWN,
    UNREACHABLE,
    PageEventRow,
    PageRow,
    ReportRow,
    VersionRow,
)
from crawler.archive.catalogue.prepared import Prepared
from crawler.archive.catalogue.version_choice import newest_version
from crawler.archive.ledger.ownership.publisher import mark_own_pages
from crawler.field.fingerprint import bands, text_sha256
from crawler.model import News

CHANGED, BACK = "changed", "back"
"""Values of `PageEventRow.state` that are not states of a page."""

AWAY = (GONE, MOVED)
"""States of a page that is no longer at its URL."""

MIN_CONFIRMATION_DELAY = timedelta(days=1)
"""Least time between the first crawl that finds a page missing, or its text shrunk, and the crawl that confirms it.
Servers lose pages for hours."""

_NEWS = {MISSING: News.MISSING, GONE: News.GONE, MOVED: News.MOVED}

_FIND_PAGE = Prepared(select(PageRow.id).where(PageRow.url_key == bindparam("key")))
_INSERT_EVENT = Prepared(insert(PageEventRow))
_EMPTY_TEXT_SHA256 = text_sha256("")
_EMPTY_TEXT_SIMHASH = "0" * 16


def add_event(
    session: Session, page: PageRow, at: datetime, state: str, *, version: int | None = None, detail: str = ""
) -> None:
    """Add an event to a page, whose row must have been flushed."""
    session.add(PageEventRow(page_id=page.id, at=at, state=state, version=version, detail=detail))


def add_first_event(session: Session, page_id: int, at: datetime) -> None:
    """Add the first event of a page, by the number of its row."""
    number = next_number(session, PageEventRow)
    values = {"id": number, "page_id": page_id, "at": at, "state": LIVE, "version": None, "detail": ""}
    _INSERT_EVENT.post(session, values)


def is_outdated(page: PageRow, at: datetime, *, live: bool) -> bool:
    """Whether an observation is earlier than the last one of a page, and so does not change the page's state.

    A live observation never is: if its time is the earlier one, a clock was wrong.
    """
    return not live and at < page.last_seen


def mark_live(session: Session, page: PageRow, at: datetime, *, live: bool = True) -> None:
    """Set a page that answered to live; it may have been in any other state."""
    if page.state == LIVE or is_outdated(page, at, live=live):
        return
    event = BACK if page.state in AWAY else LIVE
    add_event(session, page, at, event, detail=f"it was {page.state}")
    page.state, page.missing_since, page.moved_to = LIVE, None, None


def mark_missing(
    session: Session, page: PageRow, at: datetime, detail: str, *, live: bool = True, origin: str = OWN
) -> VersionRow | None:
    """Set a page to missing, or to gone if that confirms an earlier miss: its server says that there is no such page.

    Where the same text is live on another page of the site, the page has moved there. Returns the tombstone if this was
    the last page of the site that publishes the report; a copy at another site does not prevent it.
    """
    if page.state in AWAY or is_outdated(page, at, live=live):
        return None
    mark_own_pages(session, page.report)
    if page.missing_since is not None and at < page.missing_since:
        page.missing_since = at  # the clock of the earlier run was ahead
    if page.missing_since is None:
        page.state, page.missing_since = MISSING, at
        add_event(session, page, at, MISSING, detail=detail)
        return None
    page.state = MISSING
    if at - page.missing_since < MIN_CONFIRMATION_DELAY:
        return None
    copy = _live_copy(page)
    if copy is not None:
        mark_moved(session, page, at, copy.url)
        return None
    page.state = GONE
    tombstone = None
    if page.own and all(other.state in AWAY for other in page.report.pages if other.own):
        tombstone = _add_tombstone(session, page.report, page.missing_since, at, origin)
    add_event(session, page, at, GONE, version=tombstone.number if tombstone else None, detail=detail)
    return tombstone


def known_state(state: str, missing_since: datetime | None) -> str:
    """Return what is known of a page: whether it is there, or since when it is away. That it cannot be reached says neither."""
    if state in AWAY:
        return state
    return LIVE if missing_since is None else MISSING


def news_of_miss(before: str, page: PageRow) -> News | None:
    """Return what an answer without the page says that was not known, by its known state before. None: nothing."""
    now = known_state(page.state, page.missing_since)
    return _NEWS[now] if now != before else None


def is_away(state: str, missing_since: datetime | None) -> bool:
    """Whether a page is known to be missing, gone or moved."""
    return known_state(state, missing_since) != LIVE


def mark_unreachable(
    session: Session, page: PageRow, at: datetime, detail: str, *, live: bool = True
) -> None:
    """Set a page to unreachable. `missing_since` is kept: failures neither confirm a miss nor cancel it."""
    if page.state in (*AWAY, UNREACHABLE) or is_outdated(page, at, live=live):
        return
    page.state = UNREACHABLE
    add_event(session, page, at, UNREACHABLE, detail=detail)


def mark_moved(session: Session, page: PageRow, at: datetime, target: str) -> None:
    """Set a page to moved, with the URL where its report is now."""
    if page.state == MOVED and page.moved_to == target:
        return
    page.state, page.moved_to = MOVED, target
    add_event(session, page, at, MOVED, detail=target)


def find_page(session: Session, url_key: str) -> PageRow | None:
    """Return the page with a key; None if there is none."""
    if is_absent(session, PageRow.url_key, url_key):
        return None
    found = _FIND_PAGE.first(session, {"key": url_key})
    return session.get_one(PageRow, found[0]) if found else None


def _live_copy(page: PageRow) -> PageRow | None:
    """Return another live page of the same site with the same text."""
    for other in page.report.pages:
        same_site = page.own if other.own else not page.own and other.site_id == page.site_id
        same = same_site and other.text_sha256 == page.text_sha256
        if other is not page and same and other.state == LIVE:
            return other
    return None


def _add_tombstone(
    session: Session, report: ReportRow, since: datetime, now: datetime, origin: str
) -> VersionRow:
    """Add and return the version that says since when a report is gone. It keeps the newest text's title."""
    newest_text = newest_version(report)
    b0, b1, b2, b3 = bands(_EMPTY_TEXT_SIMHASH)
    tombstone = VersionRow(
        report=report,
        number=report.versions[-1].number + 1,
        title=newest_text.title,
        issuer=newest_text.issuer,
        kind=newest_text.kind,
        published=None,
        source=None,
        signed=None,
        index=None,
        body="",
        sections=[],
        attachments=[],
        url=newest_text.url,
        text_sha256=_EMPTY_TEXT_SHA256,
        simhash=_EMPTY_TEXT_SIMHASH,
        band_0=b0,
        band_1=b1,
        band_2=b2,
        band_3=b3,
        first_seen=since,
        last_seen=now,
        capture_id=None,
        text_file="",
        extractor="",
        tombstone=True,
        origin=origin,
        claims=newest_text.claims,
    )
    session.add(tombstone)
    session.flush()
    return tombstone
