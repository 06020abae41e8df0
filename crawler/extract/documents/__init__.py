"""The document formats that can be read. To add one: its file, and its line in `FORMATS`."""

from __future__ import annotations

from crawler.errors import UnknownFormat
from crawler.extract.documents.html.reader import HTML
from crawler.extract.documents.magic import magic
from crawler.extract.documents.material import Format
from crawler.extract.documents.text import TEXT
from crawler.model import Headers

__all__ = ["FORMATS", "sniff"]

FORMATS: dict[str, Format] = {"html": HTML, "text": TEXT}
"""In the order of asking: plain text, which has no mark of its own, last."""


def sniff(body: bytes, headers: Headers, url: str | None) -> Format:
    """The format of a document by its bytes, whatever its headers say. Raises UnknownFormat with what it seems to be."""
    for known in FORMATS.values():
        if known.recognises(body, headers):
            return known
    name = magic(body) or "binary data"
    raise UnknownFormat(
        url, f"expected {' or '.join(FORMATS)}, found {name}" if body else "found no bytes at all"
    )
