"""Which of a report's versions is meant: the newest text, the last state, or the one with a digest.

Takes a row of a report; gives one of its rows of versions. See `ledger.versions` for how they are made.
"""

from __future__ import annotations

from crawler.archive.catalogue.models import ReportRow, VersionRow


def newest(report: ReportRow) -> VersionRow:
    """The text that was seen last by the order of runs; an older one may have been brought in later."""
    return next(row for row in reversed(report.versions) if not row.tombstone and not row.older)


def last(report: ReportRow) -> VersionRow:
    """What was last found out of a report: its newest text, or the tombstone after it."""
    return next(row for row in reversed(report.versions) if not row.older)


def version_of(report: ReportRow, digest: str) -> VersionRow:
    """The newest version with a digest; a text can come back."""
    return next(version for version in reversed(report.versions) if version.text_sha256 == digest)
