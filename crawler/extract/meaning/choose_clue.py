"""Evidence weighed: one value a field, the others kept as clues."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from crawler.model import Clue

_CHINA = timezone(timedelta(hours=8))
_AHEAD = timedelta(days=1)  # by which a server's clock, or ours, may be behind
_FIRST_YEAR = 2000  # a visit before it was made with a clock that was not set
_MIDNIGHT = "T00:00"  # the time that a date has where a system wants one


def settle(clues: Iterable[Clue], field: str) -> str | None:
    """The value of the heaviest clue of a field, the first one among equals; None without any.

    Of publication dates the one shown to the reader weighs more than the head's: PubDate is wrong on one page in eight.
    Of two witnesses of one day the one with the time of day is taken. A clue without weight does not count.
    """
    best: Clue | None = None
    times: dict[str, Clue] = {}  # the heaviest time of publication on each day
    for clue in clues:
        if clue.field != field or not clue.weight:
            continue
        if best is None or clue.weight > best.weight:
            best = clue
        if field == "published" and "T" in clue.value and not clue.value.endswith(_MIDNIGHT):
            known = times.setdefault(clue.value[:10], clue)
            if clue.weight > known.weight:
                times[clue.value[:10]] = clue
    if best is None:
        return None
    return times[best.value].value if best.value in times else best.value


def without_future(clues: Iterable[Clue], seen: datetime | None) -> Iterator[Clue]:
    """The clues, those without weight that date a page later than the visit at which it was seen."""
    last = ""
    if seen is not None and seen.year >= _FIRST_YEAR:
        last = (seen.astimezone(_CHINA) + _AHEAD).date().isoformat()
    for clue in clues:
        if last and clue.field in ("published", "signed") and clue.value[:10] > last:
            yield replace(clue, weight=0.0, where=f"{clue.where}, later than the visit")
        else:
            yield clue
