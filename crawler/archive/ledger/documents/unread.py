"""Reports without a text that can be read: scans, encrypted or damaged files, documents that could not be fetched.

Such a version has no text (its digest is that of the empty text) and no text file. It is never taken for another one
because both texts are empty, and a text held before is never replaced by none. When its documents can be read, by a better
reader or because they come at last, the version gets their text: the government has changed nothing.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from crawler.archive.catalogue.documents.queries import documents_read
from crawler.archive.catalogue.models import CaptureRow, DocumentRow, PageRow, VersionRow
from crawler.archive.catalogue.version_choice import newest_version
from crawler.archive.ledger import page_states
from crawler.archive.ledger.current_page import extend_seen
from crawler.archive.ledger.observation import Observation, StoreResult, result_of
from crawler.extract.documents.ocr.record import OCR
from crawler.model import Ending
from crawler.model.document import GONE, NO_DOCUMENT, NOT_FETCHED

_WITHOUT_BYTES = (NOT_FETCHED, GONE, NO_DOCUMENT)
"""Faults of a document whose bytes did not come."""


def find_same_documents(session: Session, observation: Observation) -> VersionRow | None:
    """Return the version without a text whose documents have the same bytes and whose title is the same; None if there is none."""
    wanted = {kept.capture.payload_sha256 for kept in observation.documents if kept.capture is not None}
    if not wanted:
        return None
    query = (
        select(VersionRow)
        .join(DocumentRow, DocumentRow.version_id == VersionRow.id)
        .join(CaptureRow, CaptureRow.id == DocumentRow.capture_id)
        .where(
            CaptureRow.payload_sha256.in_(wanted),
            VersionRow.unread.is_not(None),
            VersionRow.title == observation.report.title,
        )
        .order_by(VersionRow.id)
    )
    return next((row for row in session.scalars(query) if _payloads(session, row) == wanted), None)


def _payloads(session: Session, version: VersionRow) -> set[str]:
    read = [row for row in documents_read(session, version) if row.how != OCR]
    ids = [row.capture_id for row in read if row.capture_id is not None]
    digests = select(CaptureRow.payload_sha256).where(CaptureRow.id.in_(ids))
    return set(session.scalars(digests))


def was_never_fetched(version: VersionRow) -> bool:
    """Whether a version has no text only because the bytes of its document never came."""
    return version.unread in _WITHOUT_BYTES


def keep_held_text(
    session: Session, page: PageRow, observation: Observation, held: VersionRow
) -> StoreResult:
    """Record that a page answered, and that its documents give no text now: the text held stays as it is.

    When it was last seen stays too.
    """
    if page.state not in page_states.AWAY:
        page_states.mark_live(session, page, observation.seen_at, live=observation.live)
        page.answered_in = observation.run_id if observation.live else page.answered_in
    detail = f"no text can be read from its document now ({observation.report.unread}); version {held.number} stays"
    return result_of(Ending.UNCHANGED, observation, held, detail)


def see_same_scan(session: Session, page: PageRow, observation: Observation, held: VersionRow) -> StoreResult:
    """Record that a scan is there unchanged whose text was recognised before."""
    if page.state not in page_states.AWAY:
        page_states.mark_live(session, page, observation.seen_at, live=observation.live)
        page.answered_in = observation.run_id if observation.live else page.answered_in
    extend_seen(held, observation)
    return result_of(Ending.UNCHANGED, observation, held, "the scan that its text was recognised in")


def pass_over(page: PageRow, observation: Observation) -> StoreResult:
    """Return the result of an observation without a text that is an earlier one, or of another archive: nothing changes."""
    held = newest_version(page.report)
    return result_of(Ending.UNCHANGED, observation, held, f"gives no text ({observation.report.unread})")
