"""Addresses of archived pages: /web/20261125030000/https://…, as other web archives have them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from crawler.web.formats.html import timestamp
from crawler.web.question import BadParameter, NotFound

_MEMENTO = re.compile(r"([0-9]{1,14})(id_)?/(.+)", re.S)
_FIRST = "00000101000000"
"""What a shorter timestamp is filled up with: 2026 is the beginning of 2026."""


@dataclass(frozen=True, slots=True)
class MementoAddress:
    """A page as of a time. `raw`: its bytes as served (id_)."""

    at: datetime
    url: str
    raw: bool = False


def memento_address(rest: str) -> MementoAddress | None:
    """Return what the rest of a path behind /web/ names; None if it begins with no timestamp. Raises NotFound for no time."""
    parts = _MEMENTO.fullmatch(rest)
    if parts is None:
        return None
    digits = parts[1] + _FIRST[len(parts[1]) :] if len(parts[1]) >= 4 else ""
    try:
        at = datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        raise NotFound(f"{parts[1]}: is no time; it must be digits such as 20261125030000") from None
    return MementoAddress(at, original(parts[3]), bool(parts[2]))


def original(named: str) -> str:
    """Return the address of a page that a path names; clients may have joined its two slashes. Raises NotFound for none."""
    url = re.sub(r"^(https?):/+", r"\1://", named, count=1)
    if not re.match(r"https?://[^/]", url):
        raise NotFound(f"{named}: an address begins with http:// or https://")
    return url


def memento_path(at: datetime, url: str, *, raw: bool = False) -> str:
    """Return the path of a page as of a time."""
    return f"/web/{timestamp(at)}{'id_' if raw else ''}/{url}"


def http_date(moment: datetime) -> str:
    """Return an aware time as HTTP has it."""
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)


def accept_datetime(header: str | None) -> datetime | None:
    """Return the time that an Accept-Datetime wants; None without one. Raises BadParameter if it is none (RFC 7089, 4.5.3)."""
    if header is None:
        return None
    try:
        found = parsedate_to_datetime(header)
    except (ValueError, TypeError):
        found = None
    if found is None or found.tzinfo is None:
        raise BadParameter(
            f"Accept-Datetime: {header}: must be a time such as {http_date(datetime(2026, 11, 25, tzinfo=UTC))}"
        )
    return found
