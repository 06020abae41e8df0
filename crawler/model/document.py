"""A document or frame that a page offered as the text of its report, and what was read from it."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.model.report import Offer

NOT_FETCHED, GONE, NO_DOCUMENT = "not_fetched", "gone", "no_document"
"""Faults of a document: it could not be fetched this time; its server says that there is none; a web page came instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One offer of a page: where its bytes are archived, and how they were read."""

    offer: Offer
    served_at: str | None = None  # address of the answer, behind redirects; None: there is none
    payload_sha256: str | None = None  # digest of the answer's payload; None: it could not be fetched
    format: str | None = None  # key of extract.FORMATS; None: not recognised
    reader: str | None = None  # library and version
    pages: int | None = None  # of a format that has pages
    fault: str | None = None  # why it gives no text: needs_ocr, encrypted, damaged, gone, not_fetched, …
