"""Text as the value of a named field of a WARC record (ISO 28500, section 4), which is one line of UTF-8.

Every value that `write` writes passes `field_text`: a line end in one would be read as a further field, or as the end
of the head and a record of its own.
"""

from __future__ import annotations

import re

_NOT_IN_FIELD = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Control characters, line ends of any kind, lone surrogates."""
_NOT_IN_URI = re.compile("[\0-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_BYTES_AS_TEXT = range(0xDC80, 0xDD00)  # how Python gives the bytes of a file name that are not UTF-8


def field_text(text: str) -> str:
    """Return a text as a field's value: what a field cannot hold becomes %XX, byte by byte in UTF-8.

    So do spaces at its ends, which a reader strips. A value that has been converted is returned unchanged.
    """
    inner = text.strip(" ")
    if len(inner) < len(text):
        before = len(text) - len(text.lstrip(" "))
        text = "%20" * before + inner + "%20" * (len(text) - before - len(inner))
    return _NOT_IN_FIELD.sub(_escaped, text)


def uri_text(text: str) -> str:
    """Return an address as a field's value, spaces as %20 too."""
    return _NOT_IN_URI.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for char in found[0] for byte in _bytes_of(char))


def _bytes_of(char: str) -> bytes:
    code = ord(char)
    return bytes((code - 0xDC00,)) if code in _BYTES_AS_TEXT else char.encode("utf-8", "surrogatepass")
