"""Tell whether a PDF file ends where it should. pdfium repairs a file that was cut, and would give its first pages for the whole."""

from __future__ import annotations

import re

_END = b"%%EOF"
_OBJECT = re.compile(rb"\d obj\b")
_LINEARIZED_BYTES = 1024  # in which a linearized file says its length (ISO 32000-1, annex F)
_LINEARIZED = re.compile(rb"/Linearized\b")
_LENGTH = re.compile(rb"/L\s{1,4}(\d{1,12})\b")


def cut_reason(body: bytes) -> str | None:
    """Return why a file is not whole: it has no end mark, objects after the last one, or fewer bytes than it states."""
    end = body.rfind(_END)
    if end < 0:
        return "the end mark %%EOF is missing"
    if _OBJECT.search(body, end):
        return "objects follow the last end mark %%EOF"
    head = body[:_LINEARIZED_BYTES]
    if _LINEARIZED.search(head) and (stated := _LENGTH.search(head)) and int(stated[1]) > len(body):
        return f"it states {int(stated[1])} bytes and has {len(body)}"
    return None
