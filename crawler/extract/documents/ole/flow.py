"""Turn the paragraphs of a Word file into lines: numbers before paragraphs, rows of tables, notes and text boxes at their place."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from crawler.extract.documents.ole.binary import read_plc, u32
from crawler.extract.documents.ole.lists import Lists, read_lists
from crawler.extract.documents.ole.story import Document, Paragraph
from crawler.extract.documents.word.paragraphs import Paragraphs
from crawler.extract.page.lines import Line

_NOTE_MARK_BYTES = 2
_SHAPE_BYTES, _BOX_BYTES, _BOX_SHAPE_AT = 26, 22, 14
_Place = tuple[int, int]


class Flow:
    """The lines of a document while it is read."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._lists: Lists = read_lists(document.file)
        self._inserts = _inserts(document)
        self._pieces = Paragraphs()
        self._cells: list[bool] = []  # for each open row, whether a cell begins with the next piece

    def lines(self) -> list[Line]:
        """Return the lines of the main text. Notes and text boxes follow the paragraph or table row they belong to."""
        self._read(0, self._document.file.lengths["text"], self._inserts)
        for _, place in self._inserts:  # of boxes that belong to no character: parts of groups
            self._read(*place, [])
        return self._pieces.lines()

    def _read(self, start: int, end: int, inserts: list[tuple[int, _Place]]) -> None:
        for paragraph in self._document.paragraphs(start, end):
            self._add(paragraph)
            if not self._cells:
                while inserts and inserts[0][0] < paragraph.end:
                    self._read(*inserts.pop(0)[1], [])
        self._close(0)

    def _add(self, paragraph: Paragraph) -> None:
        self._close(paragraph.depth)
        while len(self._cells) < paragraph.depth:
            self._begin_piece()
            self._pieces.row()
            self._cells.append(True)
        if paragraph.ends_row and self._cells:
            self._cells.pop()
            self._pieces.end_row()
            return
        number = self._lists.number(paragraph.list_use, paragraph.list_level) if paragraph.list_use else ""
        if text := (number + paragraph.text).strip():
            self._begin_piece()
            self._pieces.text(text)
        if paragraph.ends_cell and self._cells:
            self._begin_piece()
            self._cells[-1] = True

    def _begin_piece(self) -> None:
        """Begin the cell that the next piece is in."""
        if self._cells and self._cells[-1]:
            self._pieces.cell()
            self._cells[-1] = False

    def _close(self, depth: int) -> None:
        """End rows that a damaged file leaves open."""
        while len(self._cells) > depth:
            self._cells.pop()
            self._pieces.end_row()


def _inserts(document: Document) -> list[tuple[int, _Place]]:
    """Notes and text boxes: where they belong in the main text, and where their own text stands; in order."""
    found = [
        *_notes(document, "footnotes", "footnote_marks", "footnote_texts"),
        *_notes(document, "endnotes", "endnote_marks", "endnote_texts"),
        *_boxes(document),
    ]
    return sorted(((at, place) for at, place in found if place[0] < place[1]), key=lambda each: each[0])


def _notes(document: Document, text: str, marks: str, texts: str) -> Iterator[tuple[int, _Place]]:
    """Notes. Those whose place is not stated, as in files of Word 6 and 95, come at the end."""
    file = document.file
    base, length = file.start(text), file.lengths[text]
    if not length:
        return
    places = read_plc(file.table(marks), _NOTE_MARK_BYTES).positions[:-1]
    starts = read_plc(file.table(texts), 0).positions or (0, length)
    for number, (start, end) in enumerate(pairwise(starts)):
        at = places[number] if number < len(places) else file.lengths["text"]
        yield at, (base + min(start, length), base + min(end, length))


def _boxes(document: Document) -> Iterator[tuple[int, _Place]]:
    file = document.file
    base, length = file.start("boxes"), file.lengths["boxes"]
    if not length:
        return
    places = {u32(item, 0): at for at, _, item in read_plc(file.table("shapes"), _SHAPE_BYTES).ranges()}
    boxes = read_plc(file.table("box_texts"), _BOX_BYTES).ranges() or [(0, length, bytes(_BOX_BYTES))]
    for start, end, item in boxes:
        at = places.get(u32(item, _BOX_SHAPE_AT), file.lengths["text"])
        yield at, (base + min(start, length), base + min(end, length))
