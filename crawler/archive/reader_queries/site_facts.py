"""What the catalogue knows of its runs and of each source: visits, failures, reports held. For `fazhi status` and `source list`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from crawler.archive.catalogue.models import (
    OutcomeRow,
    PageRow,
    ReportRow,
    RunRow,
    SiteRow,
    SourceRow,
    VersionRow,
    VisitRow,
)
from crawler.archive.reader_queries.base import ReaderQueries
from crawler.model import Ending, VisitState

if TYPE_CHECKING:
    from crawler.archive.ledger.site_visits import VisitHistory


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """A run as the catalogue has it. `state`: see RunRow; `running` also of a run that was killed, until the next one."""

    number: int
    state: str
    started_at: datetime
    finished_at: datetime | None
    detail: str  # why it stopped or failed
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFailure:
    """The failed visits of a source since its last complete one."""

    since: datetime  # begin of the first of them
    visits: int
    last_run: int
    troubles: int  # outcomes of the last one that are trouble
    url: str | None  # of the first of these; None if they are of an earlier run, whose visit this one resumed
    ending: str | None
    why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldReport:
    """A report without its text."""

    id: str
    year: int | None
    published: str | None
    first_seen: datetime
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteReports:
    """The reports that a source publishes: how many are held, and which is on the latest year."""

    number: int
    newest: HeldReport


class SiteFactQueries(ReaderQueries):
    """Queries for runs, and for the state of sources."""

    def last_run(self, *, ended: bool = False) -> RunFacts | None:
        """Return the last run of this archive, not of one that was merged; with `ended` the last one that ended in order."""
        return self._query(lambda session: _last_run(session, ended=ended))

    def visit_histories(self, now: datetime, *, brief: bool = False) -> dict[str, VisitHistory]:
        """Return the history of every source that was ever visited, by its id. `now`: aware.

        `brief`: of the last visits only time and state are read.
        """
        from crawler.archive.ledger.site_visits import visit_histories

        return self._query(lambda session: visit_histories(session, now, brief=brief))

    def site_failures(self, endings: Iterable[Ending]) -> dict[str, SiteFailure]:
        """Return the sources whose last visit failed, by id. `endings`: of outcomes that are trouble."""
        names = tuple(ending.value for ending in endings)
        return self._query(lambda session: dict(_failures(session, names)))

    def reports_by_year(self) -> dict[int | None, int]:
        """Return how many reports are held on each year; None: on no single year."""
        query = (
            select(ReportRow.year, func.count())
            .group_by(ReportRow.year)
            .order_by(ReportRow.year.nulls_first())
        )
        return self._query(lambda session: dict(session.execute(query).all()))

    def reports_by_site(self) -> dict[str, SiteReports]:
        """Return the reports of each source that publishes one, by its id."""
        return self._query(_reports_by_site)

    def page_urls(self, site: str) -> list[str]:
        """Return the addresses at which a source with this id has shown reports."""
        query = select(PageRow.url).where(PageRow.site_id == site).order_by(PageRow.id)
        return self._query(lambda session: list(session.scalars(query)))

    def knows_site(self, site: str) -> bool:
        """Whether the archive has ever visited a source with this id, or has a report of it."""
        rows = (
            VisitRow.site_id == site,
            SourceRow.site_id == site,
            ReportRow.site_id == site,
            SiteRow.id == site,
        )
        return self._query(
            lambda session: bool(session.scalar(select(or_(*(exists().where(row) for row in rows)))))
        )


def _last_run(session: Session, *, ended: bool) -> RunFacts | None:
    from crawler.archive.ledger.runs import NOT_IN_MANIFEST

    query = select(RunRow).where(RunRow.state.not_in(NOT_IN_MANIFEST)).order_by(RunRow.id.desc()).limit(1)
    if ended:
        query = query.where(RunRow.state.in_(("finished", "stopped")))
    row = session.scalars(query).first()
    if row is None:
        return None
    return RunFacts(
        number=row.id,
        state=row.state,
        started_at=row.started_at,
        finished_at=row.finished_at,
        detail=row.detail,
        command=row.command,
    )


def _failures(session: Session, endings: tuple[str, ...]) -> Iterator[tuple[str, SiteFailure]]:
    last = _last_visits(session)
    complete = _last_visits(session, VisitRow.state == VisitState.COMPLETE.value)
    columns = (VisitRow.id, VisitRow.site_id, VisitRow.run_id, VisitRow.began_at)
    failed: dict[str, list[tuple[int, int, datetime]]] = {}
    query = select(*columns).where(VisitRow.state == VisitState.FAILED.value).order_by(VisitRow.id)
    for row_id, site, run, began_at in session.execute(query):
        if row_id > complete.get(site, 0):
            failed.setdefault(site, []).append((row_id, run, began_at))
    failed = {site: visits for site, visits in failed.items() if visits[-1][0] == last[site]}
    entries = _entries(session, [visits[-1][0] for visits in failed.values()])
    troubles = _troubles(session, {site: visits[-1][1] for site, visits in failed.items()}, entries, endings)
    for site, visits in sorted(failed.items()):
        told = troubles.get(site, [])
        url, ending, why = told[0] if told else (None, None, None)
        yield (
            site,
            SiteFailure(
                since=min(began_at for _, _, began_at in visits),
                visits=len(visits),
                last_run=visits[-1][1],
                troubles=len(told),
                url=url,
                ending=ending,
                why=why,
            ),
        )


def _last_visits(session: Session, *where: ColumnElement[bool]) -> dict[str, int]:
    """Return the id of the last visit of each source that ended and meets the conditions."""
    query = select(VisitRow.site_id, func.max(VisitRow.id)).where(VisitRow.state.is_not(None), *where)
    return dict(session.execute(query.group_by(VisitRow.site_id)).all())


def _entries(session: Session, ids: list[int]) -> dict[str, frozenset[str]]:
    """Return the start addresses of visits, by source."""
    found: dict[str, frozenset[str]] = {}
    for start in range(0, len(ids), 500):  # SQLite limits the number of variables in a query
        query = select(VisitRow.site_id, VisitRow.entries).where(VisitRow.id.in_(ids[start : start + 500]))
        found |= {site: frozenset(entries) for site, entries in session.execute(query)}
    return found


def _troubles(
    session: Session, runs: dict[str, int], entries: dict[str, frozenset[str]], endings: tuple[str, ...]
) -> dict[str, list[tuple[str, str, str]]]:
    """Return address, ending and detail of the outcomes of these sources in these runs that are trouble, by source.

    A list that is gone is trouble, a report that is gone is not.
    """
    gone = Ending.GONE.value
    found: dict[str, list[tuple[str, str, str]]] = {}
    for run in sorted(set(runs.values())):
        query = (
            select(OutcomeRow.site_id, OutcomeRow.url, OutcomeRow.ending, OutcomeRow.detail)
            .where(OutcomeRow.run_id == run, OutcomeRow.ending.in_((*endings, gone)))
            .order_by(OutcomeRow.id)
        )
        for site, url, ending, detail in session.execute(query):
            if runs.get(site) == run and (ending != gone or url in entries.get(site, ())):
                found.setdefault(site, []).append((url, ending, detail))
    return found


def _reports_by_site(session: Session) -> dict[str, SiteReports]:
    latest = (
        select(VersionRow.report_id, func.max(VersionRow.number).label("number"))
        .where(VersionRow.tombstone.is_(False))
        .group_by(VersionRow.report_id)
        .subquery()
    )
    columns = (ReportRow.site_id, ReportRow.id, ReportRow.year, VersionRow.published, VersionRow.title)
    query = (
        select(*columns, VersionRow.first_seen)
        .join(latest, latest.c.report_id == ReportRow.id)
        .join(VersionRow, (VersionRow.report_id == ReportRow.id) & (VersionRow.number == latest.c.number))
        .order_by(
            ReportRow.site_id,
            ReportRow.year.nulls_first(),
            VersionRow.published.nulls_first(),
            ReportRow.id,
        )
    )
    numbers: dict[str, int] = {}
    newest: dict[str, HeldReport] = {}
    for site, report_id, year, published, title, first_seen in session.execute(query):
        numbers[site] = numbers.get(site, 0) + 1
        newest[site] = HeldReport(
            id=report_id, year=year, published=published, first_seen=first_seen, title=title
        )
    return {site: SiteReports(number=numbers[site], newest=held) for site, held in newest.items()}
