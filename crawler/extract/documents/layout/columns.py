"""Order the text of a page that is set in columns. Pieces of text in, rows in reading order out."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from crawler.extract.documents.layout.page import Row, Run
from crawler.extract.documents.layout.rows import pieces_by_height, pieces_of, row_of, rows_of

_MIN_LINES = 5  # of each column
_MIN_LINE_LENGTH = 7  # font sizes; the cells of a table are shorter than the lines of a column
_MIN_FILLED = 0.7  # share of a column's width that its median line fills; the cells of a table fill less
_MIN_GUTTER = 0.8  # font sizes between two columns
_MAX_DEPTH = 3  # divisions: up to eight columns


class Column(NamedTuple):
    """Rows of one column, or of a full page width, between two full-width texts. `number` of `total`, from the left."""

    rows: list[Row]
    number: int = 0
    total: int = 1


class Gutter(NamedTuple):
    """The white space between two columns: its middle, and the left edge of the right column."""

    middle: float
    edge: float


def columns_of(runs: Sequence[Run], before: Gutter | None = None) -> tuple[list[Column], Gutter | None]:
    """Return the columns of a page in reading order, and the gutter between them; None without one.

    `before`: the gutter of the page before. A last page may have too few lines to show its own.
    """
    heights = pieces_by_height(runs, gap=_MIN_GUTTER)
    gutter = _gutter([piece for height in heights for piece in height])
    if gutter is None and before and _continue_at(runs, before):
        gutter = before
    if gutter is None:
        return [Column([row_of(pieces_of(height)) for height in heights])], None
    return _divided(runs, gutter, 1), gutter


def _continue_at(runs: Sequence[Run], gutter: Gutter) -> bool:
    """Whether text stands at a gutter's edge, and most of the rest does not cross it."""
    pieces = [piece for height in pieces_by_height(runs, gutter.edge) for piece in height]
    crossing = sum(_crosses(piece, gutter) for piece in pieces)
    at_edge = sum(0 <= (piece.left - gutter.edge) / (piece.size or 1) + 0.3 <= 2.6 for piece in pieces)
    return at_edge >= 2 and 2 * crossing < at_edge


def _crosses(piece: Run, gutter: Gutter) -> bool:
    return piece.left < gutter.edge - piece.size and piece.right > gutter.edge + piece.size


def _divided(runs: Sequence[Run], gutter: Gutter, depth: int) -> list[Column]:
    """The columns left and right of a gutter, between the texts that cross it."""
    pieces = [piece for height in pieces_by_height(runs, gutter.edge) for piece in height]
    found: list[Column] = []
    band: list[Run] = []
    full: list[Run] = []
    for piece in sorted(pieces, key=lambda piece: piece.middle):
        crosses = _crosses(piece, gutter)
        if crosses and band:
            found += _band(band, gutter, depth)
            band = []
        elif not crosses and full:
            found.append(Column(rows_of(full)))
            full = []
        (full if crosses else band).append(piece)
    return [*found, *(_band(band, gutter, depth) if band else [Column(rows_of(full))])]


def _band(pieces: list[Run], gutter: Gutter, depth: int) -> list[Column]:
    left = [piece for piece in pieces if (piece.left + piece.right) / 2 < gutter.middle]
    right = [piece for piece in pieces if (piece.left + piece.right) / 2 >= gutter.middle]
    if len(left) < 2 or len(right) < 2:
        return [Column(rows_of(pieces))]
    parts = [*_inner(left, depth), *_inner(right, depth)]
    return [Column(part, number, len(parts)) for number, part in enumerate(parts)]


def _inner(pieces: list[Run], depth: int) -> list[list[Row]]:
    finer = [piece for height in pieces_by_height(pieces, gap=_MIN_GUTTER) for piece in height]
    gutter = _gutter(finer) if depth < _MAX_DEPTH else None
    if gutter is None:
        return [rows_of(pieces)]
    return [column.rows for column in _divided(pieces, gutter, depth + 1)]


def _gutter(pieces: Sequence[Run]) -> Gutter | None:
    """The white space between two columns of prose; None if there is none."""
    long = [piece for piece in pieces if piece.right - piece.left >= _MIN_LINE_LENGTH * piece.size]
    if len(long) < 2 * _MIN_LINES:
        return None
    size = median(piece.size for piece in long)
    lefts = sorted(piece.left for piece in long)
    best: tuple[int, Gutter] | None = None
    for i in range(_MIN_LINES, len(lefts) - _MIN_LINES + 1):
        edge = lefts[i]
        if i and edge - lefts[i - 1] < size / 4:
            continue
        left = [piece for piece in long if piece.right <= edge - _MIN_GUTTER * size]
        right = [piece for piece in long if piece.left >= edge]
        if not _is_column(left) or not _is_column(right):
            continue
        gutter = Gutter((max(piece.right for piece in left) + edge) / 2, edge)
        if best is None or len(left) + len(right) > best[0]:
            best = len(left) + len(right), gutter
    return best[1] if best and best[0] * 2 >= len(long) else None


def _is_column(pieces: Sequence[Run]) -> bool:
    """Whether pieces are the lines of a column: enough of them, and most of them full."""
    if len(pieces) < _MIN_LINES:
        return False
    width = max(piece.right for piece in pieces) - min(piece.left for piece in pieces)
    return median(piece.right - piece.left for piece in pieces) >= _MIN_FILLED * width
