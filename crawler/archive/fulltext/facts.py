"""What the index says of each text beside its tokens, and what the catalogue says of it: the two are compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from crawler.archive.catalogue.models import ReportRow, VersionRow


class Facts(NamedTuple):
    """What is said of a version. `latest`: it is the newest text of its report."""

    version: int  # versions.id
    report: str
    number: int
    text_sha256: str
    title: str
    kind: str | None
    year: int | None
    region: str | None
    latest: bool


class Entry(NamedTuple):
    """A live row of the index's table `entries`."""

    id: int
    facts: Facts


FACT_COLUMNS = ", ".join(Facts._fields)


def entries_of(connection: Connection, reports: Sequence[str]) -> list[Entry]:
    """Return what the index says of the texts of reports."""
    marks = ", ".join("?" * len(reports))
    rows = connection.exec_driver_sql(
        f"SELECT id, {FACT_COLUMNS} FROM entries WHERE live AND report IN ({marks})", tuple(reports)
    )
    return [Entry(row[0], Facts._make((*row[1:-1], bool(row[-1])))) for row in rows]


def facts_of(session: Session, reports: Sequence[str]) -> Iterator[Facts]:
    """Yield what the catalogue says of all texts of reports; without the texts themselves."""
    version = (VersionRow.id, VersionRow.report_id, VersionRow.number, VersionRow.text_sha256)
    query = (
        select(
            *version, VersionRow.title, VersionRow.kind, ReportRow.year, ReportRow.region, VersionRow.older
        )
        .join(ReportRow, ReportRow.id == VersionRow.report_id)
        .where(VersionRow.report_id.in_(reports), VersionRow.tombstone.is_(False))
        .order_by(VersionRow.report_id, VersionRow.number)
    )
    for _, rows in groupby(session.execute(query).all(), key=lambda row: row.report_id):
        of_report: list[Any] = list(rows)
        newest = max((row.number for row in of_report if not row.older), default=None)
        for row in of_report:
            yield Facts._make((*row[:-1], row.number == newest))
