"""Order of what came from outside (imports, merged archives) and what this archive saw itself.

A text from outside never stands as the latest over a capture of our own of the same or a later day: its date is only
what somebody says. The day counts in China time and in UTC; where the two differ, our own capture wins.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session

from crawler.archive.catalogue.models import MERGED, OWN, CaptureRow, PageRow, RunRow, VersionRow
from crawler.archive.ledger.observation import Observation
from crawler.archive.ledger.page_states import is_outdated as is_before_last

_CHINA_TIME = timedelta(hours=8)


def is_outdated(session: Session, page: PageRow, observation: Observation) -> bool:
    """Whether an observation is earlier than the last one of a page, and so does not change the page's state."""
    if observation.origin != OWN:
        if is_at_most_as_late(session, page, observation.seen_at, _before(observation)):
            return True
    elif not observation.live and _is_last_from_outside(session, page):
        return is_later_day(page.last_seen, observation.seen_at)
    return is_before_last(page, observation.seen_at, live=observation.live)


def is_at_most_as_late(session: Session, page: PageRow, at: datetime, before: int | None = None) -> bool:
    """Whether something from outside is dated on the day of an own capture of the page's report, or earlier.

    `before`: captures.id; only captures that were entered before it count.
    """
    last = _last_own_capture(session, _own_pages(page), before)
    return last is not None and not is_later_day(at, last)


def is_older(observation: Observation, latest: VersionRow) -> bool:
    """Whether a text that is not live is older than the newest one of its report."""
    if observation.live:
        return False
    since = min(latest.first_seen, latest.last_seen)
    if observation.origin == OWN and latest.origin != OWN:
        return is_later_day(since, observation.seen_at)
    if observation.origin != OWN and latest.origin == OWN:
        return not is_later_day(observation.seen_at, since)
    return observation.seen_at < since


def _last_own_capture(session: Session, pages: Iterable[PageRow], before: int | None) -> datetime | None:
    """Return when this archive's own crawls last requested one of these pages. `before`: as in `is_at_most_as_late`."""
    query = (
        select(func.max(CaptureRow.fetched_at))
        .join(RunRow, RunRow.id == CaptureRow.run_id)
        .where(
            CaptureRow.url_key.in_([page.url_key for page in pages]),
            CaptureRow.origin.is_(None),
            CaptureRow.record_type.in_([literal_column("'response'"), literal_column("'revisit'")]),
            RunRow.state != MERGED,
        )
    )
    if before is not None:
        query = query.where(CaptureRow.id < before)
    return session.scalar(query)


def is_later_day(one: datetime, other: datetime) -> bool:
    """Whether a time lies on a later day than another, in China time and in UTC."""
    later = [(one + shift).date() > (other + shift).date() for shift in (timedelta(0), _CHINA_TIME)]
    return all(later)


def _own_pages(page: PageRow) -> list[PageRow]:
    return [page, *(other for other in page.report.pages if other.own and other is not page)]


def _before(observation: Observation) -> int | None:
    return observation.capture.id if observation.capture else None


def _is_last_from_outside(session: Session, page: PageRow) -> bool:
    """Whether the last observation of a page came from outside."""
    if page.seen_in is None:
        return False
    row = session.get_one(CaptureRow, page.seen_in)
    return is_outside(session, row)


def is_outside(session: Session, row: CaptureRow) -> bool:
    """Whether a capture came from outside: with an import, or with another archive's files."""
    if row.origin is not None or row.record_type == "resource":
        return True
    run = session.get(RunRow, row.run_id)
    return run is not None and run.state == MERGED
