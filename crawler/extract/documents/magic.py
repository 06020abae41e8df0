"""Recognise formats other than HTML and text by their first bytes, to name them in error messages."""

from __future__ import annotations

_MARKS = (
    (b"%PDF-", "a PDF document"),
    (b"\xd0\xcf\x11\xe0", "a document of the old Office (DOC, XLS, WPS)"),
    (b"PK\x03\x04", "a ZIP container (DOCX, XLSX, OFD or an archive)"),
    (b"Rar!", "a RAR archive"),
    (b"\x1f\x8b", "gzip data"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"{\\rtf", "an RTF document"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"II*\0", "a TIFF image"),
    (b"MM\0*", "a TIFF image"),
)


def magic(body: bytes) -> str | None:
    """Return the name of a document's format, for people; None if its first bytes are no known mark."""
    return next((name for mark, name in _MARKS if body.startswith(mark)), None)
