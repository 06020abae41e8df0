"""Gather the paragraphs and table rows of a document as its reader finds them, and turn them into lines as those of a page."""

from __future__ import annotations

from crawler.extract.page.lines import Line, lines_from, unfolded
from crawler.extract.page.tag_marks import CELL, ROW, ROW_END


class Paragraphs:
    """The text of a document in reading order. Rows follow the rules of data tables in HTML: `page/rows`."""

    __slots__ = ("pieces",)

    def __init__(self) -> None:
        self.pieces: list[str] = []  # text, not folded, with at most one mark before it

    def text(self, text: str) -> None:
        """Add a paragraph. A newline in it is a line break that the author set, and begins another line."""
        self.pieces += filter(None, map(unfolded, text.split("\n")))

    def ready(self, lines: list[Line]) -> None:
        """Add lines that another reader has made, as they are."""
        self.pieces += [line.as_published for line in lines]

    def row(self) -> None:
        """Begin a table row. It may stand in a cell of another."""
        self.pieces.append(ROW)

    def cell(self) -> None:
        """Begin a cell of the row."""
        self.pieces.append(CELL)

    def end_row(self) -> None:
        """End the row that was begun last."""
        self.pieces.append(ROW_END)

    def lines(self) -> list[Line]:
        """Return the lines: a row of short cells is one line with tabs between the cells."""
        return lines_from(self.pieces)


def with_gap(label: str) -> str:
    """Return the number of a paragraph with a space, if a reader sees a gap: 第一章 总则, 1.1 总则, but 一、总则, ①总则."""
    last = label[-1:]
    return f"{label} " if last.isdecimal() or (last.isalnum() and not last.isdigit()) else label
