"""Choose among a report's versions: the newest text, the latest state, or the one with a digest.

Takes a report's row; gives a version's row. `ledger.versions` makes these rows.
"""

from __future__ import annotations

from sqlalchemy import func, select

from crawler.archive.catalogue.models import PageRow, ReportRow, VersionRow

NEWEST_NUMBER = (
    select(func.max(VersionRow.number))
    .where(VersionRow.report_id == PageRow.report_id, VersionRow.older.is_(False))
    .correlate(PageRow)
    .scalar_subquery()
)
"""SQL for the number of the latest version, or tombstone, of the report of a page that the query selects."""


def newest_version(report: ReportRow) -> VersionRow:
    """Return the newest text. A version marked `older` was added later, but its text is not the newest."""
    return next(row for row in reversed(report.versions) if not row.tombstone and not row.older)


def newest_version_or_tombstone(report: ReportRow) -> VersionRow:
    """Return the newest text, or the tombstone if the report is gone."""
    return next(row for row in reversed(report.versions) if not row.older)


def version_with_digest(report: ReportRow, digest: str) -> VersionRow:
    """Return the newest version with a digest, before a tombstone. Several versions have the same one if a text came back."""
    found = [version for version in reversed(report.versions) if version.text_sha256 == digest]
    return next((version for version in found if not version.tombstone), found[0])
