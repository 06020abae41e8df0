"""Which pages of known reports a visit asks for again, and which gone pages it does not ask for yet.

Takes a site and its visit; gives KnownPages. Pages that are not known yet come from the site's lists, see `discover`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from crawler.archive.catalogue.models import LIVE, MOVED, PageEventRow, PageRow, RunRow, VersionRow, VisitRow
from crawler.archive.catalogue.prepared import Prepared
from crawler.archive.catalogue.version_choice import NEWEST_NUMBER
from crawler.archive.ledger import page_states
from crawler.archive.ledger.varying_urls import page_key
from crawler.model import Link

RECHECK_GONE_AFTER = (timedelta(weeks=1), timedelta(days=30))
"""A gone page may come back. It is asked for a week after it was found gone, then every month."""

EARLY_SHARE = 0.05
"""Share of that time by which the request may come early, since cron does not start to the second."""

_AWAY_SINCE = (
    select(func.max(PageEventRow.id))
    .where(
        PageEventRow.page_id == PageRow.id, or_(*(PageEventRow.state == state for state in page_states.AWAY))
    )
    .correlate(PageRow)
    .scalar_subquery()
)
_PAGES = Prepared(
    select(
        PageRow.url,
        PageRow.url_key,
        PageRow.state,
        PageRow.moved_to,
        PageRow.answered_in,
        RunRow.started_at,
        PageEventRow.at,
        VersionRow.title,
    )
    .join(VersionRow, (VersionRow.report_id == PageRow.report_id) & (VersionRow.number == NEWEST_NUMBER))
    .join(PageEventRow, PageEventRow.id == _AWAY_SINCE, isouter=True)
    .join(RunRow, RunRow.id == PageRow.answered_in, isouter=True)
    .where(PageRow.site_id == bindparam("site_id"), PageRow.url.startswith("http"))  # not an import's URN
    .order_by(PageRow.id)
)
"""A site's pages, as _Page."""
_FIRST_RUN = Prepared(
    select(func.min(VisitRow.run_id)).where(
        VisitRow.site_id == bindparam("site_id"), VisitRow.began_at == bindparam("began_at")
    )
)


class _Page(NamedTuple):
    """A site's page with its newest title, the run that last got an answer, and the event that took it away."""

    url: str
    url_key: str
    state: str
    moved_to: str | None
    answered_in: int | None
    started_at: datetime | None  # of that run
    at: datetime | None  # of that event
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitInProgress:
    """A visit in progress: the id of the run it began in, and the time now."""

    first_run_id: int
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPages:
    """A site's pages that have shown reports."""

    due: tuple[Link, ...] = ()  # to ask for in this visit, with their latest titles
    not_due: frozenset[str] = frozenset()  # `url_key` of gone pages whose time to be asked for has not come


def find_known_pages(session: Session, site_id: str, visit: VisitInProgress, *, anyway: bool) -> KnownPages:
    """Return which of a site's known pages are due in a visit.

    Pages that have answered in this visit are not due. Gone pages are due when RECHECK_GONE_AFTER has passed; with
    `anyway` they are due at once.
    """
    due, not_due = [], set()
    for row in _PAGES.all(session, {"site_id": site_id}):
        page = _Page(*row)
        waits = page.state in page_states.AWAY and not anyway
        if waits and not _is_recheck_due(session, page, visit.now):
            not_due.add(page.url_key)
        elif page.answered_in is None or page.answered_in < visit.first_run_id:
            due.append(Link(url=page.url, title=page.title))
    return KnownPages(due=tuple(due), not_due=frozenset(not_due))


def find_visit(
    session: Session, site_id: str, began_at: datetime, run: RunRow, now: datetime
) -> VisitInProgress:
    """Return the visit that began at `began_at`, in this run or in an earlier one that did not finish it."""
    first = _FIRST_RUN.first(session, {"site_id": site_id, "began_at": began_at})
    return VisitInProgress(first_run_id=first[0] if first and first[0] else run.id, now=now)


def _is_recheck_due(session: Session, page: _Page, now: datetime) -> bool:
    """Whether to ask for a gone page again. A moved page is not asked for while its new URL is live."""
    if page.state == MOVED:
        target = page_states.find_page(session, page_key(session, page.moved_to)) if page.moved_to else None
        if target is None or target.state != LIVE:
            return True
    asked_at = page.started_at
    if asked_at is None or page.at is None or asked_at > now:  # never, or by a run whose clock was ahead
        return True
    first_wait, later_wait = RECHECK_GONE_AFTER
    wait = first_wait if asked_at - page.at < first_wait * (1 - EARLY_SHARE) else later_wait
    return bool(now - asked_at >= wait * (1 - EARLY_SHARE))
