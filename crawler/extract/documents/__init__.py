"""Read documents: bytes of a known format to `Material`, lines and what the document says of itself.

A format is one file or folder here and one line in `_formats`. `magic` names other formats by their first bytes, `html/`,
`office/`, `rtf/`, `text` and `zip` are readers, `material` is what they return. `pager`, `pager_links` and `page_address` find an article's other pages.

The readers are imported with the first document: other modules of this package are used by commands that read none.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.extract.documents.material import Format
    from crawler.model import Headers

    FORMATS: dict[str, Format]
    """In the order of asking. An archive comes after the documents that are containers themselves, and plain text, which
    has no mark of its own, last."""

__all__ = ["FORMATS", "sniff"]


def __getattr__(name: str) -> object:
    if name != "FORMATS":
        raise AttributeError(name)
    return _formats()


@cache
def _formats() -> dict[str, Format]:
    from crawler.extract.documents.html.mht import MHT
    from crawler.extract.documents.html.reader import HTML
    from crawler.extract.documents.ofd.reader import OFD
    from crawler.extract.documents.office.docx import DOCX
    from crawler.extract.documents.ole.reader import DOC, WPS
    from crawler.extract.documents.pdf.reader import PDF
    from crawler.extract.documents.rtf.reader import RTF
    from crawler.extract.documents.text import TEXT
    from crawler.extract.documents.zip import zip_format

    formats: dict[str, Format] = {
        "pdf": PDF,
        "docx": DOCX,
        "doc": DOC,
        "wps": WPS,
        "ofd": OFD,
        "rtf": RTF,
        "mht": MHT,
        "html": HTML,
    }
    formats["zip"] = zip_format(formats)
    formats["text"] = TEXT
    return formats


def sniff(body: bytes, headers: Headers, url: str | None) -> Format:
    """Return the format of a document by its bytes, not by its headers. Raise UnknownFormat with what it seems to be."""
    from crawler.errors import UnknownFormat
    from crawler.extract.documents.magic import magic

    for known in _formats().values():
        if known.recognises(body, headers):
            return known
    name = magic(body) or "binary data"
    raise UnknownFormat(
        url, f"expected {' or '.join(_formats())}, found {name}" if body else "found no bytes at all"
    )
