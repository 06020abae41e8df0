"""Bytes of a page to a Report. Pure: no network, no clock. Readers of other document formats go into `formats`."""

from __future__ import annotations

from datetime import datetime

from crawler.errors import UnknownFormat
from crawler.extract.documents import FORMATS, sniff
from crawler.extract.documents.text import material as text_material
from crawler.extract.meaning.assemble import EXTRACTOR, assemble
from crawler.extract.meaning.join_pages import check_whole, join_pages
from crawler.model import Headers, Report

__all__ = ["EXTRACTOR", "FORMATS", "LIMIT", "check_whole", "extract", "extract_text", "join_pages"]

LIMIT = 32 * 1024 * 1024
"""Bytes of a document; no report page comes near, and a larger one would cost memory for nothing."""


def extract(
    body: bytes,
    headers: Headers = (),
    url: str | None = None,
    *,
    hint: str | None = None,
    seen: datetime | None = None,
) -> Report:
    """The report on a page.

    `body`: bytes as served, content codings undone. `headers`: pairs as received; only Content-Type is read.
    `url`: the page's address, to resolve links and for the date in it. `hint`: CSS selector of the body.
    `seen`: when it was served (aware); what dates it later than that is no date.
    Raises UnknownFormat for what is neither HTML nor text or is over LIMIT, NoBody for a page without an article.
    The same arguments give the same Report.
    """
    if len(body) > LIMIT:
        raise UnknownFormat(url, f"{len(body)} bytes are over the limit of {LIMIT}")
    return assemble(sniff(body, headers, url).read(body, headers, url, hint), url, seen)


def extract_text(text: str) -> Report:
    """The report in a plain-text document such as those in seeds/, its boilerplate lines removed. Raises NoBody."""
    return assemble(text_material(text), None)
