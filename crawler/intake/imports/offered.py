"""Store pages of WARC files whose report may stand in a document, when all files have been read and all exchanges recorded.

A document is a report of its own only if no page of the import offers it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from crawler.address import canonical
from crawler.errors import ExtractError, UnreadDocument
from crawler.extract import (
    DOCUMENT_LIMIT,
    FORMATS,
    FRAME,
    NOT_FETCHED,
    Reading,
    describe,
    needs_document,
    read_offer,
    with_documents,
)
from crawler.intake.imports.job import Job
from crawler.model import Capture, Document, DocumentLimits, Offer, Report
from crawler.reading.alone import read_alone

MAX_LATER = 100_000
"""Exchanges of one import that wait for its end. Further ones are stored at once, with the documents archived by then."""


def with_archived_documents(page: Report, at: datetime, job: Job) -> tuple[Report, tuple[Document, ...]]:
    """Return the report of a page with the documents that the archive has of it, those nearest in time."""
    for_text = bool(needs_document(page))
    offers = [offer for offer in page.offers if offer.how != FRAME or for_text][: DocumentLimits().most]
    readings: list[Reading] = []
    documents: list[Document] = []
    for offer in offers:
        capture = job.archive.nearest_answer(offer.url, at)
        reading = _read(offer, capture)
        served, digest = (capture.url, capture.payload_sha256) if capture else (None, None)
        readings.append((offer, reading))
        documents.append(describe(offer, reading, served_at=served, payload_sha256=digest))
    return read_alone(with_documents, page, readings), tuple(documents)


def _read(offer: Offer, capture: Capture | None) -> Report | ExtractError:
    if capture is None:
        return UnreadDocument(offer.url, NOT_FETCHED, "it is in none of the files")
    body = capture.decoded(DOCUMENT_LIMIT).body
    try:
        return read_alone(read_offer, body, capture.headers, capture.url, offer.how, seen=capture.fetched_at)
    except ExtractError as error:
        return error


def waiting_captures(job: Job) -> Iterator[Capture]:
    """Yield the exchanges that waited, from the archive."""
    later, job.later = job.later, []
    for url, at in later:
        if (capture := job.archive.nearest_answer(url, at)) is not None:
            yield capture


def keys_of(offers: tuple[Offer, ...]) -> set[str]:
    """Return the canonical addresses of offers."""
    return {canonical(offer.url) for offer in offers}


def is_page(capture: Capture) -> bool:
    """Whether an exchange brought a web page, by its bytes."""
    return FORMATS["html"].recognises(capture.body, capture.headers)
