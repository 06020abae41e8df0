"""Read documents: bytes of a known format to `Material`, lines and what the document says of itself.

A format is one file here and one line in `FORMATS`. `magic` names other formats by their first bytes, `html/` and `text`
are readers, `material` is what they return. `pager`, `pager_links` and `page_address` find an article's other pages.
"""

from __future__ import annotations

from crawler.errors import UnknownFormat
from crawler.extract.documents.html.reader import HTML
from crawler.extract.documents.magic import magic
from crawler.extract.documents.material import Format
from crawler.extract.documents.pdf.reader import PDF
from crawler.extract.documents.text import TEXT
from crawler.model import Headers

__all__ = ["FORMATS", "sniff"]

FORMATS: dict[str, Format] = {"html": HTML, "pdf": PDF, "text": TEXT}
"""In the order of asking. Plain text comes last: it has no mark of its own."""


def sniff(body: bytes, headers: Headers, url: str | None) -> Format:
    """Return the format of a document by its bytes, not by its headers. Raise UnknownFormat with what it seems to be."""
    for known in FORMATS.values():
        if known.recognises(body, headers):
            return known
    name = magic(body) or "binary data"
    raise UnknownFormat(
        url, f"expected {' or '.join(FORMATS)}, found {name}" if body else "found no bytes at all"
    )
