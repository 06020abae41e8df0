"""A report's publication as of a moment: what it claims, who witnessed it, whether it is gone. Versions in, evidence out."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from crawler.field.times import china_day

if TYPE_CHECKING:
    from crawler.model import Publication, SeenText

_DATE = re.compile(r"([12][0-9]{3})(?:-([01][0-9]))?(?:-([0-3][0-9]))?(?:T.*)?")
EARLIEST_MONTH = 10
"""A report on a year is not published before October of that year: an earlier date is another one's, or a template's."""
WITNESS_RANK = {"own": 0, "merged": 1, "imported": 2, "memento": 3}
"""Who witnessed a text, the best first: this archive's crawls, another archive's, another crawler, another archive's replay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The days that a page's own date allows: one, or those of a month or a year."""

    written: str
    first: date
    last: date
    version: int  # whose page gives the date


@dataclass(frozen=True, slots=True, kw_only=True)
class Redated:
    """That a page gives another day of publication than at first: since when that was seen, and what it gives (None: nothing)."""

    since: datetime
    now: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A report as an archive knew it at a moment."""

    report: Publication
    texts: tuple[SeenText, ...]  # by time; at least one
    newest: SeenText
    tombstone: SeenText | None  # if it is gone

    @property
    def claim(self) -> Claim | None:
        """The date of the earliest text that has a usable one. What later texts claim does not count: it may be backdated."""
        seen: set[int] = set()
        for text in self.texts:
            if text.number not in seen and (claim := _claim(text, self.report.year)):
                return claim
            seen.add(text.number)
        return None

    def redated(self, moment: datetime) -> Redated | None:
        """Return the date that its page gave last before a moment; None if that is the day that it gave first."""
        texts = [text for text in self.texts if text.seen_by == "own" and not text.older]
        if not texts:
            return None
        dates = [(text.known_at, text.published) for text in texts]
        dates += [(at, written) for at, written in self.report.redated if at < moment]
        dates.sort(key=lambda each: each[0])
        first, last = (dates[place][1] or "" for place in (0, -1))
        if _is_same_day(first, last):
            return None
        since = dates[-1][0]
        for at, written in reversed(dates):
            if not _is_same_day(written or "", last):
                break
            since = at
        return Redated(since=since, now=last or None)

    def witness(self, last_day: date) -> SeenText:
        """Return the text whose first sight counts: one on time before a late one, then by rank of who saw it, then by time."""
        in_time = [text for text in self.texts if china_day(text.first_seen) <= last_day]
        return min(in_time or self.texts, key=_credit)


def as_of(report: Publication, moment: datetime) -> Seen | None:
    """Return what was known of a report before a moment; None if nothing was."""
    known = [text for text in report.texts if text.known_at < moment]
    texts = sorted(
        (text for text in known if not text.tombstone), key=lambda text: (text.first_seen, text.number)
    )
    if not texts:
        return None
    current = [text for text in known if not text.older] or known
    newest = [text for text in current if not text.tombstone] or texts
    last = current[-1]
    return Seen(
        report=report, texts=tuple(texts), newest=newest[-1], tombstone=last if last.tombstone else None
    )


def _is_same_day(one: str, other: str) -> bool:
    """Whether two written dates agree in what both give of them. One that is not there agrees only with none."""
    if not one or not other:
        return one == other
    length = min(len(one), len(other), 10)
    return one[:length] == other[:length]


def _credit(text: SeenText) -> tuple[int, datetime, int]:
    return WITNESS_RANK.get(text.seen_by, len(WITNESS_RANK)), text.first_seen, text.number


def _claim(text: SeenText, year: int) -> Claim | None:
    """Return the date of a text unless it cannot be that of publication: after its capture, or long before the year's end."""
    span = _span(text)
    if span is None or span.first > china_day(text.first_seen) or span.last < date(year, EARLIEST_MONTH, 1):
        return None
    return span


def _span(text: SeenText) -> Claim | None:
    found = _DATE.fullmatch(text.published or "")
    if found is None:
        return None
    year, month, day = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    last_month = month or 12
    try:
        first = date(year, month or 1, day or 1)
        last = date(year, last_month, day or calendar.monthrange(year, last_month)[1])
    except ValueError:
        return None
    return Claim(written=found[0], first=first, last=last, version=text.number)
