"""A text at an address where none is held: one that is held from elsewhere, or a new report."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, func, insert, or_, select
from sqlalchemy.orm import Session

from crawler.address import canonical
from crawler.archive.catalogue.models import LIVE, PageRow, ReportRow, VersionRow
from crawler.archive.catalogue.near_duplicates import NEAR_LENGTH, alike, near
from crawler.archive.catalogue.prepared import Prepared
from crawler.archive.ledger import page_states
from crawler.archive.ledger.observation import Change, Sight, outcome_of
from crawler.archive.ledger.versions import version_values
from crawler.field.fingerprint import bands, simhash
from crawler.model import Ending, Report

_SAME = Prepared(
    select(VersionRow.id)
    .where(VersionRow.text_sha256 == bindparam("digest"))
    .order_by(VersionRow.id)
    .limit(1)
)
_BANDS = (VersionRow.band_0, VersionRow.band_1, VersionRow.band_2, VersionRow.band_3)
_EQUAL = Prepared(
    select(VersionRow.report_id)
    .where(
        *(band == bindparam(f"b{n}") for n, band in enumerate(_BANDS)),
        func.length(VersionRow.body) >= NEAR_LENGTH * bindparam("length"),
        bindparam("length") >= NEAR_LENGTH * func.length(VersionRow.body),
    )
    .order_by(VersionRow.id)
    .limit(1)
)
_SHARE_A_BAND = Prepared(
    select(VersionRow.id, VersionRow.report_id, VersionRow.simhash)
    .where(or_(*(band == bindparam(f"b{n}") for n, band in enumerate(_BANDS))))
    .order_by(VersionRow.id)
)
_LENGTH = Prepared(select(func.length(VersionRow.body)).where(VersionRow.id == bindparam("id")))
_IS_TAKEN = Prepared(select(ReportRow.id).where(ReportRow.id == bindparam("name")))
_REPORT, _PAGE, _VERSION = (Prepared(insert(table)) for table in (ReportRow, PageRow, VersionRow))


def held_elsewhere(session: Session, sight: Sight) -> VersionRow | None:
    """The first version that has a sight's text, at whatever address."""
    found = _SAME.first(session, {"digest": sight.report.text_sha256})
    return session.get_one(VersionRow, found[0]) if found else None


def new_report(session: Session, sight: Sight) -> Change:
    """A report of its own; if another's text is nearly the same, the outcome says so."""
    report, mark = sight.report, simhash(sight.report.body)
    twin = nearest(session, report, mark)
    name = _new_id(session, report)
    values = version_values(sight, mark, 1)
    values["page_index"] = values.pop("index")
    _REPORT.insert(
        session, {"id": name, "site_id": sight.site.id, "region": report.region, "year": report.year}
    )
    page = _PAGE.insert(
        session, {"report_id": name, "missing_since": None, "moved_to": None, **page_values(sight)}
    )
    _VERSION.insert(session, {"report_id": name, **values})
    page_states.first_event(session, page, sight.now)
    outcome = outcome_of(Ending.NEW, sight, name, 1, _near_words(twin))
    return Change(outcome=outcome, text={values["text_file"]: report.text().encode()}, whole=True)


def nearest(session: Session, report: Report, mark: str) -> tuple[str, int] | None:
    """The report of which a version's text is nearly this one, and the distance of their simhashes in bits."""
    shelves = {f"b{n}": band for n, band in enumerate(bands(mark))}
    length = len(report.body)
    if equal := _EQUAL.first(session, {**shelves, "length": length}):  # of these there may be very many
        return equal[0], 0
    found = [
        (report_id, bits)
        for version, report_id, other in _SHARE_A_BAND.all(session, shelves)
        if (bits := near(other, mark)) is not None and alike(_length(session, version), length)
    ]
    return min(found, key=lambda pair: pair[1], default=None)


def _length(session: Session, version: int) -> int:
    found = _LENGTH.first(session, {"id": version})
    assert found is not None
    length: int = found[0]
    return length


def _near_words(twin: tuple[str, int] | None) -> str:
    return f"probably the same as {twin[0]} (simhash differs in {twin[1]} bits)" if twin else ""


def _new_id(session: Session, report: Report) -> str:
    """`420100-2022-3df35244`: region, year and first text of the report; or the id that it has been given already."""
    names = [
        f"{report.region or '000000'}-{report.year or '0000'}-{report.text_sha256[:length]}"
        for length in (8, 16, 64)
    ]
    for name in [report.id, *names] if report.id else names:
        if _IS_TAKEN.first(session, {"name": name}) is None:
            return name
    raise AssertionError("two texts with one SHA-256")


def page_values(sight: Sight) -> dict[str, Any]:
    """The row of a page, from a sight of its text; by the names of its attributes."""
    return {
        "url": sight.url,
        "url_key": canonical(sight.url),
        "site_id": sight.site.id,
        "text_sha256": sight.report.text_sha256,
        "first_seen": sight.now,
        "last_seen": sight.now,
        "state": LIVE,
        "answered_in": sight.run if sight.live else None,
        "seen_in": sight.capture.id if sight.capture else None,
    }
