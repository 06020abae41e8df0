"""What runs found new or changed: runs, outcomes, page events and versions, as `questions.changes` needs them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from crawler.archive.catalogue.models import (
    IMPORTED,
    LIVE,
    MEMENTO,
    MERGED,
    CaptureRow,
    OutcomeRow,
    PageEventRow,
    PageRow,
    ReportRow,
    RunRow,
    VersionRow,
)
from crawler.archive.catalogue.queries import to_report, within
from crawler.archive.catalogue.rows import IMPORT_SITE, MEMENTO_SITE
from crawler.archive.ledger.runs import ENTERED_STATE
from crawler.archive.reader_queries.base import ReaderQueries
from crawler.model import Ending, Report

_ENTERING = (Ending.NEW.value, Ending.REVISED.value, Ending.GONE.value)
_VALUES_PER_QUERY = 500
"""SQLite limits the number of variables in a query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSpan:
    """One run. `merged`: another archive's, whose times are that archive's. `entered`: a worker's, which ended when it was entered."""

    id: int
    started_at: datetime
    finished_at: datetime | None  # None while it runs, and after it was killed
    merged: bool
    entered: bool = False

    @property
    def known_from(self) -> datetime:
        """When what the run finds began to be known here: at its start, or when a worker's segment was entered."""
        return self.finished_at if self.entered and self.finished_at is not None else self.started_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """An outcome that entered a version: a new report, another text of one, or the fact that one is gone."""

    run: int
    at: datetime  # the time of the observation
    ending: Ending  # NEW, REVISED or GONE
    report_id: str
    version: int
    url: str
    detail: str
    outside: str  # imported or memento; empty for what this archive's own crawl entered, or a merge


