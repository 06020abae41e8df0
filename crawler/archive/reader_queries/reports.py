"""Queries of a Reader for programs: filtered streams of reports, versions, captures as served."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select

from crawler.archive.catalogue.models import ReportRow, VersionRow
from crawler.archive.catalogue.queries import find_report, find_version, select_newest, version_rows
from crawler.archive.catalogue.selection import ReportState, Selection, iter_latest
from crawler.archive.damage import errors_as_damage
from crawler.archive.reader_queries.base import ReaderQueries
from crawler.field.titles import judge
from crawler.model import Capture, Report, SpanningReport, Version, Years


class ReportQueries(ReaderQueries):
    """Reports by filters, versions, and captures as served."""

    def iter_reports(
        self,
        *,
        region: str | None = None,
        year: int | None = None,
        kind: str | None = None,
        site: str | None = None,
        state: ReportState | None = None,
        years: Years | None = None,
        spans: bool = False,
        since: datetime | None = None,
        after: str | None = None,
        bodies: bool = False,
    ) -> Iterator[Report]:
        """Yield the latest text of every report that passes all filters, by region, year and date, read in portions.

        `region`: a code of GB/T 2260, with the divisions within it (420000 is 湖北省). `kind`: government,
        party_government or department. `spans`: with `years` also reports on several years, if one of these is among theirs;
        they have no `year`. `site`: the id of a source. `state`: live, unreachable, missing, moved or gone;
        of several pages the first in this order counts. `since` (aware): the text was first seen then or later. `after`:
        the id of the report with which the page before ended. Without `bodies` each Report's `body` is empty, and no text
        is read from the disk. Raises ConfigError, at once, if `region` is not six digits or `state` is unknown;
        UnknownReport if the report `after` is not selected.
        """
        selection = Selection(
            region=region,
            year=year,
            years=years,
            spans=spans,
            kind=kind,
            site=site,
            state=state,
            since=since,
        )
        return self._iter(selection, bodies=bodies, after=after)

    def _iter(self, selection: Selection, *, bodies: bool, after: str | None) -> Iterator[Report]:
        with errors_as_damage(self.path):
            yield from iter_latest(self._session, selection, bodies=bodies, after=after)

    def spanning_reports(self) -> list[SpanningReport]:
        """Return the reports of divisions on several years whose titles name these, by division and id.

        Without those whose newest text claims to be of another division.
        """
        first_seen = func.min(VersionRow.first_seen, type_=VersionRow.first_seen.type)
        times = select(VersionRow.report_id, first_seen.label("at")).group_by(VersionRow.report_id).subquery()
        query = (
            select_newest()
            .join(times, times.c.report_id == VersionRow.report_id)
            .where(ReportRow.year.is_(None), ReportRow.region.is_not(None), VersionRow.claims.is_(None))
            .order_by(ReportRow.region, ReportRow.id)
        )
        columns = (
            ReportRow.id, ReportRow.region, VersionRow.title, VersionRow.kind, VersionRow.issuer, times.c.at,
        )  # fmt: skip
        with errors_as_damage(self.path):
            found = self._session.execute(query.with_only_columns(*columns, maintain_column_froms=True))
            return [
                SpanningReport(
                    report_id=report_id,
                    region=str(region),
                    first_year=span[0],
                    last_year=span[1],
                    kind=kind,
                    issuer=issuer,
                    first_seen=at,
                )
                for report_id, region, title, kind, issuer, at in found
                if (span := judge(title).span)
            ]

    def versions(self, report_id: str) -> tuple[Version, ...]:
        """Return all versions of a report by number. `report_id`: as for `show`.

        A tombstone (since when the report is gone) has the digest of an empty text.
        """
        with errors_as_damage(self.path):
            rows = version_rows(self._session, find_report(self._session, report_id)[0])
            return tuple(
                Version(
                    report_id=row.report_id,
                    number=row.number,
                    text_sha256=row.text_sha256,
                    simhash=row.simhash,
                    first_seen=row.first_seen,
                    last_seen=row.last_seen,
                    published=row.published,
                )
                for row in rows
            )

    def captures(self, report_id: str, version: int | None = None) -> tuple[Capture, ...]:
        """Return the exchanges that a report's latest version, or the one asked for, was extracted from.

        One, unless the article has several pages. Their `payload` is what was served, byte for byte. An imported file
        and a page rendered by a browser have `status` 0. Raises CrawlerError if there is no such report or version, or
        it is a tombstone; ArchiveDamaged if a WARC record cannot be read.
        """
        from crawler.archive.loading.version_captures import captures_of

        with errors_as_damage(self.path):
            return captures_of(self.path, self._session, find_version(self._session, report_id, version))

    def capture(self, report_id: str, version: int | None = None) -> Capture:
        """Return the first, and usually only, of `captures`."""
        return self.captures(report_id, version)[0]
