"""The formats of an answer."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """A format; its value is the ending of an address."""

    HTML = "html"
    JSON = "json"
    CSV = "csv"
    TXT = "txt"
    ATOM = "atom"

    @property
    def media_type(self) -> str:
        """The Content-Type."""
        return MEDIA_TYPES[self]


MEDIA_TYPES = {
    Format.HTML: "text/html; charset=utf-8",
    Format.JSON: "application/json",
    Format.CSV: "text/csv; charset=utf-8; header=present",
    Format.TXT: "text/plain; charset=utf-8",
    Format.ATOM: "application/atom+xml; charset=utf-8",
}
