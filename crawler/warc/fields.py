"""Named fields of a WARC record (ISO 28500, section 4): texts and times as their values, and those that tell whose word a record is.

Every value that `write` writes passes `field_text`: a line end in one would be read as a further field, or as the end
of the head and a record of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

ORIGIN = "Fazhi-Origin"
"""Field of a record that another crawler captured: its file and, after `#`, the id of its record; or the web archive that gave it."""
SOURCE_URI = "WARC-Source-URI"
CREATION_DATE = "WARC-Creation-Date"
"""Fields of a record that was made from an answer of another archive, as pywb's recorder writes them: the address asked, and when.
The WARC-Date is the time of the capture itself."""
ORIGIN_DIGEST = "Fazhi-Origin-Digest"
"""The payload's digest as the other archive states it. It was compared with the bytes."""
NOT_KEPT = "Fazhi-Not-Kept"
"""What of the exchange the other archive does not give."""

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


def parse_warc_date(text: str) -> datetime:
    """Parse a WARC-Date into an aware UTC time. Without a zone it is UTC (ISO 28500, 5.4)."""
    when = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)


def warc_date(when: datetime) -> str:
    """Return a WARC-Date (W3C-DTF, UTC) with as many decimals as the time has: 2026-11-24T09:30:00.123Z."""
    when = when.astimezone(UTC)
    text = f"{when:%Y-%m-%dT%H:%M:%S}"
    return text + (f".{when.microsecond:06}".rstrip("0") if when.microsecond else "") + "Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a capture comes from that is not our own."""

    origin: str
    source_uri: str = ""
    created_at: datetime | None = None  # aware, UTC: when it was had from there
    digest: str = ""  # labelled, such as sha1:…
    not_kept: str = ""

    @classmethod
    def of(cls, origin: str | Self | None) -> Self | None:
        """Return the provenance that an origin alone makes; None if the capture is our own."""
        return cls(origin=origin) if isinstance(origin, str) else origin

    def fields(self) -> list[tuple[str, str]]:
        """Return the named fields of the record."""
        values = {
            ORIGIN: self.origin,
            SOURCE_URI: self.source_uri,
            CREATION_DATE: warc_date(self.created_at) if self.created_at else "",
            ORIGIN_DIGEST: self.digest,
            NOT_KEPT: self.not_kept,
        }
        return [(name, value) for name, value in values.items() if value]
