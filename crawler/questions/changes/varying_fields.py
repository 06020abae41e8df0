"""Which fields beside the text a page changes by itself, such as a date that is always that of the day. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby

from crawler.field.times import china_day
from crawler.model import MIN_EDITS_OF_A_VARYING_FIELD, MetadataEdit

MIN_DAYS_OF_TODAY = 2
"""A date that was edited so often, each time to the day of the visit, is the time at which the page is generated."""
_DAY = timedelta(days=1)


def steady_edits(edits: Iterable[MetadataEdit]) -> Iterator[MetadataEdit]:
    """Yield edits without the fields that their page changes again and again. `edits`: by address, each address by time."""
    for _, found in groupby(edits, key=lambda edit: edit.url):
        history = list(found)
        varying = varying_fields(history)
        for edit in history:
            was = {name: value for name, value in edit.was.items() if name not in varying}
            if was:
                yield replace(edit, was=was)


def varying_fields(history: Sequence[MetadataEdit]) -> frozenset[str]:
    """Return the fields that a page changes again and again, whatever its editors do. `history`: its edits by time."""
    names = {name for edit in history for name in edit.was}
    return frozenset(name for name in names if _varies(name, [edit for edit in history if name in edit.was]))


def _varies(name: str, edits: Sequence[MetadataEdit]) -> bool:
    if len(edits) >= MIN_EDITS_OF_A_VARYING_FIELD:
        return True
    return name == "published" and len(edits) >= MIN_DAYS_OF_TODAY and all(map(_is_of_its_day, edits))


def _is_of_its_day(edit: MetadataEdit) -> bool:
    """Whether a page gives as its date the day on which it was captured, or the one before: it was cached then."""
    day = _day(edit.shown["published"])
    return day is not None and timedelta(0) <= china_day(edit.at) - day <= _DAY


def _day(written: str | None) -> date | None:
    try:
        return date.fromisoformat((written or "")[:10])
    except ValueError:
        return None
