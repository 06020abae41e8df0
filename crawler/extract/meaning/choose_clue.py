"""Choose one value for each field among weighed clues. The other clues stay in the report, for `fazhi extract --explain`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from crawler.field.times import CHINA
from crawler.model import Clue

_CLOCK_TOLERANCE = timedelta(days=1)  # between a server's clock and ours
_MIN_VISIT_YEAR = 2000  # an earlier visit was made with a clock that was not set
_MIDNIGHT = "T00:00"  # a date without time in a system that demands a time


def choose_value(clues: Iterable[Clue], field: str) -> str | None:
    """Return the value of a field's clue with the highest weight, the first one among equals; None if there is none.

    Dates shown to the reader have a higher weight than those of the head: PubDate is wrong on one page in eight. Of two
    clues with the same day of publication, the one with a time of day is taken. A clue with weight 0 does not count.
    """
    best: Clue | None = None
    times: dict[str, Clue] = {}  # for each day the clue with a time and the highest weight
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
    """Yield the clues, with weight 0 for a date later than the visit at which the page was seen."""
    last = ""
    if seen is not None and seen.year >= _MIN_VISIT_YEAR:
        last = (seen.astimezone(CHINA) + _CLOCK_TOLERANCE).date().isoformat()
    for clue in clues:
        if last and clue.field in ("published", "signed") and clue.value[:10] > last:
            yield replace(clue, weight=0.0, where=f"{clue.where}, later than the visit")
        else:
            yield clue
