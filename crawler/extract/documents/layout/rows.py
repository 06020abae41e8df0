"""Gather runs into rows: what stands at one height, from left to right. Runs in, rows out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crawler.extract.documents.layout.page import Row, Run
from crawler.extract.documents.layout.spacing import is_letter_spaced, union

_SAME_ROW = 0.4  # font sizes between the middles of a row; a raised footnote mark is within it
PIECE_GAP = 1.3  # font sizes; a wider gap divides columns, cells and signatures
_AT_EDGE, _INDENT = 0.3, 2.0  # font sizes from the edge of a column at which its text begins
_SAME_PLACE = 0.2  # font sizes; text that is drawn twice, as a bold face or a shadow, is nearer


def rows_of(runs: Iterable[Run], edge: float | None = None) -> list[Row]:
    """Return the rows of runs from top to bottom. `edge`: as for `pieces_by_height`."""
    return [row_of(pieces) for pieces in pieces_by_height(runs, edge)]


def row_of(pieces: Sequence[Run]) -> Row:
    """Return pieces of one height as a row."""
    whole = union(pieces)
    return Row(*whole, tuple(pieces))


def pieces_by_height(
    runs: Iterable[Run], edge: float | None = None, gap: float = PIECE_GAP
) -> list[list[Run]]:
    """Return, for each height from top to bottom, the pieces of text between wide gaps.

    `edge`: the left edge of a column. Text that begins there, or an indent farther, begins a piece, however narrow the gap.
    `gap`: font sizes of a gap between two pieces.
    """
    found: list[list[Run]] = []
    height = size = 0.0
    for run in sorted(runs, key=lambda run: run.top + run.bottom):
        if found and abs(run.middle - height) <= _SAME_ROW * max(run.size, size):
            found[-1].append(run)
        else:
            found.append([run])
            height, size = run.middle, run.size
    return [pieces_of(row, edge, gap) for row in found]


def pieces_of(row: list[Run], edge: float | None = None, gap: float = PIECE_GAP) -> list[Run]:
    """Return the pieces of runs of one height, as `pieces_by_height` does."""
    if len(row) == 1:
        return row
    row.sort(key=lambda run: run.left)
    row = _without_doubles(row)
    if is_letter_spaced(row):
        return [union(row)]
    pieces: list[list[Run]] = []
    for run in row:
        before = pieces[-1][-1] if pieces else None
        if (
            before
            and run.left - before.right < gap * max(run.size, before.size)
            and (edge is None or not _begins_column(before, run, edge))
        ):
            pieces[-1].append(run)
        else:
            pieces.append([run])
    return [union(piece) for piece in pieces]


def _begins_column(before: Run, run: Run, edge: float) -> bool:
    near = _AT_EDGE * run.size
    is_at_edge = abs(run.left - edge) <= near or abs(run.left - edge - _INDENT * run.size) <= near
    return is_at_edge and before.right <= run.left and before.left < edge


def _without_doubles(row: list[Run]) -> list[Run]:
    """A row without text that is drawn a second time at the same place."""
    kept: list[Run] = []
    for run in row:
        before = kept[-1] if kept else None
        if before is None or before.text != run.text or abs(run.left - before.left) > _SAME_PLACE * run.size:
            kept.append(run)
    return kept
