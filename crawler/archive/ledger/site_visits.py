"""Rows of site visits, and of the entries that they followed: written when a visit begins and ends, read by later runs.

`crawl.schedule` decides from a history which sites are due.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, astuple, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from crawler.archive.catalogue.databases.read_ahead import is_absent
from crawler.archive.catalogue.databases.session_memory import memory
from crawler.archive.catalogue.models import SourceRow, VisitRow
from crawler.archive.catalogue.prepared import Prepared
from crawler.model import Link, ListRequest, ListStep, Site, SiteVisit, VisitState

_IDS_PER_QUERY = 500
_ENTRIES = "entries"

_NEWEST_IDS = select(func.max(VisitRow.id)).group_by(VisitRow.site_id)
_LAST_IDS = Prepared(_NEWEST_IDS)
_LAST = Prepared(
    select(VisitRow.site_id, VisitRow.began_at, VisitRow.state).where(VisitRow.id.in_(_NEWEST_IDS))
)
_BEGAN_BEFORE = Prepared(
    select(VisitRow.site_id, VisitRow.began_at).where(
        VisitRow.id.in_(_NEWEST_IDS.where(VisitRow.began_at <= bindparam("now")))
    )
)
_OF_STATE = Prepared(select(VisitRow.site_id, VisitRow.id).where(VisitRow.state == bindparam("state")))
_LAST_OF_STATE = Prepared(
    select(VisitRow.site_id, func.max(VisitRow.id))
    .where(VisitRow.state == bindparam("state"))
    .group_by(VisitRow.site_id)
)
_ENTRY_COLUMNS = (
    SourceRow.name,
    SourceRow.region,
    SourceRow.lists,
    SourceRow.first_year,
    SourceRow.last_year,
)
_LAST_ENTRY = Prepared(
    select(*_ENTRY_COLUMNS)
    .where(SourceRow.site_id == bindparam("site_id"))
    .order_by(SourceRow.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitHistory:
    """A site's earlier visits, as far as scheduling needs them."""

    last: SiteVisit  # of the latest run
    failures: int = 0  # failed visits since the last complete one
    last_credible_at: datetime | None = (
        None  # begin of the last visit that a wrong clock did not put in the future
    )

    def is_in_future(self, now: datetime) -> bool:
        """Whether the last visit began in the future: a clock was wrong, then or now."""
        return self.last.began_at > now

    @property
    def unfinished(self) -> bool:
        """Whether the last visit was killed, or ended with addresses left to ask for."""
        return self.last.state in (None, VisitState.LEFT)


def visit_histories(session: Session, now: datetime, *, brief: bool = False) -> dict[str, VisitHistory]:
    """Return the history of every site that was ever visited, by site id.

    `brief`: of the last visits only time and state are read, which is all that `crawl.schedule` needs of 100,000 sites.
    """
    credible: dict[str, datetime] = dict(_BEGAN_BEFORE.all(session, {"now": now}))
    complete: dict[str, int] = dict(_LAST_OF_STATE.all(session, {"state": VisitState.COMPLETE.value}))
    failures: dict[str, int] = {}
    for site_id, row_id in _OF_STATE.all(session, {"state": VisitState.FAILED.value}):
        failures[site_id] = failures.get(site_id, 0) + (row_id > complete.get(site_id, 0))
    last = _last_in_brief(session) if brief else map(visit_of_row, _last_rows(session))
    return {
        each.site_id: VisitHistory(
            last=each,
            failures=failures.get(each.site_id, 0),
            last_credible_at=credible.get(each.site_id),
        )
        for each in last
    }


def _last_in_brief(session: Session) -> Iterator[SiteVisit]:
    """Yield each site's last visit, with its time and state alone."""
    for site_id, began_at, state in _LAST.all(session, {}):
        known = VisitState(state) if state else None
        yield SiteVisit(site_id=site_id, began_at=began_at, state=known, entries=())


def _last_rows(session: Session) -> Iterator[VisitRow]:
    """Yield the row of each site's last visit, _IDS_PER_QUERY at a time: SQLite limits the number of variables in a query."""
    ids = [row_id for (row_id,) in _LAST_IDS.all(session, {})]
    for start in range(0, len(ids), _IDS_PER_QUERY):
        portion = ids[start : start + _IDS_PER_QUERY]
        yield from session.scalars(select(VisitRow).where(VisitRow.id.in_(portion)))


