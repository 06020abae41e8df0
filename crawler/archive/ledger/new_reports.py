"""Store a text at a URL where no page is known: a duplicate of a known text, or a new report.

`identity` has the rules for a URL where a page is known already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from crawler.address import canonical, host_of
from crawler.archive.catalogue.databases.read_ahead import is_absent
from crawler.archive.catalogue.databases.session_memory import next_number
from crawler.archive.catalogue.models import LIVE, MERGED, OWN, PageRow, ReportRow, VersionRow
from crawler.archive.catalogue.prepared import Prepared
from crawler.archive.ledger import page_states
from crawler.archive.ledger.current_page import extend_seen, record_page_seen
from crawler.archive.ledger.documents.unread import find_same_documents
from crawler.archive.ledger.observation import Observation, StoreResult, outcome_of, result_of
from crawler.archive.ledger.ownership.publisher import mark_own_pages, outranks, pass_if_due, takes_over
from crawler.archive.ledger.page_makers import is_own_version
from crawler.archive.ledger.similarity.nearest import mark_of, neighbours
from crawler.archive.ledger.varying_urls import join_varying_pages, replaced_pages
from crawler.archive.ledger.versions import rest_on, version_values
from crawler.field.claims import Filing
from crawler.field.fingerprint import text_sha256
from crawler.model import Ending, Report

_ID_DIGEST_CHARS = (8, 16, 64)
"""Length of the digest in a report's id: the first that makes the id unique."""

_SAME_TEXT = (
    select(VersionRow.id)
    .join(ReportRow, ReportRow.id == VersionRow.report_id)
    .where(VersionRow.text_sha256 == bindparam("digest"))
    .order_by(ReportRow.site_id != bindparam("site"), VersionRow.id)
    .limit(1)
)
_FIND_TEXT = Prepared(_SAME_TEXT)
_REPORT_ID = Prepared(select(ReportRow.id).where(ReportRow.id == bindparam("id")))
_INSERT_REPORT, _INSERT_PAGE, _INSERT_VERSION = (
    Prepared(insert(table)) for table in (ReportRow, PageRow, VersionRow)
)


def store_at_new_url(session: Session, observation: Observation) -> StoreResult:
    """Enter a text whose URL has no page yet, and return what it was."""
    if observation.recorded_ending is Ending.SHRUNK:
        detail = "the text that it is a part of is lost"
        return StoreResult(outcome=outcome_of(Ending.SHRUNK, observation, detail=detail))
    held = find_text(session, observation)
    if held is None:
        return add_report(session, observation)
    if is_left_to_others(session, held, observation):
        detail = f"same text as version {held.number} of {held.report_id}, which has shown other texts"
        return add_report(session, observation, detail=detail)
    if replaced := replaced_pages(held, observation):
        return _join_pages(session, observation, held, replaced)
    return _add_duplicate(session, observation, held)


def find_text(session: Session, observation: Observation) -> VersionRow | None:
    """Return the version with a text, at whatever URL: the first that the observation's site publishes, else the first.

    Of a report without a text: the version with the same documents.
    """
    if observation.report.unread is not None:
        return find_same_documents(session, observation)
    if is_absent(session, VersionRow.text_sha256, observation.report.text_sha256):
        return None
    wanted = {"digest": observation.report.text_sha256, "site": observation.site.id}
    found = _FIND_TEXT.first(session, wanted)
    return session.get_one(VersionRow, found[0]) if found else None


def is_left_to_others(session: Session, held: VersionRow, observation: Observation) -> bool:
    """Whether a text belongs in a report of its own although another report has it.

    That is so if its site should publish it, but the site that did so before has shown other texts as well: these must
    not become versions of the publisher's report.
    """
    return outranks(session, held.report, observation) and not takes_over(session, held.report, observation)


def rest_if_own(page: PageRow, held: VersionRow, observation: Observation) -> bool:
    """Let a version rest on an observation of our own at the publisher's page, if it does not yet. Returns whether it does now."""
    if (
        observation.origin != OWN
        or not page.own
        or observation.capture is None
        or not observation.report.title
    ):
        return False
    if held.origin == OWN and host_of(held.url) == host_of(observation.url):
        return False
    if held.origin == OWN and any(each.own and each.url == held.url for each in page.report.pages):
        return False
    rest_on(held, observation)
    return True


def _add_duplicate(session: Session, observation: Observation, held: VersionRow) -> StoreResult:
    """Add a further page to the report that has the text already."""
    first_url = held.report.pages[0].url if held.report.pages else held.url
    passed = pass_if_due(session, held.report, observation)
    page = PageRow(report=held.report, **_page_values(observation))
    session.add(page)
    session.flush()
    page_states.add_event(session, page, observation.seen_at, LIVE)
    result = _result_at_location(session, page, observation, held, f"same text as {first_url}")
    return replace(result, tells_site=passed)


