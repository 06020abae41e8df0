"""Read the body of a Word document, a note or a text box: paragraphs, tables, and what stands in them, in reading order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from crawler.extract.documents.office.list_numbers import ListNumbers
from crawler.extract.documents.office.names import AML, MC, VAL, WX, W, is_on, value, whole_number
from crawler.extract.documents.office.package import relation_id
from crawler.extract.documents.office.runs import (
    Fields,
    Found,
    Runs,
    alternative,
    is_placeholder,
)
from crawler.extract.documents.office.styles import Styles
from crawler.extract.documents.word.paragraphs import Paragraphs
from crawler.extract.page.lines import Line

_LEFT_OUT = frozenset((
    *(W + name for name in (
        "tblPr", "tblGrid", "trPr", "tblPrEx", "tcPr", "sectPr", "del", "moveFrom", "sdtPr", "sdtEndPr", "hdr", "ftr",
        "customXmlPr", "smartTagPr",
    )),
))  # fmt: skip
_HEADING_OF_CONTENTS = "目录"


@dataclass(slots=True, kw_only=True)
class Context:
    """What is the same for the whole document, and what must be read only once."""

    styles: Styles
    numbers: ListNumbers
    notes: dict[tuple[str, str], Element]  # by kind of reference and id
    chunk: Callable[[str], list[Line]]  # lines of an embedded document, by the id of its relationship
    paragraphs: Paragraphs
    has_pictures: bool = False
    keeps_contents: bool = False
    used: set[str] = field(default_factory=set)  # ids of embedded documents


class Story:
    """One flow of text. Its fields are its own; numbers and lines are those of the document."""

    __slots__ = ("_carried", "_context", "_depth", "_fields", "_pending")

    def __init__(self, context: Context) -> None:
        self._context = context
        self._fields = Fields(context.keeps_contents)
        self._carried: list[str] = []  # text of paragraphs whose end was deleted or is hidden
        self._pending: list[Element] = []  # notes to be read after the paragraph or table
        self._depth = 0  # tables that are open

    @property
    def has_open_contents(self) -> bool:
        """Whether a table of contents was begun and never ended, so that all text after it was left out."""
        return self._fields.has_contents

    def read(self, parent: Element) -> None:
        """Read all blocks of an element, to its end."""
        self.blocks(parent)
        self._flush()

    def blocks(self, parent: Element) -> None:
        """Read the paragraphs and tables among an element's children."""
        for child in parent:
            tag = child.tag
            if tag == W + "p":
                self._paragraph(child)
            elif tag == W + "tbl":
                self._table(child)
            elif tag == W + "altChunk":
                self._chunk(relation_id(child))
            elif tag == W + "sdt":
                if not is_placeholder(child) or self._context.keeps_contents:
                    self.blocks(child)
            elif tag == MC + "AlternateContent":
                if (chosen := alternative(child)) is not None:
                    self.blocks(chosen)
            elif tag == AML + "annotation" and child.get(W + "type") == "Word.Deletion":
                continue
            elif tag not in _LEFT_OUT:
                self.blocks(child)

    def _paragraph(self, element: Element) -> None:
        context = self._context
        properties = element.find(W + "pPr")
        style = value(properties, W + "pStyle")
        runs = Runs(context.styles, self._fields, context.styles.is_hidden(style))
        runs.read(element)
        self._fields.end_codes()
        text = runs.text()
        if (context.styles.is_contents(style) and not context.keeps_contents) or self._fields.has_contents:
            self._drop_heading_of_contents()
            if not text.strip():
                return
        if context.styles.is_contents(style) and not context.keeps_contents:
            return
        self._read_found(found for found in runs.found if not found.is_after_text)
        if _is_deleted(properties):  # the next paragraph goes on in its line, as a paragraph of its own kind
            self._carried.append(text)
            return
        label = self._label(properties, style)
        text = "".join((*self._carried, text))
        self._carried.clear()
        if text.strip() or (label and self._depth):  # a cell of numbers alone has no other text
            text = label + text.lstrip()
            if _is_hidden(properties):
                self._carried.append(text)
            else:
                context.paragraphs.text(text)
        self._read_found(found for found in runs.found if found.is_after_text)
        if not self._depth:
            self._read_notes()

    def _label(self, properties: Element | None, style: str | None) -> str:
        """The number of a paragraph, by its own properties or its style's."""
        if properties is not None and (said := properties.find(f"{W}listPr/{WX}t")) is not None:
            return said.get(WX + "val", "")[:60]  # Word 2003 writes the number itself
        numbers = self._context.numbers
        own = None if properties is None else properties.find(W + "numPr")
        list_id, own_level = value(own, W + "numId"), value(own, W + "ilvl")
        by_style, level = self._context.styles.numbering(style)
        if list_id is None:
            list_id = by_style
            if list_id is not None and level is None:
                level = numbers.level_of_style(list_id, style)
        level = whole_number(own_level) if own_level is not None else level
        return numbers.label(list_id, level or 0)

    def _read_found(self, found: Iterator[Found]) -> None:
        for kind, element, _ in found:
            if kind == "box":
                inner = Story(self._context)
                inner.read(element)
            elif kind == "words":
                self._context.paragraphs.text(element.get("string", ""))
            elif element.tag in (W + "footnote", W + "endnote"):  # Word 2003: the note itself
                self._pending.append(element)
            elif (note := self._note(element)) is not None:
                self._pending.append(note)

    def _note(self, reference: Element) -> Element | None:
        """The note of a reference. Each is given once."""
        kind = "endnote" if reference.tag == W + "endnoteReference" else "footnote"
        return self._context.notes.pop((kind, reference.get(W + "id", "")), None)

    def _read_notes(self) -> None:
        pending, self._pending = self._pending, []
        for note in pending:
            Story(self._context).read(note)

    def _table(self, element: Element) -> None:
        self._flush()
        paragraphs = self._context.paragraphs
        self._depth += 1
        for row in _inner(element, W + "tr"):
            properties = row.find(W + "trPr")
            if properties is not None and (
                properties.find(W + "del") is not None or is_on(properties.find(W + "hidden"))
            ):
                continue
            paragraphs.row()
            for cell in _inner(row, W + "tc"):
                if not _continues_another(cell):
                    paragraphs.cell()
                    self.blocks(cell)
                    self._end_carried()
            paragraphs.end_row()
        self._depth -= 1
        if not self._depth:
            self._read_notes()

    def _chunk(self, relation: str) -> None:
        self._flush()
        if relation not in self._context.used:
            self._context.used.add(relation)
            self._context.paragraphs.ready(self._context.chunk(relation))

    def _flush(self) -> None:
        self._end_carried()
        if not self._depth:
            self._read_notes()

    def _end_carried(self) -> None:
        text = "".join(self._carried)
        self._carried.clear()
        if text.strip():
            self._context.paragraphs.text(text)

    def _drop_heading_of_contents(self) -> None:
        pieces = self._context.paragraphs.pieces
        if pieces and "".join(pieces[-1].split()) == _HEADING_OF_CONTENTS:
            pieces.pop()


def _is_deleted(properties: Element | None) -> bool:
    """Whether the end of a paragraph is deleted."""
    mark = None if properties is None else properties.find(W + "rPr")
    return mark is not None and (mark.find(W + "del") is not None or mark.find(W + "moveFrom") is not None)


def _is_hidden(properties: Element | None) -> bool:
    """Whether the end of a paragraph is hidden, so that the next one goes on in its line."""
    mark = None if properties is None else properties.find(W + "rPr")
    return mark is not None and (is_on(mark.find(W + "vanish")) or is_on(mark.find(W + "specVanish")))


def _inner(parent: Element, tag: str) -> Iterator[Element]:
    """The rows of a table or the cells of a row; they may stand in content controls."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag not in _LEFT_OUT:
            yield from _inner(child, tag)


def _continues_another(cell: Element) -> bool:
    """Whether a cell is the continuation of a merged one, which HTML would not have."""
    properties = cell.find(W + "tcPr")
    if properties is None:
        return False
    merges = [properties.find(W + "vMerge"), properties.find(W + "hMerge")]
    return any(each is not None and each.get(VAL) != "restart" for each in merges)