def visit_of_row(row: VisitRow) -> SiteVisit:
    """Return a row as a SiteVisit."""
    return SiteVisit(
        site_id=row.site_id,
        began_at=row.began_at,
        state=VisitState(row.state) if row.state else None,
        entries=tuple(row.entries),
        frontier=frontier_from_json(row.frontier),
        found=row.found,
        years=tuple(row.years),
        troubled=row.troubled,
        requests=row.requests,
        bytes=row.bytes,
        seconds=row.seconds,
    )


def fill_row(row: VisitRow, visit: SiteVisit) -> None:
    """Write a visit's state and counts into its row."""
    row.state = visit.state.value if visit.state else None
    row.left = len(visit.frontier)
    row.frontier = frontier_to_json(visit.frontier)
    row.entries, row.years = list(visit.entries), list(visit.years)
    row.troubled = visit.troubled
    row.found, row.requests, row.bytes, row.seconds = visit.found, visit.requests, visit.bytes, visit.seconds


def frontier_to_json(steps: Iterable[Link | ListStep]) -> list[dict[str, Any]]:
    """Return the links and list pages left to ask for as JSON. JSON body and referer are there only where a request has them."""
    saved = [asdict(step) for step in steps]
    for step in saved:
        for request in (step.get("request"), step.get("first")):
            for name in ("json_body", "referer"):  # so have the rows that earlier versions wrote
                if request is not None and not request[name]:
                    del request[name]
    return saved


def frontier_from_json(saved: Iterable[dict[str, Any]]) -> tuple[Link | ListStep, ...]:
    """Return the links and list pages left to ask for, from their JSON form."""
    return tuple(map(_to_step, saved))


def _to_step(saved: dict[str, Any]) -> Link | ListStep:
    if "request" not in saved:
        return Link(**saved)
    return ListStep(
        request=_to_request(saved["request"]),
        first=_to_request(saved["first"]),
        number=saved["number"],
        kind=saved.get("kind", "list"),
    )


def _to_request(saved: dict[str, Any]) -> ListRequest:
    return ListRequest(
        url=saved["url"],
        method=saved["method"],
        form=tuple((name, value) for name, value in saved["form"]),
        json_body=saved.get("json_body", ""),
        referer=saved.get("referer", ""),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a visit tells of its site's entry in sources.yaml. Field names are those of the act, in the order of _LAST_ENTRY."""

    name: str
    region: str | None
    lists: int  # lists, sitemaps and searches
    first_year: int
    last_year: int | None


def entry_of(site: Site) -> Entry:
    """Return what a visit tells of a site's entry."""
    return Entry(
        name=site.name,
        region=site.region or None,
        lists=len(site.lists) + len(site.sitemaps) + bool(site.search),
        first_year=site.years.first,
        last_year=site.years.last,
    )


def note_entry(session: Session, site_id: str, entry: Entry, since: datetime) -> bool:
    """Enter a site's entry unless its last row says the same. Returns whether that added a row."""
    if _last_entry(session, site_id) == astuple(entry):
        return False
    session.add(SourceRow(site_id=site_id, since=since, **asdict(entry)))
    session.flush()
    if _ENTRIES in memory(session):
        memory(session)[_ENTRIES][site_id] = astuple(entry)
    return True


def read_entries(session: Session, site_ids: Collection[str]) -> None:
    """Read the last entries of sites, so that `note_entry` need not, for as long as the session remembers."""
    newest = select(func.max(SourceRow.id)).where(SourceRow.site_id.in_(site_ids)).group_by(SourceRow.site_id)
    rows = session.execute(select(SourceRow.site_id, *_ENTRY_COLUMNS).where(SourceRow.id.in_(newest)))
    memory(session)[_ENTRIES] = {site_id: tuple(entry) for site_id, *entry in rows}


def _last_entry(session: Session, site_id: str) -> tuple[object, ...] | None:
    """Return the last entry of a site, its values in the order of Entry."""
    if is_absent(session, SourceRow.site_id, site_id):
        return None
    kept: tuple[object, ...] | None = memory(session).get(_ENTRIES, {}).get(site_id)
    return kept or _LAST_ENTRY.first(session, {"site_id": site_id})
