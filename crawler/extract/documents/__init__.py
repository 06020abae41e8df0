"""Read documents: bytes of a known format to `Material`, lines and what the document says of itself.

A format is one file or folder here and one line in `FORMATS`. `magic` names other formats by their first bytes, `html/`,
`office/`, `rtf/`, `text` and `zip` are readers, `material` is what they return. `pager`, `pager_links` and `page_address` find an article's other pages.
"""

from __future__ import annotations

from crawler.errors import UnknownFormat
from crawler.extract.documents.html.mht import MHT
from crawler.extract.documents.html.reader import HTML
from crawler.extract.documents.magic import magic
from crawler.extract.documents.material import Format
from crawler.extract.documents.ofd.reader import OFD
from crawler.extract.documents.office.docx import DOCX
from crawler.extract.documents.ole.reader import DOC, WPS
from crawler.extract.documents.pdf.reader import PDF
from crawler.extract.documents.rtf.reader import RTF
from crawler.extract.documents.text import TEXT
from crawler.extract.documents.zip import zip_format
from crawler.model import Headers

__all__ = ["FORMATS", "sniff"]

FORMATS: dict[str, Format] = {
    "pdf": PDF,
    "docx": DOCX,
    "doc": DOC,
    "wps": WPS,
    "ofd": OFD,
    "rtf": RTF,
    "mht": MHT,
    "html": HTML,
}
"""In the order of asking. An archive comes after the documents that are containers themselves, and plain text, which has
no mark of its own, last."""
FORMATS["zip"] = zip_format(FORMATS)
FORMATS["text"] = TEXT


def sniff(body: bytes, headers: Headers, url: str | None) -> Format:
    """Return the format of a document by its bytes, not by its headers. Raise UnknownFormat with what it seems to be."""
    for known in FORMATS.values():
        if known.recognises(body, headers):
            return known
    name = magic(body) or "binary data"
    raise UnknownFormat(
        url, f"expected {' or '.join(FORMATS)}, found {name}" if body else "found no bytes at all"
    )
