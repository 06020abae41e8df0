"""What the catalogue knows of reports beside their texts: who publishes them, how long they were seen, who saw them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from crawler.archive.catalogue.models import PageRow, ReportRow, SiteRow, VersionRow
from crawler.archive.catalogue.selection import REPORT_STATES, report_state_rank
from crawler.model import Holding, Report

_IDS_PER_QUERY = 500
"""SQLite limits the number of variables in a query."""

_ANY_VERSION = aliased(VersionRow)
_VERSION_COUNT = (
    select(func.count()).where(_ANY_VERSION.report_id == ReportRow.id).correlate(ReportRow).scalar_subquery()
)


def of_reports(session: Session, reports: Sequence[Report]) -> list[Holding]:
    """Return the Holding of each report, in order. `reports`: with id and version, as the catalogue gave them."""
    found: dict[tuple[str, int], Holding] = {}
    for start in range(0, len(reports), _IDS_PER_QUERY):
        portion = reports[start : start + _IDS_PER_QUERY]
        wanted = {(report.id, report.version) for report in portion}
        found |= {key: held for key, held in _rows(session, portion) if key in wanted}
    return [found[report.id or "", report.version or 0] for report in reports]


def departures(session: Session, report: ReportRow) -> list[tuple[str, str]]:
    """Return URL and report of each page that showed a report's text at another site, and shows another text now."""
    query = (
        select(PageRow.url, PageRow.report_id)
        .join(ReportRow, ReportRow.id == PageRow.report_id)
        .where(ReportRow.departed_from == report.id)
        .order_by(PageRow.id)
    )
    return [(url, report_id) for url, report_id in session.execute(query)]


def _rows(session: Session, reports: Sequence[Report]) -> Iterator[tuple[tuple[str, int], Holding]]:
    columns = (
        VersionRow.report_id,
        VersionRow.number,
        ReportRow.site_id,
        SiteRow.name,
        VersionRow.claims,
        report_state_rank(),
        VersionRow.first_seen,
        VersionRow.last_seen,
        _VERSION_COUNT,
        VersionRow.text_file,
        VersionRow.origin,
    )
    query = (
        select(*columns)
        .join(ReportRow, ReportRow.id == VersionRow.report_id)
        .join(SiteRow, SiteRow.id == ReportRow.site_id, isouter=True)
        .where(VersionRow.report_id.in_([report.id for report in reports]))
    )
    for report_id, number, site, name, claims, rank, first, last, count, text_file, origin in session.execute(
        query
    ):
        yield (
            (report_id, number),
            Holding(
                site=site,
                published_by=name or None,
                claims=claims,
                state=None if rank is None else REPORT_STATES[rank],
                first_seen=first,
                last_seen=last,
                versions=count,
                text_file=text_file or None,
                origin=origin,
            ),
        )
