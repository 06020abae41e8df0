"""Bytes to Report. Pure: no network, no clock, no disk; the same bytes give the same Report."""

from __future__ import annotations

from crawler.errors import UnknownFormat
from crawler.extract.decode import decode
from crawler.extract.document import extract_text
from crawler.extract.page import LOOKS_LIKE_HTML, extract_page
from crawler.model import Headers, Report

__all__ = ["decode", "extract", "extract_text"]

MAX_SIZE = 30 * 1024 * 1024  # bytes
_BINARY = {b"%PDF": "PDF", b"PK\x03\x04": "a zip container (DOCX, OFD, …)", b"\xd0\xcf\x11\xe0": "DOC or WPS"}
_BINARY |= {b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"Rar!": "RAR"}


def extract(body: bytes, headers: Headers = (), url: str | None = None, *, hint: str | None = None) -> Report:
    """The report that a page or document holds.

    `body` is the page with its content coding undone, `headers` the answer's pairs (only charset is read), `hint` a
    CSS selector of the article. Raises UnknownFormat for what is neither HTML nor text, NoBody for pages without an
    article, and nothing else.
    """
    name = next((name for magic, name in _BINARY.items() if body.startswith(magic)), None)
    if name:
        raise UnknownFormat(url, f"{name} is not read yet; only HTML and plain text are")
    if len(body) > MAX_SIZE:
        raise UnknownFormat(url, f"{len(body)} bytes are over the limit of {MAX_SIZE}")
    text, _, undecodable = decode(body, headers)
    if LOOKS_LIKE_HTML.search(text[:100_000]):
        return extract_page(text, url, hint, undecodable)
    return extract_text(text, url, undecodable)
