"""All that is held of every version, as a stream: text, times, state, and the places of its WARC records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager, defer, undefer

from crawler.archive.catalogue import holdings
from crawler.archive.catalogue.models import CaptureRow, ReportRow, RunRow, VersionRow
from crawler.archive.catalogue.queries import select_newest, to_report, within
from crawler.archive.catalogue.selection import VERSIONS_PER_QUERY, Selection
from crawler.archive.damage import errors_as_damage
from crawler.archive.reader_queries.base import ReaderQueries
from crawler.archive.reader_queries.places import place_of
from crawler.model import Holding, RecordPlace, Report


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldVersion:
    """One version of a report with all that the archive knows of it."""

    report: Report
    held: Holding
    latest: bool  # the report's latest text
    tombstone: bool  # it has no text, and says since when the report is gone
    older: bool  # it was added after a newer text, by an import or a merge
    places: tuple[RecordPlace, ...]  # of the captures it was read from, in order; none for a tombstone


class HeldVersionQueries(ReaderQueries):
    """Versions in the order of report id and number, read in portions."""

    def iter_held_versions(
        self, selection: Selection, *, latest: bool = False, bodies: bool = False
    ) -> Iterator[HeldVersion]:
        """Yield every version that passes the filters, by report id and number; with `latest` each report's latest text.

        Region, year, site and state are the report's; kind and `since` those of each version. Without `bodies` no text is
        read.
        """
        with errors_as_damage(self.path):
            ids = list(self._session.scalars(_ids(selection, latest=latest)))
            newest = set(self._session.scalars(select_newest().with_only_columns(VersionRow.id)))
            for first in range(0, len(ids), VERSIONS_PER_QUERY):
                portion = ids[first : first + VERSIONS_PER_QUERY]
                yield from _held(self._session, portion, newest, bodies=bodies)

    def count_held_versions(self, selection: Selection, *, latest: bool = False) -> int:
        """Return the number of versions that `iter_held_versions` yields."""
        with errors_as_damage(self.path):
            rows = _ids(selection, latest=latest).order_by(None).subquery()
            return self._session.scalar(select(func.count()).select_from(rows)) or 0

    def last_run_at(self) -> datetime:
        """Return the latest time at which a run began or ended: the state of the archive is of then, by its own clock."""
        with errors_as_damage(self.path):
            times = self._session.execute(
                select(func.max(RunRow.started_at), func.max(RunRow.finished_at))
            ).one()
            return max((each for each in times if each is not None), default=datetime(1970, 1, 1, tzinfo=UTC))


def _ids(selection: Selection, *, latest: bool) -> Select[int]:
    query = select_newest() if latest else select(VersionRow).join(VersionRow.report)
    query = query.where(*selection.conditions()).order_by(ReportRow.id, VersionRow.number)
    if selection.region is not None:
        query = query.where(within(selection.region))
    if selection.year is not None:
        query = query.where(ReportRow.year == selection.year)
    return query.with_only_columns(VersionRow.id, maintain_column_froms=True)


def _held(session: Session, ids: Sequence[int], newest: set[int], *, bodies: bool) -> Iterator[HeldVersion]:
    """Yield the versions with these ids, in their order. Their captures are loaded at once."""
    from crawler.archive.loading.reextraction import capture_ids

    query = (
        select(VersionRow)
        .join(VersionRow.report)
        .where(VersionRow.id.in_(ids))
        .options(contains_eager(VersionRow.report), (undefer if bodies else defer)(VersionRow.body))
    )
    rows = {row.id: row for row in session.scalars(query)}
    captures = _captures(session, [each for row in rows.values() for each in capture_ids(row)])
    ordered = [rows[each] for each in ids]
    reports = [to_report(row, body=bodies) for row in ordered]
    for row, report, held in zip(ordered, reports, holdings.of_reports(session, reports), strict=True):
        wanted = () if row.tombstone else capture_ids(row)
        yield HeldVersion(
            report=report,
            held=held,
            latest=row.id in newest,
            tombstone=row.tombstone,
            older=row.older,
            places=tuple(place_of(session, captures[each]) for each in wanted),
        )


def _captures(session: Session, ids: Sequence[int]) -> dict[int, CaptureRow]:
    found: dict[int, CaptureRow] = {}
    for first in range(0, len(ids), VERSIONS_PER_QUERY):
        query = select(CaptureRow).where(CaptureRow.id.in_(ids[first : first + VERSIONS_PER_QUERY]))
        found |= {row.id: row for row in session.scalars(query)}
    return found
