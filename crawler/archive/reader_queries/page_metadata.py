"""Edits of a page's title, issuer, source and dates over an unchanged text."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session, aliased

from crawler.archive.catalogue.models import CaptureRow, PageMetadataRow, PageRow, ReportRow
from crawler.archive.catalogue.queries import find_version, within
from crawler.archive.reader_queries.base import ReaderQueries
from crawler.model import MetadataEdit

_Before = aliased(CaptureRow)


class PageMetadataQueries(ReaderQueries):
    """Queries for edits beside the text."""

    def metadata_edits(
        self, since: datetime, until: datetime | None, *, region: str | None = None
    ) -> list[MetadataEdit]:
        """Return the edits of the publisher's pages since a time (aware) and before another one, by page and time.

        Of a page with such an edit all edits before `until` are returned, since the earlier ones tell whether it varies.
        """

        def query(session: Session) -> list[MetadataEdit]:
            touched = select(PageMetadataRow.page_id).where(PageMetadataRow.at >= since)
            wanted = _selected().where(PageMetadataRow.page_id.in_(touched), PageRow.own.is_(True))
            if until is not None:
                wanted = wanted.where(PageMetadataRow.at < until)
            if region is not None:
                wanted = wanted.where(within(region))
            return [each for each in map(_edit, session.execute(wanted)) if each.was]

        return self._query(query)

    def metadata_history(self, report_id: str) -> list[MetadataEdit]:
        """Return what the pages of a report gave beside its texts, where that was not what its versions have, by page and time.

        `report_id`: as for `show`. Raises UnknownReport.
        """

        def query(session: Session) -> list[MetadataEdit]:
            whole = find_version(session, report_id, None).report_id
            return list(map(_edit, session.execute(_selected().where(PageMetadataRow.report_id == whole))))

        return self._query(query)


def _selected() -> Select[PageMetadataRow, str, bool, datetime, str, datetime, str]:
    return (
        select(
            PageMetadataRow,
            PageRow.url,
            PageRow.own,
            CaptureRow.fetched_at,
            CaptureRow.record_id,
            _Before.fetched_at,
            _Before.record_id,
        )
        .join(PageRow, PageRow.id == PageMetadataRow.page_id)
        .join(ReportRow, ReportRow.id == PageMetadataRow.report_id)
        .join(CaptureRow, CaptureRow.id == PageMetadataRow.capture_id, isouter=True)
        .join(_Before, _Before.id == PageMetadataRow.before_id, isouter=True)
        .order_by(PageMetadataRow.page_id, PageMetadataRow.at, PageMetadataRow.id)
    )


def _edit(found: Row[PageMetadataRow, str, bool, datetime, str, datetime, str]) -> MetadataEdit:
    from crawler.archive.catalogue.metadata.queries import FIELDS

    row, url, own, captured_at, record_id, captured_before, record_before = found
    return MetadataEdit(
        report_id=row.report_id,
        version=row.version,
        url=url,
        own=own,
        at=row.at,
        shown={name: row.shown.get(name) for name in FIELDS},
        was={name: row.was[name] for name in FIELDS if name in row.was},
        captured_at=captured_at,
        record_id=record_id,
        captured_before=captured_before,
        record_before=record_before,
    )
