"""Times, days and years: China time, which days of publication are in, and UTC in ISO 8601, which every output shows."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from crawler.model import Years

CHINA = timezone(timedelta(hours=8))
"""China time. It has had no daylight saving time since 1991."""


@overload
def iso(moment: datetime) -> str: ...
@overload
def iso(moment: datetime | None) -> str | None: ...
def iso(moment: datetime | None) -> str | None:
    """Return an aware time in UTC as ISO 8601, to the second, such as 2026-11-25T03:00:00Z; None for None."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def china_day(moment: datetime) -> date:
    """Return the day in China of an aware time."""
    return moment.astimezone(CHINA).date()


def start_of(day: date) -> datetime:
    """Return the moment at which a day begins in China, as aware UTC."""
    return datetime.combine(day, time(), CHINA).astimezone(UTC)


def end_of(day: date) -> datetime:
    """Return the moment at which a day ends in China, as aware UTC: the first one that is no longer in it."""
    return start_of(day + timedelta(days=1))


def utc_now() -> datetime:
    """Return the current time, aware, UTC, in whole milliseconds (the precision of our WARC dates)."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def years_of(text: str) -> Years | None:
    """Return the years that `2022`, `2019-2022` or `2019-` mean; None for any other text."""
    from crawler.model import Years  # not for the help of commands

    parts = re.fullmatch(r"([12][0-9]{3})(?:(-)([12][0-9]{3})?)?", text.strip())
    if parts is None or (parts[3] and parts[3] < parts[1]):
        return None
    return Years(first=int(parts[1]), last=int(parts[3] or parts[1]) if parts[3] or not parts[2] else None)
