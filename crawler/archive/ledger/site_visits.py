"""Visits of sites: noted when they begin and when they end, and what they say to the run that comes after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from crawler.archive.catalogue.models import VisitRow
from crawler.model import Link, ListRequest, ListStep, SiteVisit, VisitState


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is known of a site's visits."""

    last: SiteVisit  # by the order of runs
    failures: int = 0  # failed ones since the last complete one
    counted_at: datetime | None = (
        None  # when the last began that does not lie in the future, as those of a wrong clock do
    )

    def is_ahead(self, now: datetime) -> bool:
        """Whether the last visit lies in the future: a clock was wrong, then or now."""
        return self.last.began_at > now

    @property
    def unfinished(self) -> bool:
        """Whether the last visit was killed, or ended with something left."""
        return self.last.state in (None, VisitState.LEFT)


def pasts(session: Session, now: datetime) -> dict[str, Past]:
    """The past of every site that was ever visited, by its id."""
    counted = _rows(session, list(_newest(session, VisitRow.began_at <= now).values()))
    began = {row.site_id: row.began_at for row in counted}
    complete = _newest(session, VisitRow.state == VisitState.COMPLETE.value)
    failures: dict[str, int] = {}
    for site_id, row_id in session.execute(
        select(VisitRow.site_id, VisitRow.id).where(VisitRow.state == VisitState.FAILED.value)
    ):
        failures[site_id] = failures.get(site_id, 0) + (row_id > complete.get(site_id, 0))
    last = _rows(session, list(_newest(session).values()))
    return {
        row.site_id: Past(
            last=to_visit(row),
            failures=failures.get(row.site_id, 0),
            counted_at=began.get(row.site_id),
        )
        for row in last
    }


def _newest(session: Session, *where: ColumnElement[bool]) -> dict[str, int]:
    query = select(VisitRow.site_id, func.max(VisitRow.id).label("newest")).group_by(VisitRow.site_id)
    query = query.where(*where)
    return {row.site_id: row.newest for row in session.execute(query)}


def _rows(session: Session, ids: list[int]) -> Iterator[VisitRow]:
    """Rows by id, some hundreds a query: SQLite takes so many variables and no more."""
    for start in range(0, len(ids), 500):
        yield from session.scalars(select(VisitRow).where(VisitRow.id.in_(ids[start : start + 500])))


def to_visit(row: VisitRow) -> SiteVisit:
    """A row as the noun."""
    return SiteVisit(
        site_id=row.site_id,
        began_at=row.began_at,
        state=VisitState(row.state) if row.state else None,
        entries=tuple(row.entries),
        frontier=frontier_of(row.frontier),
        found=row.found,
        years=tuple(row.years),
        troubled=row.troubled,
        requests=row.requests,
        bytes=row.bytes,
        seconds=row.seconds,
    )


def fill(row: VisitRow, visit: SiteVisit) -> None:
    """Put into a row what a visit has come to."""
    row.state = visit.state.value if visit.state else None
    row.left = len(visit.frontier)
    row.frontier = [asdict(step) for step in visit.frontier]
    row.entries, row.years = list(visit.entries), list(visit.years)
    row.troubled = visit.troubled
    row.found, row.requests, row.bytes, row.seconds = visit.found, visit.requests, visit.bytes, visit.seconds


def frontier_of(saved: Iterable[dict[str, Any]]) -> tuple[Link | ListStep, ...]:
    """What was left to ask for, from its saved form."""
    return tuple(map(_step, saved))


def _step(saved: dict[str, Any]) -> Link | ListStep:
    if "request" not in saved:
        return Link(**saved)
    return ListStep(
        request=_request(saved["request"]),
        first=_request(saved["first"]),
        number=saved["number"],
        kind=saved.get("kind", "list"),
    )


def _request(saved: dict[str, Any]) -> ListRequest:
    return ListRequest(
        url=saved["url"], method=saved["method"], form=tuple((name, value) for name, value in saved["form"])
    )
