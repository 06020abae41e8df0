"""Read what a page offers as its text: one document or frame, and the report of the page with all of them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from crawler.errors import ExtractError, NoBody, UnknownFormat, Unread, UnreadDocument
from crawler.extract import documents
from crawler.extract.documents.ocr.record import OCR, read_ocr
from crawler.extract.meaning.assemble import EXTRACTOR, assemble
from crawler.extract.meaning.recognised import with_recognised
from crawler.extract.meaning.text_choice import IMAGE, choose_text, only_refers
from crawler.field.fingerprint import text_sha256
from crawler.model import Document, Headers, Offer, Report
from crawler.model.document import GONE as GONE
from crawler.model.document import NO_DOCUMENT as NO_DOCUMENT
from crawler.model.document import NOT_FETCHED as NOT_FETCHED

LIMIT = 32 * 1024 * 1024
"""Most bytes of a page or a text. No report page is nearly as large, and a larger one would only cost memory."""

DOCUMENT_LIMIT = 64 * 1000 * 1000
"""Most bytes of a document of another format: scans are large."""

MAX_TITLE_CHARS = 1000
"""Of the words with which a page refers to a document, as far as they are kept."""

FRAME = "frame"
"""`Offer.how` of a page or a document in a frame."""

_NOT_READ = "not_read"
_FAULTS: tuple[tuple[type[ExtractError], str], ...] = (
    (UnknownFormat, "unknown_format"),
    (Unread, "damaged"),
    (NoBody, "empty"),
)
_MAY_BE_PAGES = ("html",)

Reading = tuple[Offer, Report | ExtractError]
"""What was read of an offer: a report, or why there is none."""


def read(
    body: bytes,
    headers: Headers = (),
    url: str | None = None,
    hint: str | None = None,
    seen: datetime | None = None,
) -> tuple[str, Report]:
    """Return the key of a body's format in FORMATS, and the report in it. Raises ExtractError."""
    known = documents.sniff(body, headers, url)
    key = next(key for key, each in documents.FORMATS.items() if each is known)
    limit = LIMIT if key in ("html", "text") else DOCUMENT_LIMIT
    if len(body) > limit:
        raise UnknownFormat(url, f"{len(body)} bytes are more than the limit of {limit}")
    return key, assemble(known.read(body, headers, url, hint), url, seen)


def read_offer(
    body: bytes,
    headers: Headers,
    url: str,
    how: str,
    *,
    hint: str | None = None,
    seen: datetime | None = None,
) -> Report:
    """Return the report in a document or a frame. `how`: how the page refers to it, see Offer. Raises ExtractError.

    A web page is read from a frame only: in the place of a document it is a notice of the server.
    `how` OCR: the body is the record of a recognition of the document at the URL.
    """
    if how == OCR:
        return replace(assemble(read_ocr(body, url), url, seen), text_from=OCR)
    if how == IMAGE:
        raise UnreadDocument(url, "needs_ocr", "an image", format=IMAGE, pages=1)
    key, report = read(body, headers, url, hint if how == FRAME else None, seen)
    if key not in _MAY_BE_PAGES:
        return replace(report, text_from=key)
    if how != FRAME:
        raise UnreadDocument(url, NO_DOCUMENT, "a web page came in the place of the document", format=key)
    return report


def unread_report(error: UnreadDocument, url: str | None, title: str = "") -> Report:
    """Return the report in a document whose text cannot be read: it has the title of the link to it, and no text."""
    unread = Report(
        title=title,
        url=url,
        body="",
        text_sha256=text_sha256(""),
        text_from=error.format or "page",
        pages=error.pages,
        extractor=EXTRACTOR,
    )
    return replace(unread, unread=error.fault)


def with_documents(page: Report, documents: Sequence[Reading]) -> Report:
    """Return the report of a page with the text that counts, its own or that of a document; see `choose_text`.

    A text from OCR counts only where the document that it is of cannot be read. A report with `unread` has no text. It is
    unread too if a document could not be fetched that is more likely its text than the one that could. Where no document may be
    the text, a page's own text is what there is, unless it only names the documents.
    """
    documents = [
        (offer, replace(one, url=offer.url) if isinstance(one, Report) else one) for offer, one in documents
    ]
    recognised = [(offer, one) for offer, one in documents if offer.how == OCR]
    documents = [pair for pair in documents if pair[0].how != OCR]
    if recognised:
        documents, whole = with_recognised(page, documents, recognised)
        if whole is not None:
            return whole
    chosen = choose_text(page, documents)
    if chosen.unread == _NOT_READ and not only_refers(page):
        return replace(chosen, unread=None)
    if chosen.unread is None and chosen.text_url is not None:
        missed = _not_fetched_before(chosen.text_url, documents)
        chosen = chosen if missed is None else unread_page(page, NOT_FETCHED)
    return chosen if chosen.unread is None else unread_page(chosen, chosen.unread)


def unread_page(page: Report, fault: str) -> Report:
    """Return the report of a page whose document gives no text. What the page says beside it is no text of a report."""
    return replace(
        page,
        body="",
        as_published=None,
        text_sha256=text_sha256(""),
        sections=(),
        text_from="page",
        text_url=None,
        reader=None,
        confidence=None,
        difference=None,
        unread=fault,
    )


def _not_fetched_before(text_url: str, documents: Sequence[Reading]) -> Offer | None:
    """Return the offer that could not be fetched and stands before the one that gave the text."""
    for offer, reading in documents:
        if isinstance(reading, UnreadDocument) and reading.fault == NOT_FETCHED:
            return offer
        if isinstance(reading, Report) and text_url in (offer.url, reading.url):
            return None
    return None


def describe(
    offer: Offer,
    reading: Report | ExtractError,
    *,
    served_at: str | None = None,
    payload_sha256: str | None = None,
) -> Document:
    """Return what is kept of a document: how it was read, or why it gives no text."""
    offer = replace(offer, title=offer.title[:MAX_TITLE_CHARS])
    document = Document(offer=offer, served_at=served_at, payload_sha256=payload_sha256)
    if isinstance(reading, Report):
        key = "html" if reading.text_from == "page" else reading.text_from
        fault = reading.unread
        return replace(document, format=key, reader=reading.reader, pages=reading.pages, fault=fault)
    if isinstance(reading, UnreadDocument):
        return replace(document, format=reading.format or None, pages=reading.pages, fault=reading.fault)
    return replace(document, fault=next((word for of, word in _FAULTS if isinstance(reading, of)), _NOT_READ))
