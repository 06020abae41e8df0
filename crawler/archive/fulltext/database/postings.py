"""Positions of tokens in texts, as a row of the index has them: for each text its place, their number, and they themselves.

All are whole numbers of 32 bits. A position is that of the token within its column, and the column above COLUMN_BITS: so
tokens that follow each other have positions that do. The title is the last column.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from crawler.archive.fulltext.schema import COLUMNS, TITLE_WEIGHT, columns_of
from crawler.field.search_tokens import tokens

COLUMN_BITS = 28
_ORDER = (*(name for name in COLUMNS if name != "title"), "title")
_TITLE = (len(_ORDER) - 1) << COLUMN_BITS
Positions = Sequence[int]


def positions_of(title: str, body: str, sections: Iterable[Mapping[str, Any]]) -> dict[str, list[int]]:
    """Return the positions of each token of a text, in their order."""
    parts: dict[str, list[str]] = {}
    for column, text in columns_of(title, body, sections):
        parts.setdefault(column, []).append(text)
    found: dict[str, list[int]] = {}
    for number, column in enumerate(_ORDER):
        words = tokens("\n".join(parts.get(column, ())))
        for position, token in enumerate(words, start=number << COLUMN_BITS):
            found.setdefault(token, []).append(position)
    return found


def written(numbers: Sequence[int]) -> bytes:
    """Return numbers as bytes, the lowest first."""
    made = array("I", numbers)
    if sys.byteorder == "big":
        made.byteswap()
    return made.tobytes()


def read(data: bytes) -> Iterator[tuple[int, Positions]]:
    """Yield the place of each text in a row, and the positions there."""
    numbers = array("I", data)
    if sys.byteorder == "big":
        numbers.byteswap()
    at, end = 0, len(numbers)
    while at < end:
        first = at + 2
        at = first + numbers[at + 1]
        yield numbers[first - 2], numbers[first:at]


def within(positions: Positions, section: str) -> Positions:
    """Return the positions in one column."""
    start = _ORDER.index(section) << COLUMN_BITS
    return positions[bisect_left(positions, start) : bisect_left(positions, start + (1 << COLUMN_BITS))]


def weight(positions: Positions) -> float:
    """Return the number of positions, those in the title by their weight. They are in their order."""
    in_title = len(positions) - bisect_left(positions, _TITLE)
    return len(positions) + in_title * (TITLE_WEIGHT - 1)