@dataclass(frozen=True, slots=True, kw_only=True)
class PageEvent:
    """A change of a page's state; `state` as in the catalogue's `page_events`."""

    at: datetime
    state: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageHistory:
    """A page of a report's publisher with all its events, in the order of runs."""

    report_id: str
    url: str
    events: tuple[PageEvent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShrunkPage:
    """A page of a report's publisher that shows only the beginning of the text held, which is not confirmed yet."""

    report_id: str
    url: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionFacts:
    """A version without its text, and the report that it belongs to."""

    report_id: str
    number: int
    region: str | None
    year: int | None
    kind: str | None
    title: str
    issuer: str | None
    published: str | None
    url: str
    origin: str
    tombstone: bool
    older: bool
    first_seen: datetime
    captured_at: datetime | None


_FACTS: tuple[ColumnElement[Any], ...] = (
    VersionRow.report_id,
    VersionRow.number,
    ReportRow.region,
    ReportRow.year,
    VersionRow.kind,
    VersionRow.title,
    VersionRow.issuer,
    VersionRow.published,
    VersionRow.url,
    VersionRow.origin,
    VersionRow.tombstone,
    VersionRow.older,
    VersionRow.first_seen,
    CaptureRow.fetched_at.label("captured_at"),
)  # type: ignore[assignment]
"""Columns of VersionFacts, by its fields' names."""


class ChangeQueries(ReaderQueries):
    """Queries for what was found new or changed. `region`: a code of GB/T 2260, with the divisions within it."""

    def runs(self) -> tuple[RunSpan, ...]:
        """Return all runs that wrote to this archive, and those of merged archives, by number."""
        return self._query(_runs)

    def entered(self, runs: Sequence[int], *, region: str | None = None) -> list[Entered]:
        """Return the outcomes of runs that entered a version, in the order in which they came."""
        return self._query(lambda session: list(_entered(session, runs, region)))

    def page_histories(
        self, since: datetime, until: datetime | None, *, region: str | None = None
    ) -> list[PageHistory]:
        """Return the publisher's pages with events since a time (aware) and before another one, each with all its events."""
        return self._query(lambda session: list(_histories(session, _between(since, until), region)))

    def shrunk_pages(
        self, since: datetime, until: datetime | None, *, region: str | None = None
    ) -> list[ShrunkPage]:
        """Return the publisher's pages that show a shrunk text now, and have done so since a time between these (aware)."""
        return self._query(lambda session: _shrunk(session, since, until, region))

    def version_facts(self, report_ids: Collection[str]) -> dict[str, tuple[VersionFacts, ...]]:
        """Return all versions of these reports by number, without their texts."""
        return self._query(lambda session: _facts(session, sorted(report_ids)))

    def version_texts(self, report_id: str, numbers: Collection[int]) -> dict[int, Report]:
        """Return some versions of a report with their texts, by number. `report_id`: whole."""
        return self._query(lambda session: _texts(session, report_id, numbers))


def _texts(session: Session, report_id: str, numbers: Collection[int]) -> dict[int, Report]:
    query = select(VersionRow).where(VersionRow.report_id == report_id, VersionRow.number.in_(numbers))
    return {
        row.number: to_report(row) for row in session.scalars(query.options(joinedload(VersionRow.report)))
    }


def _runs(session: Session) -> tuple[RunSpan, ...]:
    columns = (RunRow.id, RunRow.started_at, RunRow.finished_at, RunRow.state)
    return tuple(
        RunSpan(
            id=number,
            started_at=began,
            finished_at=ended,
            merged=state == MERGED,
            entered=state == ENTERED_STATE,
        )
        for number, began, ended, state in session.execute(select(*columns).order_by(RunRow.id))
    )


def _entered(session: Session, runs: Sequence[int], region: str | None) -> Iterator[Entered]:
    columns = (
        *(OutcomeRow.run_id, OutcomeRow.at, OutcomeRow.ending, ReportRow.id, OutcomeRow.version),
        *(OutcomeRow.url, OutcomeRow.detail, OutcomeRow.site_id),
    )
    for start in range(0, len(runs), _VALUES_PER_QUERY):
        query = (
            select(*columns)
            .join(ReportRow, ReportRow.id == OutcomeRow.report_id)
            .where(
                OutcomeRow.run_id.in_(runs[start : start + _VALUES_PER_QUERY]),
                OutcomeRow.ending.in_(_ENTERING),
                OutcomeRow.version.is_not(None),
                *_within(region),
            )
            .order_by(OutcomeRow.id)
        )
        for run, at, ending, report_id, version, url, detail, site in session.execute(query):
            yield Entered(
                run=run,
                at=at,
                ending=Ending(ending),
                report_id=report_id,
                version=version or 0,
                url=url,
                detail=detail,
                outside={IMPORT_SITE: IMPORTED, MEMENTO_SITE: MEMENTO}.get(site, ""),
            )


def _histories(
    session: Session, between: Sequence[ColumnElement[bool]], region: str | None
) -> Iterator[PageHistory]:
    first = (PageEventRow.state == LIVE) & (PageEventRow.detail == "")  # that the page was found
    touched = select(PageEventRow.page_id).where(*between, ~first)
    query = (
        select(
            PageRow.id,
            PageRow.report_id,
            PageRow.url,
            PageEventRow.at,
            PageEventRow.state,
            PageEventRow.detail,
        )
        .join(PageRow, PageRow.id == PageEventRow.page_id)
        .join(ReportRow, ReportRow.id == PageRow.report_id)
        .where(PageRow.id.in_(touched), PageRow.own.is_(True), *_within(region))
        .order_by(PageRow.id, PageEventRow.id)
    )
    for (_, report_id, url), rows in groupby(
        session.execute(query), key=lambda row: (row[0], row[1], row[2])
    ):
        events = tuple(PageEvent(at=row[3], state=row[4], detail=row[5]) for row in rows)
        yield PageHistory(report_id=report_id, url=url, events=events)


def _between(since: datetime, until: datetime | None) -> list[ColumnElement[bool]]:
    return [PageEventRow.at >= since, *([PageEventRow.at < until] if until else [])]


def _shrunk(
    session: Session, since: datetime, until: datetime | None, region: str | None
) -> list[ShrunkPage]:
    query = (
        select(PageRow.report_id, PageRow.url, PageRow.shrunk_since)
        .join(ReportRow, ReportRow.id == PageRow.report_id)
        .where(PageRow.own.is_(True), PageRow.shrunk_since >= since, *_within(region))
        .order_by(PageRow.id)
    )
    if until is not None:
        query = query.where(PageRow.shrunk_since < until)
    return [
        ShrunkPage(report_id=report_id, url=url, since=began)
        for report_id, url, began in session.execute(query)
        if began is not None
    ]


def _facts(session: Session, report_ids: Sequence[str]) -> dict[str, tuple[VersionFacts, ...]]:
    found: dict[str, list[VersionFacts]] = {}
    for start in range(0, len(report_ids), _VALUES_PER_QUERY):
        portion = report_ids[start : start + _VALUES_PER_QUERY]
        query = (
            select(*_FACTS)
            .join(ReportRow, ReportRow.id == VersionRow.report_id)
            .join(CaptureRow, CaptureRow.id == VersionRow.capture_id, isouter=True)
            .where(VersionRow.report_id.in_(portion))
            .order_by(VersionRow.report_id, VersionRow.number)
        )
        for row in session.execute(query).mappings():
            facts = VersionFacts(**row)
            found.setdefault(facts.report_id, []).append(facts)
    return {name: tuple(rows) for name, rows in found.items()}


def _within(region: str | None) -> list[ColumnElement[bool]]:
    return [] if region is None else [within(region)]
