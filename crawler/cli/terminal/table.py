"""Lay out a table for a terminal: columns aligned by the width of their characters, in as many lines a row as they need.

Takes cells, gives lines of styled text, prints nothing. Only text that is to be read is folded; ids, hosts, names and
numbers are never broken. A row that is too wide for one line has a second one, indented, with the columns left over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from rich.cells import cell_len
from rich.text import Text

from crawler.field.text import visible
from crawler.language import translate

MIN_TEXT_CELLS = 32
"""Text is not folded more narrowly than this, in cells of the terminal: it goes into the row's next line instead."""

INDENT_CELLS = 2
"""Of a row's second line and of those after it."""

HEADING_STYLE = "bold"

_CLOSING = frozenset("，。、；：！？）》」』】〕”’,.;:!?)]}>»…%")
"""Characters that no line begins with (GB/T 15834: 标点符号用法)."""

_OPENING = frozenset("（《「『【〔“‘([{<«")
"""Characters that no line ends with."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    heading: str
    is_text: bool = False  # may be folded, though not more narrowly than `min_cells`
    is_number: bool = False  # set to the right
    min_cells: int = MIN_TEXT_CELLS  # of text
    is_aside: bool = False  # comes after the others where a row needs several lines, such as a long name


class _Placed(NamedTuple):
    """A column in a line of a row."""

    column: int
    cells: int  # width


def columns_of(
    headings: Sequence[str],
    *,
    text: Iterable[str] = (),
    numbers: Iterable[str] = (),
    aside: Iterable[str] = (),
) -> tuple[Column, ...]:
    """Return the columns of a table. `text`, `numbers`, `aside`: the headings of those that are so, see Column."""
    texts, right, behind = frozenset(text), frozenset(numbers), frozenset(aside)
    return tuple(
        Column(name, is_text=name in texts, is_number=name in right, is_aside=name in behind)
        for name in headings
    )


def table_lines(
    columns: Sequence[Column], rows: Iterable[Sequence[object]], width: int | None, *, gap: int = 2
) -> Iterator[Text]:
    """Yield the lines of a table, that of the headings first. Headings and cells are shown in the language of the command.

    `width`: of the terminal, in cells; None for no limit. `gap`: cells between two columns. A cell is a Text, with its
    style, or any value; None is empty. A column whose cells are all empty is left out.
    """
    columns = [replace(column, heading=translate(column.heading)) for column in columns]
    cells = [[_text(cell) for cell in row] for row in rows]
    used = [n for n in range(len(columns)) if not cells or any(row[n] for row in cells)]
    columns = [columns[n] for n in used]
    cells = [[row[n] for n in used] for row in cells]
    if not columns:
        return
    layout = _layout(columns, cells, width, gap)
    headings = [Text(column.heading, style=HEADING_STYLE) for column in columns]
    yield from _row_lines(columns, headings, layout, gap, at_bottom=True)
    for row in cells:
        yield from _row_lines(columns, row, layout, gap)


def _text(cell: object) -> Text:
    if isinstance(cell, Text):
        return cell
    return Text("" if cell is None else translate(visible(" ".join(str(cell).split()))))


def _layout(
    columns: Sequence[Column], cells: Sequence[Sequence[Text]], width: int | None, gap: int
) -> list[list[_Placed]]:
    """Return the lines of a row: the columns of each, with their widths. Headings are folded before anything else is."""
    widest = [max((row[n].cell_len for row in cells), default=0) for n in range(len(columns))]
    whole = [max(found, cell_len(column.heading)) for found, column in zip(widest, columns, strict=True)]
    if width is None:
        return [[_Placed(n, found) for n, found in enumerate(whole)]]
    words = [max(map(cell_len, column.heading.split()), default=0) for column in columns]
    narrow = [max(found, word) for found, word in zip(widest, words, strict=True)]
    order = list(range(len(columns)))
    for natural in (whole, narrow):
        lines = _placed(columns, order, natural, width, gap)
        if len(lines) == 1:
            return lines
    order.sort(key=lambda n: columns[n].is_aside)
    return _placed(columns, order, narrow, width, gap)


def _placed(
    columns: Sequence[Column], order: Sequence[int], natural: Sequence[int], width: int, gap: int
) -> list[list[_Placed]]:
    """Fill the lines of a row with columns in this order, then give the room left in a line to its text."""
    least = [min(n, c.min_cells) if c.is_text else n for n, c in zip(natural, columns, strict=True)]
    lines: list[list[int]] = [[]]
    room = width
    for index in order:
        cells = least[index]
        needed = cells + (gap if lines[-1] else 0)
        if lines[-1] and needed > room:
            lines.append([])
            room, needed = width - INDENT_CELLS, cells
        lines[-1].append(index)
        room -= needed
    placed = []
    for number, line in enumerate(lines):
        room = width - (INDENT_CELLS if number else 0) - gap * (len(line) - 1) - sum(least[n] for n in line)
        widths = {}
        for index in line:
            more = max(min(natural[index] - least[index], room), 0)
            too_wide = (
                max(-room, 0) if columns[index].is_text else 0
            )  # a terminal narrower than MIN_TEXT_CELLS
            widths[index] = max(least[index] + more - too_wide, 1)
            room -= more
        placed.append([_Placed(index, widths[index]) for index in line])
    return placed


def _row_lines(
    columns: Sequence[Column],
    row: Sequence[Text],
    layout: Sequence[Sequence[_Placed]],
    gap: int,
    *,
    at_bottom: bool = False,
) -> Iterator[Text]:
    """Yield the lines of one row. `at_bottom`: a cell of fewer lines than its neighbours has its last one beside theirs."""
    for number, line in enumerate(layout):
        is_folded = [columns[each.column].is_text or at_bottom for each in line]
        parts = [
            folded(row[each.column], each.cells) if may else [row[each.column]]
            for each, may in zip(line, is_folded, strict=True)
        ]
        if number and not any(any(part) for part in parts):
            continue
        height = max(map(len, parts))
        padded = [_padded(part, height, at_bottom=at_bottom) for part in parts]
        for place in range(height):
            out = Text(" " * (INDENT_CELLS if number else 0))
            for position, each in enumerate(line):
                text = padded[position][place]
                blank = " " * max(each.cells - text.cell_len, 0)
                before = " " * gap if position else ""
                out = Text.assemble(
                    out, before, *((blank, text) if columns[each.column].is_number else (text, blank))
                )
            out.rstrip()
            yield out


def _padded(parts: list[Text], height: int, *, at_bottom: bool) -> list[Text]:
    empty = [Text() for _ in range(height - len(parts))]
    return [*empty, *parts] if at_bottom else [*parts, *empty]


def folded(text: Text, width: int, *, cuts: bool = True) -> list[Text]:
    """Return a text in lines of up to so many cells, at least one line.

    It is broken at spaces and between Chinese characters, never within a number, a Latin word or an address, and not
    where punctuation would begin or end a line. Only a word wider than a line is cut, if `cuts`; an address never is, so that it can be copied.
    """
    if text.cell_len <= width:
        return [text]
    plain, ends = text.plain, []
    begin, used = 0, 0
    for start, end in _pieces(plain, width, cuts=cuts):
        cells = cell_len(plain[start:end].rstrip())
        if used and used + cells > width:
            ends.append(start)
            begin, used = start, 0
        used = cell_len(plain[begin:end])
    lines = list(text.divide(ends))
    for line in lines:
        line.rstrip()
    return lines


def _pieces(plain: str, width: int, *, cuts: bool) -> Iterator[tuple[int, int]]:
    """Yield begin and end of each part that stays together, with the spaces behind it."""
    start = 0
    for place in range(1, len(plain) + 1):
        if place < len(plain) and not _may_break(plain[place - 1], plain[place]):
            continue
        if cell_len(plain[start:place].rstrip()) <= width or not cuts or "://" in plain[start:place]:
            yield start, place
        else:
            yield from _cut(plain, start, place, width)
        start = place


def _cut(plain: str, start: int, end: int, width: int) -> Iterator[tuple[int, int]]:
    used = 0
    for place in range(start, end):
        cells = cell_len(plain[place])
        if used and used + cells > width:
            yield start, place
            start, used = place, 0
        used += cells
    yield start, end


def _may_break(before: str, after: str) -> bool:
    if after == " " or before == " ":
        return before == " " and after != " "
    if after in _CLOSING or before in _OPENING or (before.isdigit() and cell_len(after) == 2):
        return False
    return cell_len(before) == 2 or cell_len(after) == 2
