"""Recognise footnotes: small text at the foot of a column. Blocks in, yes or no out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crawler.extract.documents.layout.frames import Placed
from crawler.extract.documents.layout.page import Table

_MAX_SIZE_RATIO = 0.88  # of a note's font size to the body's
_MARK = re.compile(r"\s*(?:[①-⑳*※]|\[[0-9]{1,3}\]|〔[0-9]{1,3}〕|[0-9]{1,3}(?![0-9年月]))|\s*注")
_MAX_LINES = 30  # of the notes on a page


def is_note(blocks: Sequence[Placed | Table], i: int, size: float) -> bool:
    """Whether a row is of the notes at the foot of its column: small, as all rows below it, and the first of them is marked."""
    block = blocks[i]
    if not isinstance(block, Placed) or not _is_small(block, size):
        return False
    first = i
    while first and _is_beside(blocks[first - 1], block) and _is_small(blocks[first - 1], size):
        first -= 1
        if i - first > _MAX_LINES:
            return False
    for below in blocks[i + 1 : i + 1 + _MAX_LINES]:
        if not _is_beside(below, block):
            break
        if not _is_small(below, size):
            return False
    else:
        if i + 1 + _MAX_LINES < len(blocks):
            return False
    start = blocks[first]
    return isinstance(start, Placed) and _MARK.match(start.row.text) is not None


def _is_small(block: Placed | Table, size: float) -> bool:
    return isinstance(block, Placed) and block.row.size <= _MAX_SIZE_RATIO * size


def _is_beside(block: Placed | Table, other: Placed) -> bool:
    return isinstance(block, Placed) and block.page == other.page and block.slot == other.slot
