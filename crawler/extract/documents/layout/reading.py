"""Read pages: rows, tables, columns and margins first, then paragraphs across all of them. `Page`s in, lines out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from crawler.extract.documents.layout.characters import mended
from crawler.extract.documents.layout.columns import Column, Gutter, columns_of
from crawler.extract.documents.layout.frames import Placed, Slot, body_size, frames_of, pitch_of
from crawler.extract.documents.layout.margins import margin_rows
from crawler.extract.documents.layout.notes import is_note
from crawler.extract.documents.layout.page import Page, Row, Run, Table
from crawler.extract.documents.layout.paragraphs import Measures, continues, is_indenting
from crawler.extract.documents.layout.rows import row_of, rows_of
from crawler.extract.documents.layout.spacing import join_lines, without_letter_spaces
from crawler.extract.documents.layout.tables.aligned import with_tables
from crawler.extract.documents.layout.tables.grids import tables_of
from crawler.extract.documents.layout.titles import title_of
from crawler.extract.page.lines import Line, line_of, unfolded
from crawler.field.text import fold

_MAX_CELL_LENGTH = 200  # characters; a longer cell is layout, as on a page of HTML
_TABLE_SIZE = 10.0  # font size of a table that takes part as a piece of text


class _Paragraph:
    """Rows that are one paragraph so far."""

    __slots__ = ("last", "rows", "text")

    def __init__(self, first: Placed) -> None:
        self.last = first
        self.rows = [first.row]
        self.text = without_letter_spaces(first.row.text)

    def add(self, placed: Placed) -> None:
        """Add the next row."""
        self.text = join_lines(self.text, without_letter_spaces(placed.row.text))
        self.rows.append(placed.row)
        self.last = placed


def read_pages(pages: Iterable[Page]) -> list[Line]:
    """Return the lines of a document in reading order: paragraphs, headings, rows of tables with tabs between the cells.

    The title is tagged `h1`. Without text there are none.
    """
    parts = [(page, *tables_of(page)) for page in pages]
    gone = margin_rows([rows_of(runs) for _, _, runs in parts])
    blocks: list[Placed | Table] = []
    gutter: Gutter | None = None
    for number, ((_, tables, runs), margins) in enumerate(zip(parts, gone, strict=True)):
        stand_ins = {_stand_in(table): table for table in tables}
        columns, gutter = columns_of([*_without(runs, margins), *stand_ins], gutter)
        blocks += _in_order(number, columns, stand_ins)
    return _lines(blocks)


def _stand_in(table: Table) -> Run:
    """A table as one piece of text of its size, to find its place among the columns."""
    return Run("", table.left, table.top, table.right, table.bottom, _TABLE_SIZE)


def _without(runs: list[Run], margins: Sequence[Row]) -> list[Run]:
    """The runs that are not of rows on the margins."""
    return [
        run
        for run in runs
        if not any(
            row.top <= run.middle <= row.bottom and row.left <= run.left and run.right <= row.right
            for row in margins
        )
    ]


def _in_order(page: int, columns: Sequence[Column], stand_ins: dict[Run, Table]) -> Iterator[Placed | Table]:
    """The rows and tables of a page in reading order."""
    for column in columns:
        slot = Slot(page % 2 == 1, column.number, column.total)
        for block in with_tables(column.rows):
            if isinstance(block, Table):
                yield block
                continue
            texts = [piece for piece in block.pieces if piece not in stand_ins]
            if texts:
                yield Placed(row_of(texts), page, slot)
            yield from (stand_ins[piece] for piece in block.pieces if piece in stand_ins)


def _lines(blocks: Sequence[Placed | Table]) -> list[Line]:
    placed = [block for block in blocks if isinstance(block, Placed)]
    size = body_size(each.row for each in placed)
    frames = frames_of(placed, size)
    measures = Measures(frames, size, pitch_of(placed), is_indenting(placed, frames))
    paragraphs = list(_paragraphs(blocks, measures))
    title = title_of([each.rows for each in paragraphs if isinstance(each, _Paragraph)], size)
    lines: list[Line] = []
    for each in paragraphs:
        if isinstance(each, _Paragraph):
            tag = "h1" if each.rows[0] is title else ""
            lines.append(line_of(mended(each.text), tag))
        else:
            lines += [_row_line(row) for row in each]
    return [line for line in lines if line.text]


def _paragraphs(
    blocks: Sequence[Placed | Table], measures: Measures
) -> Iterator[_Paragraph | list[tuple[str, ...]]]:
    """The paragraphs and tables of a document. A footnote waits until the paragraph above it has ended."""
    open_: _Paragraph | None = None
    notes: list[_Paragraph] = []
    table: Table | None = None
    for i, block in enumerate(blocks):
        if isinstance(block, Table):
            yield from filter(None, (open_, *notes))
            open_, notes = None, []
            rows = _continued(table, block) if table else block.rows
            table = block
            yield from _table_lines(rows)
            continue
        table = None
        if open_ and is_note(blocks, i, measures.size):
            if notes and continues(notes[-1].last, block, measures):
                notes[-1].add(block)
            else:
                notes.append(_Paragraph(block))
        elif open_ and continues(open_.last, block, measures):
            open_.add(block)
        else:
            yield from filter(None, (open_, *notes))
            open_, notes = _Paragraph(block), []
    yield from filter(None, (open_, *notes))


def _continued(table: Table, following: Table) -> tuple[tuple[str, ...], ...]:
    """The rows of a table that may go on from the page before: without the head that is repeated there."""
    if len(table.edges) == len(following.edges) and table.rows and following.rows[:1] == table.rows[:1]:
        return following.rows[1:]
    return following.rows


def _table_lines(rows: Sequence[tuple[str, ...]]) -> Iterator[list[tuple[str, ...]]]:
    """The rows of a table as lines. A row with a long cell, or with one filled cell, is layout."""
    for row in rows:
        if sum(map(bool, row)) < 2 or any(len(cell) > _MAX_CELL_LENGTH for cell in row):
            yield [(cell,) for cell in row if cell]
        else:
            yield [row]


def _row_line(cells: Sequence[str]) -> Line:
    """Return the cells of a row as a line."""
    written = "\t".join(unfolded(mended(cell)) for cell in cells).rstrip("\t")
    folded = fold(written)
    return Line(folded, published="" if folded == written else written)
