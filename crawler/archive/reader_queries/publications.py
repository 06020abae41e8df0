"""What the archive saw of the publication of reports, and of the sources that they would be found at, in constant memory."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Integer, Row, Text, bindparam, cast, exists, func, literal, select

from crawler.archive.catalogue.base import UtcDateTime
from crawler.archive.catalogue.databases.functions import json_has, json_items
from crawler.archive.catalogue.models import (
    IMPORTED,
    MEMENTO,
    MERGED,
    OWN,
    CaptureRow,
    OutcomeRow,
    PageMetadataRow,
    PageRow,
    ReportRow,
    RunRow,
    SiteRow,
    SourceRow,
    VersionRow,
    VisitRow,
)
from crawler.archive.catalogue.prepared import Prepared
from crawler.archive.catalogue.rows import IMPORT_SITE, MEMENTO_SITE, OUTSIDE_SITES, outside_origin
from crawler.archive.damage import errors_as_damage
from crawler.archive.reader_queries.base import ReaderQueries
from crawler.model import (
    MIN_EDITS_OF_A_VARYING_FIELD,
    Publication,
    SeenText,
    SourceEntry,
    VisitSpan,
    VisitState,
)

_ROWS_PER_FETCH = 1000

_COLUMNS: tuple[ColumnElement[Any], ...] = (
    ReportRow.id, ReportRow.region, ReportRow.year, ReportRow.site_id, VersionRow.number, VersionRow.kind,
    VersionRow.issuer, VersionRow.published, VersionRow.url, VersionRow.first_seen, VersionRow.last_seen,
    VersionRow.origin, VersionRow.tombstone, VersionRow.older, VersionRow.claims,
    cast(VersionRow.former, Text).label("former"), CaptureRow.fetched_at.label("captured_at"),
    CaptureRow.origin.label("captured_from"),
)  # type: ignore[assignment]  # fmt: skip

_NONE = "[]"
"""An empty list as the catalogue has it: that of nearly all texts, whose lists are not worth the reading."""

_OUTSIDE_ORIGINS = {IMPORT_SITE: IMPORTED, MEMENTO_SITE: MEMENTO}

_SHOWN = json_items(VisitRow.years).table_valued("value")
_VISIT_WITHOUT = Prepared(
    select(VisitRow.began_at)
    .where(
        VisitRow.site_id == bindparam("site"),
        VisitRow.state == literal(VisitState.COMPLETE.value),
        VisitRow.began_at >= bindparam("after", type_=UtcDateTime()),
        VisitRow.ended_at < bindparam("before", type_=UtcDateTime()),
        ~exists(
            select(_SHOWN.c.value).where(
                cast(_SHOWN.c.value, Text) == cast(bindparam("year", type_=Integer()), Text)
            )
        ),
    )
    .order_by(VisitRow.began_at.desc())
    .limit(1)
)


class PublicationQueries(ReaderQueries):
    """Publications, sources and visits, as far as a coverage needs them."""

    def publications(self, *, copies: bool = False) -> Iterator[Publication]:
        """Yield every report with a division and a year with what was seen of it, by division, year and id.

        `copies`: only those of which a text claims to be of a division that its site may not speak for.
        """
        query = (
            select(*_COLUMNS)
            .join(VersionRow, VersionRow.report_id == ReportRow.id)
            .join(CaptureRow, CaptureRow.id == VersionRow.capture_id, isouter=True)
            .where(ReportRow.region.is_not(None), ReportRow.year.is_not(None))
            .order_by(ReportRow.region, ReportRow.year, ReportRow.id, VersionRow.number)
        )
        if copies:
            claiming = select(VersionRow.report_id).where(VersionRow.claims.is_not(None))
            query = query.where(ReportRow.id.in_(claiming))
        with errors_as_damage(self.path):
            redated, seen_before = self._redated(), self._seen_before()
            found = self._session.execute(query.execution_options(yield_per=_ROWS_PER_FETCH))
            for report_id, rows in groupby(found, key=lambda row: str(row.id)):
                versions = list(rows)
                first = versions[0]
                yield Publication(
                    report_id=report_id,
                    region=first.region,
                    year=first.year,
                    site=first.site_id,
                    texts=tuple(text for row in versions for text in _texts(row, seen_before)),
                    redated=tuple(redated.get(report_id, ())),
                )

    def _seen_before(self) -> dict[tuple[str, int], str]:
        """Return who saw a text before this archive's own crawls did, by report and number of the version.

        An own version rests on the own capture that saw its text first. Where it was seen before that, somebody else did.
        """
        earlier = (
            select(VersionRow.report_id, VersionRow.number, VersionRow.first_seen)
            .join(CaptureRow, CaptureRow.id == VersionRow.capture_id)
            .where(
                VersionRow.origin == OWN,
                VersionRow.tombstone.is_(False),
                CaptureRow.fetched_at > VersionRow.first_seen,
            )
        )
        if self._session.execute(earlier.limit(1)).first() is None:
            return {}
        versions = earlier.subquery()
        query = (
            select(OutcomeRow.report_id, OutcomeRow.version, OutcomeRow.site_id)
            .join(
                versions,
                (versions.c.report_id == OutcomeRow.report_id)
                & (versions.c.number == OutcomeRow.version)
                & (versions.c.first_seen == OutcomeRow.at),
            )
            .join(RunRow, RunRow.id == OutcomeRow.run_id)
            .where(OutcomeRow.site_id.in_(OUTSIDE_SITES) | (RunRow.state == MERGED))
        )
        return {
            (str(report_id), int(number or 0)): _OUTSIDE_ORIGINS.get(site, MERGED)
            for report_id, number, site in self._session.execute(query)
        }

    def _redated(self) -> dict[str, list[tuple[datetime, str | None]]]:
        """Return the dates that the publisher's pages gave over an unchanged text after an edit, by report and time.

        Those of a page that changes its date again and again are the times at which it was generated: they are left out.
        """
        was_edited = json_has(PageMetadataRow.was, "published")
        steady = (
            select(PageMetadataRow.page_id)
            .where(was_edited)
            .group_by(PageMetadataRow.page_id)
            .having(func.count() < MIN_EDITS_OF_A_VARYING_FIELD)
        )
        query = (
            select(PageMetadataRow.report_id, PageMetadataRow.at, PageMetadataRow.shown)
            .join(PageRow, PageRow.id == PageMetadataRow.page_id)
            .where(was_edited, PageRow.own.is_(True), PageMetadataRow.page_id.in_(steady))
            .order_by(PageMetadataRow.at, PageMetadataRow.id)
        )
        found: dict[str, list[tuple[datetime, str | None]]] = {}
        for report_id, at, shown in self._session.execute(query):
            found.setdefault(report_id, []).append((at, shown.get("published")))
        return found

    def source_entries(self) -> list[SourceEntry]:
        """Return the entries of all sources that were ever visited or gave a text, by source and time.

        A source of which no visit has told its entry has one without `since`.
        """
        told = select(SourceRow).order_by(SourceRow.site_id, SourceRow.id)
        known = select(SiteRow.id, SiteRow.name, SiteRow.region).where(SiteRow.id.not_in(OUTSIDE_SITES))
        with errors_as_damage(self.path):
            entries = [_entry(row) for row in self._session.scalars(told)]
            told_of = {entry.site for entry in entries}
            entries += [
                SourceEntry(site=site, name=name, region=region)
                for site, name, region in self._session.execute(known.order_by(SiteRow.id))
                if site not in told_of
            ]
        return sorted(entries, key=lambda entry: entry.site)

    def held_years(self) -> dict[tuple[str, int], datetime]:
        """Return the years of which a source has shown a report that is held, by source and year: when it was first seen."""
        first = func.min(PageRow.first_seen, type_=PageRow.first_seen.type)
        query = (
            select(PageRow.site_id, ReportRow.year, first)
            .join(ReportRow, ReportRow.id == PageRow.report_id)
            .where(ReportRow.year.is_not(None))
            .group_by(PageRow.site_id, ReportRow.year)
        )
        with errors_as_damage(self.path):
            return {(site, int(year or 0)): seen for site, year, seen in self._session.execute(query)}

    def visit_spans(self, until: datetime) -> list[VisitSpan]:
        """Return the visits that ended before `until`, put together by source, state and years shown, by source."""
        shown = cast(VisitRow.years, Text)  # as it is written: PostgreSQL does not compare JSON
        query = (
            select(
                VisitRow.site_id,
                VisitRow.state,
                shown.label("years"),
                func.min(VisitRow.began_at, type_=VisitRow.began_at.type).label("first_began"),
                func.max(VisitRow.began_at, type_=VisitRow.began_at.type).label("last_began"),
            )
            .where(VisitRow.ended_at < until, VisitRow.began_at < until, VisitRow.state.is_not(None))
            .group_by(VisitRow.site_id, VisitRow.state, shown)
            .order_by(VisitRow.site_id, VisitRow.state, shown)
        )
        with errors_as_damage(self.path):
            return [
                VisitSpan(
                    site=row.site_id,
                    state=str(row.state),
                    years=_years(row.years),
                    first_began=row.first_began,
                    last_began=row.last_began,
                )
                for row in self._session.execute(query)
            ]

    def visit_without(self, site: str, year: int, after: datetime, before: datetime) -> datetime | None:
        """Return when the last complete visit within two times began whose lists showed no report on a year; None if none."""
        values = {"site": site, "year": year, "after": after, "before": before}
        with errors_as_damage(self.path):
            found = _VISIT_WITHOUT.first(self._session, values)
        return found[0] if found else None


@lru_cache(maxsize=1024)
def _years(written: str) -> tuple[int, ...]:
    """Return years as a visit has them: the same ones again and again."""
    return tuple(json.loads(written))


def _texts(row: Row[Any], seen_before: Mapping[tuple[str, int], str]) -> Iterator[SeenText]:
    """Yield a version as it was seen first, and as this archive's own crawls saw it first if somebody else did so before."""
    former = json.loads(row.former) if row.former and row.former != _NONE else ()
    earlier = [each["origin"] for each in former or () if each.get("origin")]
    origin = outside_origin(row.captured_from) if row.origin == MERGED and row.captured_from else row.origin
    first_by = earlier[0] if earlier else seen_before.get((row.id, row.number), origin)
    yield _text(row, first_by)
    if row.origin == OWN != first_by and row.captured_at is not None and row.captured_at > row.first_seen:
        yield replace(_text(row, OWN), first_seen=row.captured_at, known_at=row.captured_at)


def _text(row: Row[Any], seen_by: str) -> SeenText:
    return SeenText(
        number=row.number,
        kind=row.kind,
        issuer=row.issuer,
        published=row.published,
        url=row.url,
        first_seen=row.first_seen,
        known_at=row.last_seen if row.tombstone else row.first_seen,
        seen_by=seen_by,
        tombstone=row.tombstone,
        older=row.older,
        claims=row.claims,
    )


def _entry(row: SourceRow) -> SourceEntry:
    return SourceEntry(
        site=row.site_id,
        name=row.name,
        region=row.region,
        since=row.since,
        lists=row.lists,
        first_year=row.first_year,
        last_year=row.last_year,
    )
