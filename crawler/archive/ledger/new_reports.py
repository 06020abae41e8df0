"""Store a text at a URL where no page is known: a duplicate of a known text, or a new report.

`identity` has the rules for a URL where a page is known already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, func, insert, or_, select
from sqlalchemy.orm import Session

from crawler.address import canonical
from crawler.archive.catalogue.models import LIVE, PageRow, ReportRow, VersionRow
from crawler.archive.catalogue.near_duplicates import MIN_LENGTH_RATIO, distance_if_near, is_similar_length
from crawler.archive.catalogue.prepared import Prepared
from crawler.archive.ledger import page_states
from crawler.archive.ledger.current_page import extend_seen, record_page_seen
from crawler.archive.ledger.observation import Observation, StoreResult, outcome_of, result_of
from crawler.archive.ledger.page_makers import is_own_version
from crawler.archive.ledger.varying_urls import join_varying_pages, replaced_pages
from crawler.archive.ledger.versions import version_values
from crawler.field.fingerprint import bands, simhash
from crawler.model import Ending, Report

_ID_DIGEST_CHARS = (8, 16, 64)
"""Length of the digest in a report's id: the first that makes the id unique."""

_SAME_TEXT = Prepared(
    select(VersionRow.id)
    .where(VersionRow.text_sha256 == bindparam("digest"))
    .order_by(VersionRow.id)
    .limit(1)
)
_BANDS = (VersionRow.band_0, VersionRow.band_1, VersionRow.band_2, VersionRow.band_3)
_EQUAL_SIMHASH = Prepared(
    select(VersionRow.report_id)
    .where(
        *(band == bindparam(f"b{n}") for n, band in enumerate(_BANDS)),
        func.length(VersionRow.body) >= MIN_LENGTH_RATIO * bindparam("length"),
        bindparam("length") >= MIN_LENGTH_RATIO * func.length(VersionRow.body),
    )
    .order_by(VersionRow.id)
    .limit(1)
)
_SHARED_BAND = Prepared(
    select(VersionRow.id, VersionRow.report_id, VersionRow.simhash)
    .where(or_(*(band == bindparam(f"b{n}") for n, band in enumerate(_BANDS))))
    .order_by(VersionRow.id)
)
_BODY_LENGTH = Prepared(select(func.length(VersionRow.body)).where(VersionRow.id == bindparam("id")))
_REPORT_ID = Prepared(select(ReportRow.id).where(ReportRow.id == bindparam("id")))
_INSERT_REPORT, _INSERT_PAGE, _INSERT_VERSION = (
    Prepared(insert(table)) for table in (ReportRow, PageRow, VersionRow)
)


def store_at_new_url(session: Session, observation: Observation) -> StoreResult:
    """Enter a text whose URL has no page yet, and return what it was."""
    if observation.recorded_ending is Ending.SHRUNK:
        detail = "the text that it is a part of is lost"
        return StoreResult(outcome=outcome_of(Ending.SHRUNK, observation, detail=detail))
    held = _find_same_text(session, observation.report.text_sha256)
    if held is None:
        return _add_report(session, observation)
    if replaced := replaced_pages(held, observation):
        return _join_pages(session, observation, held, replaced)
    return _add_duplicate(session, observation, held)


def _find_same_text(session: Session, text_sha256: str) -> VersionRow | None:
    """Return the first version with a digest, at whatever URL."""
    found = _SAME_TEXT.first(session, {"digest": text_sha256})
    return session.get_one(VersionRow, found[0]) if found else None


def _add_duplicate(session: Session, observation: Observation, held: VersionRow) -> StoreResult:
    """Add a further page to the report that has the text already."""
    first_url = held.report.pages[0].url if held.report.pages else held.url
    page = PageRow(report=held.report, **_page_values(observation))
    session.add(page)
    session.flush()
    page_states.add_event(session, page, observation.seen_at, LIVE)
    if not observation.foreign or not is_own_version(session, held):
        extend_seen(held, observation)
        if held.url.startswith("urn:") and not observation.url.startswith("urn:"):
            held.url = observation.url  # the URL of a text that was imported as a file is known now
    return result_of(Ending.DUPLICATE, observation, held, f"same text as {first_url}")


