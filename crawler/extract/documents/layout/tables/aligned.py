"""Find tables without rules: rows whose pieces stand below each other. Rows in, rows and tables out."""

from __future__ import annotations

from collections.abc import Sequence

from crawler.extract.documents.layout.page import Row, Run, Table
from crawler.extract.documents.layout.spacing import join_lines

_MIN_ROWS = 3  # with two pieces or more, of a table
_MAX_PITCH = 3.2  # font sizes between two rows of a table
_MIN_CELL_GAP = 0.5  # font sizes between two columns
_MAX_CELL_LENGTH = 60  # characters; a longer piece is a line of prose


def with_tables(rows: Sequence[Row]) -> list[Row | Table]:
    """Return the rows of a column, those of each table without rules as one `Table`."""
    found: list[Row | Table] = []
    start = 0
    while start < len(rows):
        end = _end(rows, start)
        table = _table(rows[start:end]) if end - start >= _MIN_ROWS else None
        if table:
            found.append(table)
            start = end
        else:
            found.append(rows[start])
            start += 1
    return found


def _end(rows: Sequence[Row], start: int) -> int:
    """Where a run of rows that may be a table ends: it begins and ends with a row of several pieces."""
    if len(rows[start].pieces) < 2:
        return start
    last = start
    for i in range(start + 1, len(rows)):
        row, before = rows[i], rows[i - 1]
        if row.middle - before.middle > _MAX_PITCH * max(row.size, before.size):
            break
        if len(row.pieces) > 1:
            last = i
        elif i - last > 2 or len(row.text) > _MAX_CELL_LENGTH:
            break
    return last + 1


def _table(rows: Sequence[Row]) -> Table | None:
    """The table of rows; None if their pieces do not stand below each other."""
    several = [row for row in rows if len(row.pieces) > 1]
    if len(several) < _MIN_ROWS or any(
        not 0 < len(piece.text) <= _MAX_CELL_LENGTH for row in rows for piece in row.pieces
    ):
        return None
    spans = _spans([piece for row in rows for piece in row.pieces], min(row.size for row in rows))
    if len(spans) < 2:
        return None
    cells: list[list[str]] = []
    for row in rows:
        texts = [""] * len(spans)
        for piece in row.pieces:
            column = next(i for i, span in enumerate(spans) if piece.left <= span[1])
            texts[column] = f"{texts[column]} {piece.text}".strip()
        if cells and not texts[0] and sum(map(bool, texts)) < max(2, len(spans) - 1):
            cells[-1] = [join_lines(above, text) for above, text in zip(cells[-1], texts, strict=True)]
        else:
            cells.append(texts)
    return Table(
        tuple(map(tuple, cells)),
        min(row.left for row in rows),
        rows[0].top,
        max(row.right for row in rows),
        rows[-1].bottom,
        tuple(left for left, _ in spans),
    )


def _spans(pieces: Sequence[Run], size: float) -> list[tuple[float, float]]:
    """From where to where the columns of a table reach: pieces that overlap are of one column."""
    spans: list[tuple[float, float]] = []
    for piece in sorted(pieces, key=lambda piece: piece.left):
        if spans and piece.left < spans[-1][1] + _MIN_CELL_GAP * size:
            spans[-1] = (spans[-1][0], max(spans[-1][1], piece.right))
        else:
            spans.append((piece.left, piece.right))
    return spans
