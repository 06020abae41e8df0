"""Fetch what a report's page offers as its text, each conditionally and as evidence, and read the report with it.

Takes the report of a page that was accepted; gives the same report with the text that counts. `extract.offered` reads the
documents and decides; `reports` archives the result. What could not be fetched is told, and is asked for in the next crawl.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from crawler.address import canonical
from crawler.crawl.visit import Visit, note_outcome
from crawler.discover import address_key
from crawler.errors import ExtractError, FetchError, Gone, ProxyGivenUp, UnreadDocument
from crawler.extract import (
    DOCUMENT_LIMIT,
    FRAME,
    GONE,
    NOT_FETCHED,
    Reading,
    describe,
    needs_document,
    read_offer,
    unread_page,
    with_documents,
)
from crawler.extract.roles.file_links import is_document_address
from crawler.field.counting import counted
from crawler.model import Capture, Document, Ending, ListRequest, News, Offer, Outcome, Report

MAX_DEPTH = 2
"""Steps from the page to a document: a frame of the page may show a viewer of it."""


class Missed(NamedTuple):
    """A document that could not be fetched."""

    offer: Offer
    error: FetchError


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A report as read with its documents."""

    report: Report
    documents: tuple[Document, ...] = ()
    missed: tuple[Missed, ...] = ()
    left_out: int = 0  # offers beyond the limit of the site's entry

    def note(self, limit: int) -> str:
        """Return what is to be told of offers that were not asked for; empty if there are none."""
        if not self.left_out or not limit:
            return ""
        return f"{counted(self.left_out, 'further document')} not fetched: its entry allows {limit} a page (documents)"


async def read_with_documents(visit: Visit, page: Report) -> Read:
    """Fetch and read what a page offers, and return its report with the text that counts.

    Raises Halted when the crawl had to end meanwhile.
    """
    if not page.offers:
        return Read(report=page)
    readings: list[Reading] = []
    documents: list[Document] = []
    missed: list[Missed] = []
    left_out = 0
    for_text = bool(needs_document(page))
    waiting = deque((offer, 1) for offer in page.offers)
    seen = {canonical(page.url or "")}
    while waiting:
        offer, depth = waiting.popleft()
        is_page = offer.how == FRAME and not is_document_address(offer.url)
        if canonical(offer.url) in seen or (is_page and not for_text):
            continue
        if len(documents) >= visit.site.documents.most:
            left_out += 1
            continue
        seen.add(canonical(offer.url))
        reading, document, error = await _fetch_and_read(visit, offer, page.url or "")
        readings.append((offer, reading))
        documents.append(document)
        missed += [Missed(offer, error)] if error is not None else []
        if depth < MAX_DEPTH and offer.how == FRAME and isinstance(reading, Report):
            waiting.extend((inner, depth + 1) for inner in reading.offers)
    report = await visit.page_process.run(with_documents, page, readings)
    report = _keep_from_changing(visit, page, report, missed)
    return Read(report=report, documents=tuple(documents), missed=tuple(missed), left_out=left_out)


def _keep_from_changing(visit: Visit, page: Report, report: Report, missed: Sequence[Missed]) -> Report:
    """Return the report as unread if the document of the text held could not be fetched: another one's text is no change."""
    urls = {each.offer.url for each in missed}
    if report.unread is not None or visit.archive is None or not urls or report.text_url in urls:
        return report
    held = visit.archive.held_text_url(page.url or "")
    return unread_page(page, NOT_FETCHED) if held in urls else report


async def _fetch_and_read(
    visit: Visit, offer: Offer, page_url: str
) -> tuple[Report | ExtractError, Document, FetchError | None]:
    try:
        capture = await _fetch(visit, offer, page_url)
    except ProxyGivenUp:  # no fault of the document: the visit ends
        raise
    except FetchError as error:
        fault = GONE if isinstance(error, Gone) else NOT_FETCHED
        reading = UnreadDocument(offer.url, fault, error.reason)
        return reading, describe(offer, reading), error
    read = await _read(visit, offer, capture)
    digest = capture.payload_sha256
    return read, describe(offer, read, served_at=capture.url, payload_sha256=digest), None


async def _fetch(visit: Visit, offer: Offer, page_url: str) -> Capture:
    """Return the answer to a document's address; where it has not changed, the archived one. Raises FetchError."""
    archive, site = visit.archive, visit.site
    request = ListRequest(url=offer.url, referer=page_url)
    max_bytes = site.documents.megabytes * 1_000_000
    validators = archive.document_validators(offer.url) if archive and not visit.full else None
    capture = await visit.fetcher.get(request, validators, site=site, max_bytes=max_bytes)
    if capture.status != 304:
        return capture
    held = archive.held_document(offer.url) if archive else None
    return held or await visit.fetcher.get(request, site=site, max_bytes=max_bytes)


async def _read(visit: Visit, offer: Offer, capture: Capture) -> Report | ExtractError:
    body = capture.decoded(DOCUMENT_LIMIT).body
    try:
        return await visit.page_process.run(
            read_offer,
            body,
            capture.headers,
            capture.url,
            offer.how,
            hint=visit.site.body,
            seen=capture.fetched_at,
        )
    except ExtractError as error:
        return error


def missed_outcomes(visit: Visit, page_url: str, read: Read, report_id: str | None) -> Iterator[Outcome]:
    """Yield an outcome for each document that could not be fetched. It is trouble only if the text stands in it.

    One that is gone is news at the first time. `report_id`: of the report as it was stored.
    """
    before = visit.memory.gone if visit.memory else frozenset()
    fetched = {address_key(each.offer.url) for each in read.documents if each.payload_sha256 is not None}
    visit.gone_keys -= fetched
    for offer, error in read.missed:
        where = "" if canonical(error.url) == canonical(offer.url) else f"{error.url}: "
        detail = f"a document of {page_url}: {where}{error.reason}"
        ending = error.ending
        if not isinstance(error, Gone):
            ending = ending if read.report.unread is not None else Ending.SKIPPED
            yield note_outcome(visit, ending, offer.url, detail)
            continue
        key = address_key(offer.url)
        visit.gone_keys.add(key)
        outcome = note_outcome(visit, ending, offer.url, detail)
        if outcome.report_id is None:  # otherwise its address is a report's page too
            again = key in before
            news = None if again else News.MISSING
            outcome = replace(outcome, news=news, as_before=again, report_id=report_id)
        yield outcome
