"""Which reports a question is about, and their latest texts a few at a time: an archive may be larger than the memory.

Takes filters, gives reports in a fixed order. Knows no files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session, contains_eager, defer, undefer

from crawler.archive.catalogue.models import PageRow, ReportRow, VersionRow
from crawler.archive.catalogue.queries import latest_texts, to_report
from crawler.errors import ConfigError
from crawler.model import Report

ReportState = Literal["live", "unreachable", "missing", "moved", "gone"]
"""States of a page, best first. A report has the best state that any of its pages has."""

_CODE = re.compile("[0-9]{6}")

VERSIONS_A_QUERY = 200
"""Some 4 MB of text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Filters; None takes all. `region` takes in the divisions within it, `state` is that of the report's best page."""

    region: str | None = None  # GB/T 2260, six digits
    year: int | None = None  # the year reported on
    kind: str | None = None  # government, party_government, department
    site: str | None = None  # id of the source that the report was found by
    state: ReportState | None = None

    def __post_init__(self) -> None:
        states = get_args(ReportState)
        if self.state is not None and self.state not in states:
            raise ConfigError(f"{self.state!r}: no state of a report; there are {', '.join(states)}")
        if self.region is not None and not _CODE.fullmatch(self.region):
            raise ConfigError(
                f"{self.region!r}: no division code; 420000 is 湖北省, with all that lies within"
            )

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """Those filters that are not by region and year, as conditions on a report's latest text."""
        if self.kind is not None:
            yield VersionRow.kind == self.kind
        if self.site is not None:
            yield ReportRow.site_id == self.site
        if self.state is not None:
            yield _rank_of_report() == get_args(ReportState).index(self.state)


def _rank_of_report() -> ColumnElement[int]:
    """The place in ReportState of the best state that a page of the report has."""
    places = {state: place for place, state in enumerate(get_args(ReportState))}
    best = select(func.min(case(places, value=PageRow.state))).where(PageRow.report_id == ReportRow.id)
    return best.correlate(ReportRow).scalar_subquery()


def iter_latest(session: Session, selection: Selection, *, bodies: bool) -> Iterator[Report]:
    """The latest text of each report selected, by region, year and date.

    The ids are sorted first, and the rows are read by them, VERSIONS_A_QUERY at a time. SQLite would carry the texts
    through its sort: 10,000 texts of 27 KB took 2.5 s so, the first one after 1.0 s, in the place of 0.9 and 0.1 s.
    Without `bodies` no text is read, and each Report's `body` is empty.
    """
    query = latest_texts(region=selection.region, year=selection.year).where(*selection.conditions())
    ids = session.scalars(query.with_only_columns(VersionRow.id, maintain_column_froms=True)).all()
    for first in range(0, len(ids), VERSIONS_A_QUERY):
        for row in _rows(session, ids[first : first + VERSIONS_A_QUERY], bodies=bodies):
            yield to_report(row, body=bodies)


def _rows(session: Session, ids: Sequence[int], *, bodies: bool) -> Iterator[VersionRow]:
    """The versions of these ids, in the order of the ids, each with its report's row."""
    query = (
        select(VersionRow)
        .join(VersionRow.report)
        .where(VersionRow.id.in_(ids))
        .options(contains_eager(VersionRow.report), (undefer if bodies else defer)(VersionRow.body))
    )
    found = {row.id: row for row in session.scalars(query)}
    return (found[each] for each in ids)
