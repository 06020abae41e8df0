"""Open a PDF with pdfium. The library is loaded at the first document, so that a start without one is not slower."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from crawler.errors import UnreadDocument
from crawler.extract.documents.pdf.whole import cut_reason

_PASSWORD_ERRORS = (4, 5)  # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY
_TITLE_BYTES = 1024


@contextmanager
def opened(body: bytes, url: str | None) -> Iterator[tuple[Any, Any]]:
    """Yield pdfium's functions and the open document. A document without a password, or with an empty one, opens.

    Raise UnreadDocument: `encrypted` if it needs a password, `damaged` if pdfium cannot repair it.
    """
    raw = load()
    document = raw.FPDF_LoadMemDocument64(body, len(body), None)
    if not document:
        code = raw.FPDF_GetLastError()
        if code in _PASSWORD_ERRORS:
            raise UnreadDocument(url, "encrypted", "the PDF opens with a password only", format="pdf")
        cut = cut_reason(body)
        reason = f"the PDF is not whole: {cut}" if cut else f"pdfium cannot open the PDF (error {code})"
        raise UnreadDocument(url, "damaged", reason, format="pdf")
    try:
        yield raw, document
    finally:
        raw.FPDF_CloseDocument(document)


def load() -> Any:
    """Return pdfium's functions."""
    import pypdfium2  # loads and initialises the library

    return pypdfium2.raw


def version() -> str:
    """Return name and version of the library."""
    import pypdfium2

    return f"pypdfium2 {pypdfium2.version.PYPDFIUM_INFO.version}"


def stated_title(raw: Any, document: Any) -> str:
    """Return the title among the document's properties, which is often that of another one; empty without any."""
    buffer = ctypes.create_string_buffer(_TITLE_BYTES)
    length = raw.FPDF_GetMetaText(document, b"Title", buffer, _TITLE_BYTES)
    return buffer.raw[: max(0, min(length, _TITLE_BYTES) - 2)].decode("utf-16-le", "ignore").strip()