def _join_pages(
    session: Session, observation: Observation, held: VersionRow, replaced: Sequence[PageRow]
) -> StoreResult:
    """Join the pages of a URL that changes from visit to visit."""
    keys, former_url = [page.url_key for page in replaced], replaced[0].url
    page = join_varying_pages(session, replaced, observation)
    record_page_seen(session, page, observation)
    extend_seen(held, observation)
    detail = f"same text as at {former_url}: its address changes from visit to visit"
    return replace(result_of(Ending.UNCHANGED, observation, held, detail), joined_keys=keys)


def _add_report(session: Session, observation: Observation) -> StoreResult:
    """Add a new report. If another report's text is nearly the same, the outcome names that report."""
    report, mark = observation.report, simhash(observation.report.body)
    near = _nearest_report(session, report, mark)
    report_id = _new_report_id(session, report)
    values = version_values(observation, mark, 1)
    values["page_index"] = values.pop("index")
    _INSERT_REPORT.insert(
        session,
        {
            "id": report_id,
            "site_id": observation.site.id,
            "region": report.region,
            "year": report.year,
        },
    )
    page_id = _INSERT_PAGE.insert(
        session,
        {"report_id": report_id, "missing_since": None, "moved_to": None, **_page_values(observation)},
    )
    _INSERT_VERSION.insert(session, {"report_id": report_id, **values})
    page_states.add_first_event(session, page_id, observation.seen_at)
    detail = f"probably the same as {near[0]} (simhash differs in {near[1]} bits)" if near else ""
    return StoreResult(
        outcome=outcome_of(Ending.NEW, observation, report_id, 1, detail),
        text_files={values["text_file"]: report.text().encode()},
        is_new_text=True,
    )


def _nearest_report(session: Session, report: Report, mark: str) -> tuple[str, int] | None:
    """Return the id of the report with a version that is nearly this text, and the distance of the simhashes in bits."""
    report_bands = {f"b{n}": band for n, band in enumerate(bands(mark))}
    length = len(report.body)
    # asked first, since very many versions may have an equal simhash
    if equal := _EQUAL_SIMHASH.first(session, {**report_bands, "length": length}):
        return equal[0], 0
    found = [
        (report_id, bits)
        for version_id, report_id, other in _SHARED_BAND.all(session, report_bands)
        if (bits := distance_if_near(other, mark)) is not None
        and is_similar_length(_body_length(session, version_id), length)
    ]
    return min(found, key=lambda pair: pair[1], default=None)


def _body_length(session: Session, version_id: int) -> int:
    found = _BODY_LENGTH.first(session, {"id": version_id})
    assert found is not None
    length: int = found[0]
    return length


def _new_report_id(session: Session, report: Report) -> str:
    """Return the id that the report has been given already if it is free, else region, year and digest: `420100-2022-3df35244`."""
    ids = [
        f"{report.region or '000000'}-{report.year or '0000'}-{report.text_sha256[:length]}"
        for length in _ID_DIGEST_CHARS
    ]
    for report_id in [report.id, *ids] if report.id else ids:
        if _REPORT_ID.first(session, {"id": report_id}) is None:
            return report_id
    raise AssertionError("two texts with one SHA-256")


def _page_values(observation: Observation) -> dict[str, Any]:
    """Return the values of a new page's row, by attribute name."""
    return {
        "url": observation.url,
        "url_key": canonical(observation.url),
        "site_id": observation.site.id,
        "text_sha256": observation.report.text_sha256,
        "first_seen": observation.seen_at,
        "last_seen": observation.seen_at,
        "state": LIVE,
        "answered_in": observation.run_id if observation.live else None,
        "seen_in": observation.capture.id if observation.capture else None,
    }