def _result_at_location(
    session: Session, page: PageRow, observation: Observation, held: VersionRow, detail: str
) -> StoreResult:
    """Return the result of a page that is one more location of a text, after it has been entered."""
    mark_own_pages(session, held.report)
    if observation.origin == MERGED and is_own_version(session, held):
        return result_of(Ending.DUPLICATE, observation, held, detail)
    rests_here = rest_if_own(page, held, observation)
    if page.own:
        extend_seen(held, observation)
    if held.url.startswith("urn:") and not observation.url.startswith("urn:"):
        held.url = observation.url  # the URL of a text that was imported as a file is known now
    return replace(result_of(Ending.DUPLICATE, observation, held, detail), rests_here=rests_here)


def store_departed_text(session: Session, page: PageRow, observation: Observation) -> StoreResult:
    """Store another text at a page that is only a location of its report.

    Where the text is another one of its report, or that of another report, the page is a location of that. Otherwise the
    page has a report of its own from now on.
    """
    digest, former = observation.report.text_sha256, page.report
    among_own = [row for row in former.versions if row.text_sha256 == digest]
    if among_own:
        held = among_own[-1]
        page.text_sha256 = digest
        page_states.add_event(session, page, observation.seen_at, page_states.CHANGED, version=held.number)
        return result_of(Ending.REVISED, observation, held, "same change as at its other address")
    until = f"departs from {former.id}, whose text it showed until {page.last_seen:%Y-%m-%d}"
    held_elsewhere = find_text(session, observation)
    if held_elsewhere is None or is_left_to_others(session, held_elsewhere, observation):
        return add_report(session, observation, page=page, departed_from=former.id, detail=until)
    _move_page(session, page, held_elsewhere.report, observation, until)
    return _result_at_location(session, page, observation, held_elsewhere, until)


def _move_page(
    session: Session, page: PageRow, target: ReportRow, observation: Observation, detail: str
) -> None:
    """Make a page one of another report."""
    former = page.report
    page.report, page.text_sha256 = target, observation.report.text_sha256
    page_states.add_event(session, page, observation.seen_at, page_states.CHANGED, detail=detail)
    session.flush()
    session.expire(former, ["pages"])
    session.expire(target, ["pages"])


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


def add_report(
    session: Session,
    observation: Observation,
    *,
    page: PageRow | Literal["new"] | None = "new",
    departed_from: str | None = None,
    detail: str = "",
) -> StoreResult:
    """Add a new report. If another report's text is nearly the same, the outcome names that report.

    `page`: the page that showed another report's text before, `departed_from`; None if it goes on to show that.
    """
    report = observation.report
    mark, ids = mark_of(session, report), report_ids(report, observation.filing)
    near, is_taken = neighbours(session, report, mark, ids[0])
    report_id = _free_id(session, ids[1:]) if is_taken else ids[0]
    values = version_values(observation, mark, report_id, 1)
    values["page_index"] = values.pop("index")
    _INSERT_REPORT.post(
        session,
        {
            "id": report_id,
            "site_id": observation.site.id,
            "region": observation.filing.region,
            "year": report.year,
            "departed_from": departed_from,
        },
    )
    number = next_number(session, VersionRow)
    _INSERT_VERSION.post(session, {"id": number, "report_id": report_id, **values})
    if page == "new":
        _add_page(session, report_id, observation)
    elif page is not None:
        _move_page(session, page, session.get_one(ReportRow, report_id), observation, detail)
        mark_own_pages(session, page.report)
    near_detail = f"probably the same as {near[0]} (simhash differs in {near[1]} bits)" if near else ""
    claims = f"claims to be of {values['claims']}" if values["claims"] else ""
    return StoreResult(
        outcome=outcome_of(
            Ending.NEW, observation, report_id, 1, "; ".join(filter(None, (detail, claims, near_detail)))
        ),
        text_files={values["text_file"]: report.text().encode()} if values["text_file"] else {},
        is_new_text=True,
    )


def _add_page(session: Session, report_id: str, observation: Observation) -> None:
    """Add the first page of a new report."""
    number, values = next_number(session, PageRow), _page_values(observation)
    none = {"missing_since": None, "moved_to": None}
    _INSERT_PAGE.post(session, {"id": number, "report_id": report_id, **none, **values})
    page_states.add_first_event(session, number, observation.seen_at)


def report_ids(report: Report, filing: Filing) -> list[str]:
    """Return the ids that a report may get, best first: the one that it has been given already, else `420100-2022-3df35244`.

    That is the region under which it is filed, year and digest: of its text, or of a report without a text, of its URL.
    """
    digest = report.text_sha256 if report.unread is None else text_sha256(canonical(report.url or ""))
    ids = [
        f"{filing.region or '000000'}-{report.year or '0000'}-{digest[:length]}"
        for length in _ID_DIGEST_CHARS
    ]
    return [report.id, *ids] if report.id else ids


def _free_id(session: Session, ids: Sequence[str]) -> str:
    """Return the first id that no report has."""
    for report_id in ids:
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
        "own": True,
        "answered_in": observation.run_id if observation.live else None,
        "seen_in": observation.capture.id if observation.capture else None,
    }
