"""Gather the text of RTF into paragraphs, cells and rows. RTF says that a row begins only when its first cell has ended."""

from __future__ import annotations

from crawler.extract.documents.word.paragraphs import Paragraphs

MAX_TABLE_DEPTH = 20


class _Table:
    """The row being read at one depth: its ended cells, and which cells continue merged ones."""

    __slots__ = ("cell", "cells", "continues", "merged")

    def __init__(self) -> None:
        self.cell = Paragraphs()
        self.cells: list[Paragraphs] = []
        self.merged: list[bool] = []  # for each cell of the row's definition
        self.continues = False

    def end_row(self, onto: Paragraphs) -> None:
        if self.cell.pieces:  # text after the last mark of a cell
            self.end_cell()
        if not self.cells:
            return
        has_definition = len(self.merged) == len(self.cells)
        onto.row()
        for number, cell in enumerate(self.cells):
            if not (has_definition and self.merged[number]):
                onto.cell()
                onto.pieces += cell.pieces
        onto.end_row()
        self.cells = []

    def end_cell(self) -> None:
        self.cells.append(self.cell)
        self.cell = Paragraphs()


class Flow:
    """One flow of text: the document's, a note's or a text box's."""

    __slots__ = ("_notes_of_table", "_tables", "after", "before", "has_text", "label", "parts", "whole")

    def __init__(self) -> None:
        self.whole = Paragraphs()
        self.parts: list[str] = []  # of the paragraph
        self.has_text = False
        self.label = ""
        self.before: list[Paragraphs] = []  # boxes at the paragraph's beginning
        self.after: list[Paragraphs] = []  # its notes, and other boxes
        self._notes_of_table: list[Paragraphs] = []
        self._tables: list[_Table] = []

    def text(self, text: str) -> None:
        """Add text to the paragraph."""
        self.parts.append(text)
        self.has_text = self.has_text or not text.isspace()

    def end_paragraph(self, depth: int) -> None:
        """End the paragraph, which stands in so many tables."""
        onto = self._place(depth)
        if not depth:
            self._put(onto, self._notes_of_table)
        text = "".join(self.parts)
        if self.has_text or (self.label and depth):
            self._put(onto, self.before)
            onto.text(self.label + text.lstrip())
        self.parts, self.label, self.has_text = [], "", False
        if not depth:
            self._put(onto, self.before)
            self._put(onto, self.after)

    def end_cell(self, depth: int) -> None:
        """End a cell of the table at a depth, counted from 1."""
        depth = max(1, min(depth, MAX_TABLE_DEPTH))
        self.end_paragraph(depth)
        self._tables[depth - 1].end_cell()

    def end_row(self, depth: int) -> None:
        """End a row of the table at a depth."""
        depth = max(1, min(depth, MAX_TABLE_DEPTH))
        if self.parts:
            self.end_paragraph(depth)
        onto = self._place(depth - 1)
        if len(self._tables) >= depth:
            self._tables[depth - 1].end_row(onto)
        self._notes_of_table += self.after
        self.after.clear()

    def define_row(self) -> None:
        """Begin the definition of a row's cells."""
        self._open(1).merged = []

    def define_cell(self, continues: bool | None = None) -> None:
        """Note that the next cell of the definition continues a merged one; without a value, end its definition."""
        table = self._open(1)
        if continues is None:
            table.merged.append(table.continues)
        table.continues = bool(continues)

    def finish(self) -> Paragraphs:
        """End the flow, with all that is open in it. Return its text."""
        self.end_paragraph(len(self._tables) if self._tables and self._tables[-1].cells else 0)
        self._place(0)
        self._put(self.whole, self._notes_of_table)
        self._put(self.whole, self.before)
        self._put(self.whole, self.after)
        return self.whole

    def _open(self, depth: int) -> _Table:
        while len(self._tables) < depth:
            self._tables.append(_Table())
        return self._tables[depth - 1]

    def _place(self, depth: int) -> Paragraphs:
        """Where text at a depth goes. Deeper rows that never ended end here."""
        depth = min(depth, MAX_TABLE_DEPTH)
        for inner in range(len(self._tables), depth, -1):
            table = self._tables[inner - 1]
            if table.cells or table.cell.pieces:
                table.end_row(self.whole if inner == 1 else self._tables[inner - 2].cell)
        return self._open(depth).cell if depth else self.whole

    @staticmethod
    def _put(onto: Paragraphs, texts: list[Paragraphs]) -> None:
        for each in texts:
            onto.pieces += each.pieces
        texts.clear()
