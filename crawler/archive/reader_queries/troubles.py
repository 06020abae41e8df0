"""Troubles of sites that last from visit to visit: since when, why, and when they were over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from crawler.archive.catalogue.models import SourceRow, TroubleRow
from crawler.archive.reader_queries.base import ReaderQueries
from crawler.model import Ending


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteTrouble:
    """One cause of trouble at one URL. `site_name` and `region` are those of the site's entry at its last visit, if known."""

    site_id: str
    url: str
    ending: Ending
    detail: str  # the last reason
    since: datetime
    last_seen: datetime  # start of the last run that met it
    over_at: datetime | None  # None: it stands
    site_name: str | None = None
    region: str | None = None


class TroubleQueries(ReaderQueries):
    """Queries for the troubles of sites."""

    def troubles_at(self, moment: datetime | None = None) -> list[SiteTrouble]:
        """Return the troubles that stood at a time (aware; None: now), by site, the first to begin first."""
        return self._query(lambda session: _troubles(session, moment))


def _troubles(session: Session, moment: datetime | None) -> list[SiteTrouble]:
    latest = select(func.max(SourceRow.id)).group_by(SourceRow.site_id).scalar_subquery()
    query = (
        select(TroubleRow, SourceRow.name, SourceRow.region)
        .join(SourceRow, (SourceRow.site_id == TroubleRow.site_id) & SourceRow.id.in_(latest), isouter=True)
        .order_by(TroubleRow.site_id, TroubleRow.since, TroubleRow.id)
    )
    if moment is None:
        query = query.where(TroubleRow.over_at.is_(None))
    else:
        query = query.where(
            TroubleRow.since < moment, or_(TroubleRow.over_at.is_(None), TroubleRow.over_at >= moment)
        )
    return [
        SiteTrouble(
            site_id=row.site_id,
            url=row.url,
            ending=Ending(row.ending),
            detail=row.detail,
            since=row.since,
            last_seen=row.last_seen,
            over_at=row.over_at,
            site_name=name,
            region=region,
        )
        for row, name, region in session.execute(query)
    ]
