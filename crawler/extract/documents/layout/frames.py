"""Measure a document: the edges of its columns, the size of its text, the distance of its lines. Rows in, frames out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from crawler.extract.documents.layout.page import Row

_MIN_SHARE_AT_EDGE = 0.12  # of a column's rows, for the left edge to be there
_MIN_FULL_SHARE = 0.12  # of a column's rows, for the right edge to be there
_MIN_ROWS = 5  # from which the edges of a column can be known
_STEP = 0.25  # font sizes in which edges are counted


class Frame(NamedTuple):
    """The usual left and right edge of a column."""

    left: float
    right: float


class Slot(NamedTuple):
    """Which column a row stands in: left or right pages may have margins of their own."""

    is_even: bool
    number: int
    total: int


class Placed(NamedTuple):
    """A row with the page and the column it stands in."""

    row: Row
    page: int
    slot: Slot


def body_size(rows: Iterable[Row]) -> float:
    """Return the font size of most of the text."""
    sizes: Counter[float] = Counter()
    for row in rows:
        sizes[round(row.size, 1)] += len(row.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def frames_of(placed: Sequence[Placed], size: float) -> dict[Slot, Frame]:
    """Return the frame of each slot. `size`: the font size of the body."""
    rows: dict[Slot, list[Row]] = defaultdict(list)
    for each in placed:
        rows[each.slot].append(each.row)
    frames = {slot: _frame(each, size or 1.0) for slot, each in rows.items()}
    known = [frames[slot] for slot, each in rows.items() if len(each) >= _MIN_ROWS]
    if known:
        whole = Frame(min(frame.left for frame in known), max(frame.right for frame in known))
        frames |= {
            slot: whole for slot, each in rows.items() if len(each) < _MIN_ROWS and slot.total == 1
        }  # a title above columns
    return frames


def _frame(rows: Sequence[Row], size: float) -> Frame:
    body = [row for row in rows if abs(row.size - size) <= size / 8] or list(rows)
    step = _STEP * size
    lefts = Counter(round(row.left / step) for row in body)
    rights = Counter(round(row.right / step) for row in body)
    left = _outermost(lefts, _MIN_SHARE_AT_EDGE * len(body), 1) * step
    right = _outermost(rights, _MIN_FULL_SHARE * len(body), -1) * step
    return Frame(left, right)


def _outermost(places: Counter[int], least: float, direction: int) -> int:
    """The outermost place at which enough rows begin or end, a step more or less."""
    ordered = sorted(places, reverse=direction < 0)
    for place in ordered:
        if places[place] + places[place + direction] >= least:
            return place
    return ordered[0]


def pitch_of(placed: Sequence[Placed]) -> float:
    """Return the usual distance of two lines of a paragraph in font sizes; 0 without two."""
    steps: Counter[float] = Counter()
    for before, after in pairwise(placed):
        if before.page == after.page and before.slot == after.slot:
            step = after.row.middle - before.row.middle
            if step > 0 and after.row.size:
                steps[round(step / after.row.size, 1)] += len(after.row.text)
    return steps.most_common(1)[0][0] if steps else 0.0
