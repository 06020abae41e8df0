"""Which pages of the reports that are held a crawl asks for, and which it leaves alone for now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from crawler.archive.catalogue.models import LIVE, MOVED, PageEventRow, PageRow, RunRow, VersionRow, VisitRow
from crawler.archive.ledger import page_states
from crawler.archive.ledger.varying_urls import key_of
from crawler.model import Link

RETURNS_AFTER = (timedelta(weeks=1), timedelta(days=30))
"""A page that is gone is asked for again a week after that was confirmed, and then every month: it may come back."""

SLACK = 0.05
"""Share of that by which it may be asked earlier: cron does not start to the second."""

_Page = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A visit under way: the run it began in, and the time now."""

    run: int
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A site's pages from which reports are held."""

    due: tuple[Link, ...] = ()  # with their latest titles
    resting: frozenset[str] = frozenset()  # canonical addresses of those that are gone and not due yet


def watched(session: Session, site_id: str, visit: Begun, *, anyway: bool) -> Watched:
    """A site's pages. Not due are those that have answered in this visit, and those that are gone until their time comes.

    `anyway`: the latter are due too.
    """
    due, resting = [], set()
    for page in session.execute(_pages(site_id)):
        away = page.state in page_states.AWAY and not anyway
        if away and not _returns(session, page, visit.now):
            resting.add(page.url_key)
        elif page.answered_in is None or page.answered_in < visit.run:
            due.append(Link(url=page.url, title=page.title))
    return Watched(due=tuple(due), resting=frozenset(resting))


def begun(session: Session, site_id: str, began_at: datetime, run: RunRow, now: datetime) -> Begun:
    """The visit that began at a time, in this run or in an earlier one that left something."""
    first = select(func.min(VisitRow.run_id)).where(
        VisitRow.site_id == site_id, VisitRow.began_at == began_at
    )
    return Begun(run=session.scalar(first) or run.id, now=now)


def _pages(site_id: str) -> Select[*tuple[Any, ...]]:
    newest = (
        select(func.max(VersionRow.number))
        .where(VersionRow.report_id == PageRow.report_id, VersionRow.older.is_(False))
        .correlate(PageRow)
        .scalar_subquery()
    )
    away_since = (
        select(func.max(PageEventRow.id))
        .where(PageEventRow.page_id == PageRow.id, PageEventRow.state.in_(page_states.AWAY))
        .correlate(PageRow)
        .scalar_subquery()
    )
    columns = (
        PageRow.url,
        PageRow.url_key,
        PageRow.state,
        PageRow.moved_to,
        PageRow.answered_in,
        RunRow.started_at,
        PageEventRow.at,
        VersionRow.title,
    )
    return (
        select(*columns)
        .join(VersionRow, (VersionRow.report_id == PageRow.report_id) & (VersionRow.number == newest))
        .join(PageEventRow, PageEventRow.id == away_since, isouter=True)
        .join(RunRow, RunRow.id == PageRow.answered_in, isouter=True)
        .where(PageRow.site_id == site_id, PageRow.url.startswith("http"))  # files have no address
        .order_by(PageRow.id)
    )


def _returns(session: Session, page: _Page, now: datetime) -> bool:
    """Whether it is time to see if a page that is gone is back. One that has moved is watched where it stands now."""
    if page.state == MOVED:
        target = page_states.at(session, key_of(session, page.moved_to)) if page.moved_to else None
        if target is None or target.state != LIVE:
            return True
    asked_at = page.started_at
    if asked_at is None or page.at is None or asked_at > now:  # never, or in a run whose clock was ahead
        return True
    first, then = RETURNS_AFTER
    wait = first if asked_at - page.at < first * (1 - SLACK) else then
    return bool(now - asked_at >= wait * (1 - SLACK))
