"""Which captures of a page are fetched: each payload once, and of each span of one payload the first and the last time.

The index gives a digest for each capture. Where it gives none, and for lists, captures are thinned out in time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from crawler.address import canonical
from crawler.intake.backfill.index import IndexRow
from crawler.intake.backfill.state import RETRY_INTERVAL, CaptureState

MIN_GAP = timedelta(days=25)
"""Between captures of a list, and of a page without digests. An entry stands on a list for months."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A capture that an index lists, and what became of it."""

    row: IndexRow
    state: CaptureState = CaptureState.LISTED
    tried: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Todo:
    """A capture to be fetched; or, with `like`, one to be entered with the payload of that one."""

    row: IndexRow
    like: IndexRow | None = None


def by_page(captures: Iterable[Listed]) -> dict[str, list[Listed]]:
    """Return captures by the sort key of their address, each page's by time."""
    pages: defaultdict[str, list[Listed]] = defaultdict(list)
    for each in captures:
        pages[each.row.key].append(each)
    return {key: sorted(found, key=lambda each: each.row.at) for key, found in pages.items()}


def fetches(captures: Sequence[Listed], now: datetime, *, thin: bool) -> list[Todo]:
    """Return the captures of one page that are to be fetched, by time.

    `thin`: at most one in MIN_GAP. One that could not be played is left for RETRY_INTERVAL; another with its digest is tried.
    """
    of_digest: defaultdict[str, list[Listed]] = defaultdict(list)
    for number, each in enumerate(captures):
        of_digest[each.row.digest or f"#{number}"].append(each)
    chosen: list[Listed] = []
    for same in of_digest.values():
        kept = next((each for each in same if each.state is CaptureState.KEPT), None)
        found = kept or next((each for each in same if not is_left(each, now)), None)
        if found is not None:
            chosen.append(found)
    chosen.sort(key=lambda each: each.row.at)
    if thin:
        chosen = list(_thinned(chosen))
    return [Todo(row=each.row) for each in chosen if each.state is not CaptureState.KEPT]


def is_left(each: Listed, now: datetime) -> bool:
    """Whether a capture could not be played less than RETRY_INTERVAL ago."""
    return (
        each.state is CaptureState.UNPLAYABLE and each.tried is not None and now - each.tried < RETRY_INTERVAL
    )


def _thinned(chosen: Iterable[Listed]) -> Iterator[Listed]:
    """Yield those kept, and of the others none that is near the one before."""
    last: datetime | None = None
    for each in chosen:
        if each.state is not CaptureState.KEPT and last is not None and each.row.at - last < MIN_GAP:
            continue
        last = each.row.at
        yield each


def sightings(captures: Sequence[Listed]) -> Iterator[Todo]:
    """Yield the captures of a page, once its payloads are fetched, that tell when a text was seen first and last.

    Of each span of captures with one digest these are the first and the last, if that digest was fetched from this address:
    an index has hosts with and without www as one.
    """
    fetched = {
        each.row.digest: each.row
        for each in reversed(captures)
        if each.state is CaptureState.KEPT and each.row.digest
    }
    for digest, span in groupby(captures, key=lambda each: each.row.digest):
        like = fetched.get(digest)
        if like is None:
            continue
        listed = [each for each in span if canonical(each.row.url) == canonical(like.url)]
        for each in dict.fromkeys((*listed[:1], *listed[-1:])):
            if each.state is CaptureState.LISTED:
                yield Todo(row=each.row, like=like)
