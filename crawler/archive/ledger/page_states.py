"""What a page is: live, missing, gone, moved, unreachable; and back again. A failure to reach it is never a farewell."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from crawler.archive.catalogue.models import (
    GONE,
    LIVE,
    MISSING,
    MOVED,
    UNREACHABLE,
    PageEventRow,
    PageRow,
    ReportRow,
    VersionRow,
)
from crawler.archive.catalogue.prepared import Prepared
from crawler.archive.catalogue.version_choice import newest
from crawler.field.fingerprint import bands, text_sha256

CHANGED, BACK = "changed", "back"
AWAY = (GONE, MOVED)

SURE_AFTER = timedelta(days=1)
"""Between the first crawl that finds a page missing, or its text cut short, and the one that is believed: servers lose
pages for hours."""

_AT = Prepared(select(PageRow.id).where(PageRow.url_key == bindparam("key")))
_EVENT = Prepared(insert(PageEventRow))
NO_TEXT = text_sha256("")


def event(
    session: Session, page: PageRow, at: datetime, state: str, *, version: int | None = None, detail: str = ""
) -> None:
    """Note a change; the page has been flushed."""
    session.add(PageEventRow(page_id=page.id, at=at, state=state, version=version, detail=detail))


def first_event(session: Session, page_id: int, at: datetime) -> None:
    """Note that a page is there, of a row entered by hand."""
    values = {"page_id": page_id, "at": at, "state": LIVE, "version": None, "detail": ""}
    _EVENT.insert(session, values)


def is_past(page: PageRow, at: datetime, *, live: bool) -> bool:
    """Whether what was found at a time is older than the last sight of a page, and says nothing of how it is now.

    What a run found itself (`live`) never is: where its time is the earlier one, a clock was wrong.
    """
    return not live and at < page.last_seen


def seen(session: Session, page: PageRow, at: datetime, *, live: bool = True) -> None:
    """The page was there."""
    if page.state == LIVE or is_past(page, at, live=live):
        return
    if page.state in AWAY:
        event(session, page, at, BACK, detail=f"it was {page.state}")
    else:
        event(session, page, at, LIVE, detail=f"it was {page.state}")
    page.state, page.missing_since, page.moved_to = LIVE, None, None


def missed(
    session: Session, page: PageRow, at: datetime, detail: str, *, live: bool = True
) -> VersionRow | None:
    """The server says that there is no such page. The tombstone, where this makes the report's last address gone."""
    if is_past(page, at, live=live):
        return None
    if page.state in AWAY:
        return None
    if page.missing_since is not None and at < page.missing_since:
        page.missing_since = at  # a clock was ahead then
    if page.missing_since is None:
        page.state, page.missing_since = MISSING, at
        event(session, page, at, MISSING, detail=detail)
        return None
    page.state = MISSING
    if at - page.missing_since < SURE_AFTER:
        return None
    twin = _live_twin(page)
    if twin is not None:
        moved(session, page, at, twin.url)
        return None
    page.state = GONE
    tombstone = None
    if all(other.state in AWAY for other in page.report.pages):
        tombstone = _tombstone(session, page.report, page.missing_since, at)
    event(session, page, at, GONE, version=tombstone.number if tombstone else None, detail=detail)
    return tombstone


def unreachable(session: Session, page: PageRow, at: datetime, detail: str, *, live: bool = True) -> None:
    """Nothing was learnt of the page. A first miss stays remembered, but nothing is concluded from silence."""
    if page.state in (*AWAY, UNREACHABLE) or is_past(page, at, live=live):
        return
    page.state = UNREACHABLE
    event(session, page, at, UNREACHABLE, detail=detail)


def moved(session: Session, page: PageRow, at: datetime, target: str) -> None:
    """The page stands at another address now."""
    if page.state == MOVED and page.moved_to == target:
        return
    page.state, page.moved_to = MOVED, target
    event(session, page, at, MOVED, detail=target)


def at(session: Session, url_key: str) -> PageRow | None:
    """The page of a canonical address."""
    found = _AT.first(session, {"key": url_key})
    return session.get_one(PageRow, found[0]) if found else None


def _live_twin(page: PageRow) -> PageRow | None:
    """Where the same text stands on the same site."""
    for other in page.report.pages:
        same = other.site_id == page.site_id and other.text_sha256 == page.text_sha256
        if other is not page and same and other.state == LIVE:
            return other
    return None


def _tombstone(session: Session, report: ReportRow, since: datetime, now: datetime) -> VersionRow:
    last = newest(report)
    mark = "0" * 16
    b0, b1, b2, b3 = bands(mark)
    stone = VersionRow(
        report=report,
        number=report.versions[-1].number + 1,
        title=last.title,
        issuer=last.issuer,
        kind=last.kind,
        published=None,
        source=None,
        signed=None,
        index=None,
        body="",
        sections=[],
        attachments=[],
        url=last.url,
        text_sha256=NO_TEXT,
        simhash=mark,
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
    )
    session.add(stone)
    session.flush()
    return stone
