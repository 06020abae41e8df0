"""Extract a `Report` from the bytes of a page. Pure: no network, no clock, no disk.

In the order of the data: `page/` (markup to lines of text), `documents/` (readers of formats, which choose the article),
`roles/` (the part each line plays), `meaning/` (title, dates, issuer, sections). docs/extraction.md explains the rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.lazy import exports

if TYPE_CHECKING:
    from crawler.extract.documents import FORMATS
    from crawler.extract.extraction import decoded_page, extract, extract_text, is_markup
    from crawler.extract.meaning.assemble import EXTRACTOR
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
        read_offer,
        unread_page,
        unread_report,
        with_documents,
    )
else:
    __getattr__, __dir__ = exports(
        __name__,
        {
            ".documents": ("FORMATS",),
            ".extraction": ("decoded_page", "extract", "extract_text", "is_markup"),
            ".meaning.assemble": ("EXTRACTOR",),
            ".meaning.join_pages": ("check_whole", "join_pages"),
            ".meaning.kind": ("is_report", "text_fault"),
            ".meaning.text_choice": ("choose_text", "needs_document"),
            ".offered": (
                "DOCUMENT_LIMIT",
                "FRAME",
                "GONE",
                "LIMIT",
                "NO_DOCUMENT",
                "NOT_FETCHED",
                "Reading",
                "describe",
                "read_offer",
                "unread_page",
                "unread_report",
                "with_documents",
            ),
        },
    )

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
    "is_markup",
    "is_report",
    "join_pages",
    "needs_document",
    "read_offer",
    "text_fault",
    "unread_page",
    "unread_report",
    "with_documents",
]
