"""Parse dates and addresses as other crawlers write them, into the form that the archive keeps."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from crawler.address import canonical, join

MAX_ADDRESS_CHARS = 64 * 1024
FIRST_YEAR = 1990  # of the web: an older date comes from a clock that was never set

_ISO = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,20}))?)?\s?(Z|[+-]\d\d:?\d\d)?)?)?)?",
    re.I | re.A,
)
_DIGITS = re.compile(
    r"(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?Z?)?", re.I | re.A
)  # 20230316010203, an ARC date
_PLAIN = re.compile(r"https?://[!-~]+")


def lenient_date(text: str) -> datetime:
    """Parse a WARC-Date into an aware UTC time. Raises ValueError with the reason.

    Accepts all forms of W3C-DTF, 14 digits, and the date of an HTTP header. Second 60 becomes 59. Without a zone it is
    UTC, as in ISO 28500.
    """
    text = text.strip()
    if not text:
        raise ValueError("it has no date")
    try:
        when = _parsed(text[:80])
        if FIRST_YEAR <= when.year <= 9998:
            return when.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        pass
    raise ValueError(f"its date {text[:40]!r} is not valid")


def _parsed(text: str) -> datetime:
    if found := _ISO.fullmatch(text):
        *parts, fraction, zone = found.groups()
        return _made(parts, fraction) - _offset(zone)
    if found := _DIGITS.fullmatch(text):
        return _made(found.groups())
    when = parsedate_to_datetime(text)
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _made(parts: list[str | None] | tuple[str | None, ...], fraction: str | None = None) -> datetime:
    year, month, day, hour, minute, second = (int(part) if part else None for part in parts)
    assert year is not None
    micro = int((fraction or "").ljust(6, "0")[:6])
    seconds = 59 if second == 60 else second or 0  # a leap second
    return datetime(year, month or 1, day or 1, hour or 0, minute or 0, seconds, micro, UTC)


def _offset(zone: str | None) -> timedelta:
    if zone is None or zone in "Zz":
        return timedelta()
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    if hours > 14 or minutes > 59:
        raise ValueError("no such zone")
    span = timedelta(hours=hours, minutes=minutes)
    return -span if zone[0] == "-" else span


def http_address(text: str) -> str | None:
    """Return a web address in the form that is kept; None if it is not valid or has credentials, which must not be logged."""
    text = text.strip("<> \t")
    if len(text) > MAX_ADDRESS_CHARS:
        return None
    try:
        url = text if _PLAIN.fullmatch(text) else join(text, text)
        parts = urlsplit(url or "")
        parts.port  # noqa: B018 - a port that is no number raises here
        if not url or not parts.hostname or parts.username is not None:
            return None
        canonical(url)
    except ValueError:  # UnicodeError is one
        return None
    return url if _PLAIN.fullmatch(url) else None
