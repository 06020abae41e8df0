"""The document formats that can be read. To add one: its file, and its line in `FORMATS`."""

from __future__ import annotations

from crawler.errors import UnknownFormat
from crawler.extract.formats.html import HTML
from crawler.extract.formats.text import TEXT
from crawler.extract.material import Format
from crawler.model import Headers

__all__ = ["FORMATS", "sniff"]

FORMATS: dict[str, Format] = {"html": HTML, "text": TEXT}
"""In the order of asking: plain text, which has no mark of its own, last."""

_OTHERS = (
    (b"%PDF-", "a PDF document"),
    (b"\xd0\xcf\x11\xe0", "a document of the old Office (DOC, XLS, WPS)"),
    (b"PK\x03\x04", "a ZIP container (DOCX, XLSX, OFD or an archive)"),
    (b"Rar!", "a RAR archive"),
    (b"\x1f\x8b", "gzip data"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"{\\rtf", "an RTF document"),
)


def sniff(body: bytes, headers: Headers, url: str | None) -> Format:
    """The format of a document by its bytes, whatever its headers say. Raises UnknownFormat with what it seems to be."""
    for known in FORMATS.values():
        if known.recognises(body, headers):
            return known
    name = next((name for mark, name in _OTHERS if body.startswith(mark)), "binary data")
    raise UnknownFormat(
        url, f"expected {' or '.join(FORMATS)}, found {name}" if body else "found no bytes at all"
    )
