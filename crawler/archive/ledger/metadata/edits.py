"""Find and enter what a page has changed beside its text: title, issuer, source and dates.

A version is a text, so such an edit makes none. What counts is what the page itself says: a field has been edited if today's
extractor reads another value from the new capture than from the one that gave the value known. So neither another extractor
nor another list makes an edit; nor does a 304 or the same payload, which have nothing new. A rebuild enters what the acts tell.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from crawler.address import canonical
from crawler.archive.catalogue.metadata.queries import (
    FIELDS,
    KnownMetadata,
    add_metadata,
    known_metadata,
    last_answer,
)
from crawler.archive.catalogue.models import MERGED, CaptureRow, PageRow
from crawler.archive.ledger.current_page import CurrentPage, find_current_page
from crawler.archive.ledger.observation import Observation, PageMetadata, ReadMetadata, StoreResult
from crawler.archive.ledger.page_makers import is_own
from crawler.archive.ledger.varying_urls import observation_key
from crawler.model import Ending, Report


def metadata_of(report: Report) -> dict[str, str | None]:
    """Return the metadata of a report that a page may edit."""
    return {name: getattr(report, name) for name in FIELDS}


def same_value(name: str, one: str | None, other: str | None) -> bool:
    """Whether two values of a field say the same. A date is the same as one that only gives fewer of its parts."""
    if name in ("published", "signed") and one and other:
        return one.startswith(other) or other.startswith(one)
    return (one or None) == (other or None)


def note_metadata(
    session: Session,
    before: CurrentPage | None,
    observation: Observation,
    result: StoreResult,
) -> PageMetadata | None:
    """Enter what a page shows beside a text that was held, if that is not what it was known to show; and return it.

    `before`: the page before the observation was entered.
    """
    told, read = observation.recorded_metadata, observation.read_metadata
    if told is None and (read is None or not observation.report.title):
        return None
    page = _page_with_known_text(session, before, observation, result)
    if page is None or observation.capture is None:
        return None
    if told is not None:
        _enter(session, page, observation, told)
        return told
    assert read is not None
    known, shown = known_metadata(session, page.page_id), metadata_of(observation.report)
    if known is None or all(same_value(name, shown[name], known.values[name]) for name in FIELDS):
        return None
    found = _compared(session, page, known, before, observation, read)
    if found is not None:
        _enter(session, page, observation, found)
    return found


def _page_with_known_text(
    session: Session, before: CurrentPage | None, observation: Observation, result: StoreResult
) -> CurrentPage | None:
    """Return the page if the observation showed the newest text held there again, or at a further address of the publisher."""
    outcome = result.outcome
    if outcome.ending not in (Ending.UNCHANGED, Ending.DUPLICATE) or outcome.report_id is None:
        return None
    page = before
    if outcome.ending is Ending.DUPLICATE:
        page = find_current_page(session, observation_key(session, observation))
    elif page is not None and not observation.live and observation.seen_at < page.last_seen:
        return None  # an earlier observation than the last one says nothing of what the page shows now
    if page is None or not page.own or page.version_number is None:
        return None
    if (page.report_id, page.version_number) != (outcome.report_id, outcome.version):
        return None
    if page.text_sha256 != observation.report.text_sha256:
        return None
    if observation.origin == MERGED and is_own(session, session.get_one(PageRow, page.page_id)):
        return None
    return page


def _compared(
    session: Session,
    page: CurrentPage,
    known: KnownMetadata,
    before: CurrentPage | None,
    observation: Observation,
    read: ReadMetadata,
) -> PageMetadata | None:
    """Return what a page shows now, and which of it the page has edited; None if a capture cannot be read again."""
    shown = metadata_of(observation.report)
    earlier = _capture_that_gave(session, page, known, before)
    if earlier is None or observation.capture is None:
        return PageMetadata(shown=shown, was={}, before=None)
    if _payload(session, earlier) == observation.capture.payload_sha256:
        return PageMetadata(shown=shown, was={}, before=None)
    then, now = read(earlier), read(observation.capture.id)
    if then is None or now is None:
        return None
    was = {
        name: then[name]
        for name in FIELDS
        if not same_value(name, shown[name], known.values[name])
        and not same_value(name, now[name], then[name])
    }
    record = session.get_one(CaptureRow, earlier).record_id if was else None
    return PageMetadata(shown=shown, was=was, before=record)


def _payload(session: Session, capture: int) -> str:
    return session.get_one(CaptureRow, capture).payload_sha256


def _capture_that_gave(
    session: Session, page: CurrentPage, known: KnownMetadata, before: CurrentPage | None
) -> int | None:
    """Return the capture of this page that gave the metadata known of it; None if it shows the text for the first time."""
    if known.is_of_page or canonical(known.version_url) == page.url_key or known.version_url == page.url:
        return known.capture
    if before is None or before.seen_in is None:
        return None
    return last_answer(session, before.seen_in)


def _enter(session: Session, page: CurrentPage, observation: Observation, found: PageMetadata) -> None:
    capture = observation.capture
    earlier = None
    if found.before is not None:
        earlier = session.scalar(select(CaptureRow.id).where(CaptureRow.record_id == found.before))
    add_metadata(
        session,
        {
            "page_id": page.page_id,
            "report_id": page.report_id,
            "version": page.version_number,
            "at": observation.seen_at,
            "capture_id": capture.id if capture else None,
            "before_id": earlier,
            "shown": dict(found.shown),
            "was": dict(found.was),
        },
    )
