"""Extract a `Report` from the bytes of a page. Pure: no network, no clock, no disk.

In the order of the data: `page/` (markup to lines of text), `documents/` (readers of formats, which choose the article),
`roles/` (the part each line plays), `meaning/` (title, dates, issuer, sections). docs/extraction.md explains the rules.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from crawler.extract.documents import FORMATS
from crawler.extract.documents.text import material as text_material
from crawler.extract.meaning.assemble import EXTRACTOR, assemble
from crawler.extract.meaning.join_pages import check_whole, join_pages
from crawler.extract.meaning.kind import is_report, text_fault
from crawler.extract.meaning.text_choice import choose_text, needs_document
from crawler.extract.offered import (
    DOCUMENT_LIMIT,
    FRAME,
    GONE,
    LIMIT,
    NO_DOCUMENT,
    NOT_FETCHED,
    Reading,
    describe,
    read,
    read_offer,
    unread_page,
    unread_report,
    with_documents,
)
from crawler.extract.page.decode import decode
from crawler.model import Headers, Report

__all__ = [
    "DOCUMENT_LIMIT",
    "EXTRACTOR",
    "FORMATS",
    "FRAME",
    "GONE",
    "LIMIT",
    "NOT_FETCHED",
    "NO_DOCUMENT",
    "Reading",
    "check_whole",
    "choose_text",
    "decoded_page",
    "describe",
    "extract",
    "extract_text",
    "is_report",
    "join_pages",
    "needs_document",
    "read_offer",
    "text_fault",
    "unread_page",
    "unread_report",
    "with_documents",
]


def extract(
    body: bytes,
    headers: Headers = (),
    url: str | None = None,
    *,
    hint: str | None = None,
    seen: datetime | None = None,
) -> Report:
    """Return the report on a page. The same arguments give the same Report.

    `body`: bytes as served, content codings undone. `headers`: pairs as received; only Content-Type is read.
    `url`: the page's address, to resolve links and for the date in it. `hint`: CSS selector of the body.
    `seen`: when it was served (aware); later dates do not count.
    Raises UnknownFormat for what is no format of FORMATS and for more than LIMIT bytes (of a document DOCUMENT_LIMIT), NoBody
    for a page without an article, UnreadDocument for a document without a text that can be read.
    """
    key, report = read(body, headers, url, hint, seen)
    return report if key in ("html", "text") else replace(report, text_from=key)


def decoded_page(body: bytes, headers: Headers = ()) -> str:
    """Return a page's markup as text, decoded as `extract` does. Bytes that are no text become U+FFFD."""
    return decode(body, headers)[0]


def extract_text(text: str) -> Report:
    """Return the report in a plain-text document such as those in seeds/, without boilerplate lines. Raises NoBody."""
    return assemble(text_material(text), None)
