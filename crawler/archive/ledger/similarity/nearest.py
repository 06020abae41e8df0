"""Look the nearest text up: the version whose simhash differs in the fewest bits, of those with a similar length."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from crawler.archive.catalogue.databases.read_ahead import is_absent
from crawler.archive.catalogue.models import ReportRow, VersionRow
from crawler.archive.catalogue.near_duplicates import MIN_LENGTH_RATIO, distance_if_near, is_similar_length
from crawler.archive.catalogue.prepared import Prepared
from crawler.archive.ledger.similarity.texts_ahead import BANDS, Near, body_length, texts_ahead
from crawler.field.fingerprint import bands, simhash
from crawler.model import Report

_EQUAL_SIMHASH = (
    select(VersionRow.report_id)
    .where(
        *(band == bindparam(f"b{n}") for n, band in enumerate(BANDS)),
        func.length(VersionRow.body) >= MIN_LENGTH_RATIO * bindparam("length"),
        bindparam("length") >= MIN_LENGTH_RATIO * func.length(VersionRow.body),
    )
    .order_by(VersionRow.id)
    .limit(1)
)
_SHARES_BAND = or_(*(band == bindparam(f"b{n}") for n, band in enumerate(BANDS)))
_WITH_SHARED_BAND = Prepared(
    select(VersionRow.id, VersionRow.report_id, VersionRow.simhash)
    .where(_SHARES_BAND)
    .order_by(VersionRow.id)
)
_NEIGHBOURS = Prepared(
    select(
        _EQUAL_SIMHASH.scalar_subquery(),
        exists(select(VersionRow.id).where(_SHARES_BAND)),
        exists(select(ReportRow.id).where(ReportRow.id == bindparam("id"))),
    )
)
"""What a new report is compared with, in one statement: the equal text, whether there are similar ones, whether its id is taken."""


def neighbours(session: Session, report: Report, mark: str, wanted_id: str) -> tuple[Near | None, bool]:
    """Return the report with a version that is nearly this text, and whether an id is taken. `mark`: the text's simhash.

    A text without words is compared with none.
    """
    ahead = texts_ahead(session)
    if ahead is not None and ahead.has_all_near(mark) and is_absent(session, ReportRow.id, wanted_id):
        return None if report.unread is not None else ahead.nearest(session, mark, len(report.body)), False
    values = _bands_of(mark) | {"length": len(report.body), "id": wanted_id}
    found = _NEIGHBOURS.first(session, values)
    assert found is not None
    equal, has_similar, is_taken = found
    if report.unread is not None:
        return None, bool(is_taken)
    # an equal one first, since very many versions may have an equal simhash
    near = (
        (equal, 0) if equal is not None else _nearest_report(session, report, mark) if has_similar else None
    )
    return near, bool(is_taken)


def mark_of(session: Session, report: Report) -> str:
    """Return the simhash of a report's text."""
    ahead = texts_ahead(session)
    return simhash(report.body) if ahead is None else ahead.mark_of(report)


def _bands_of(mark: str) -> dict[str, Any]:
    return {f"b{n}": band for n, band in enumerate(bands(mark))}


def _nearest_report(session: Session, report: Report, mark: str) -> Near | None:
    found = [
        (report_id, bits)
        for version_id, report_id, other in _WITH_SHARED_BAND.all(session, _bands_of(mark))
        if (bits := distance_if_near(other, mark)) is not None
        and is_similar_length(body_length(session, version_id), len(report.body))
    ]
    return min(found, key=lambda pair: pair[1], default=None)
