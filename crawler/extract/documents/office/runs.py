"""Read the content of one paragraph of a Word document: its runs of text, without what a reader does not see.

Left out: deleted and moved-away text, hidden text, codes of fields, tables of contents, readings above characters. What has
a place of its own, text boxes and notes, is handed over as found.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.etree.ElementTree import Element

from crawler.extract.documents.office.names import AML, MC, VAL, M, V, W
from crawler.extract.documents.office.styles import Styles
from crawler.extract.documents.office.symbols import symbol
from crawler.extract.documents.word.fields import MAX_CODE_CHARS, is_contents, text_of_code

_TEXT_OF = {
    W + "tab": "\t", W + "ptab": "\t", W + "br": "\n", W + "cr": "\n", W + "noBreakHyphen": "-", M + "den": "/",
}  # fmt: skip
"""Elements that stand for a character. `M + "den"`: the line of a fraction; its content follows."""
_LEFT_OUT = frozenset((
    *(W + name for name in (
        "pPr", "rPr", "del", "moveFrom", "delText", "delInstrText", "rt", "rubyPr", "softHyphen", "sdtPr", "sdtEndPr",
        "smartTagPr", "customXmlPr", "fldData", "footnoteRef", "endnoteRef", "separator", "continuationSeparator",
        "annotationRef", "pgNum", "listPr", "binData",
    )),
    M + "ctrlPr", M + "rPr",
))  # fmt: skip
BOX, TEXT_PATH = W + "txbxContent", V + "textpath"
_DELETED_2003 = ("Word.Deletion", "Word.Comment")
_MAX_OPEN_FIELDS = 64  # in each other; Word allows about 20


class Found(NamedTuple):
    """What has a place of its own: an element, and whether text of its paragraph stands before it."""

    kind: str  # box, note, words
    element: Element
    is_after_text: bool


@dataclass(slots=True)
class _Field:
    code: str = ""
    in_result: bool = False
    is_silent: bool = True  # of a code always; of a result, if it is a table of contents


@dataclass(slots=True)
class Fields:
    """The fields that are open: they go on over paragraphs. `keeps_contents`: read tables of contents as text."""

    keeps_contents: bool = False
    open: list[_Field] = field(default_factory=list)

    @property
    def is_silent(self) -> bool:
        """Whether what is read now is no text."""
        return any(each.is_silent for each in self.open)

    @property
    def has_contents(self) -> bool:
        """Whether a table of contents is open."""
        return any(each.is_silent and each.in_result for each in self.open)

    def enter(self, kind: str | None) -> str:
        """Enter a mark of a field: begin, separate or end. Return the text that the field shows at its end."""
        if kind == "begin":
            self.open.append(_Field())
            del self.open[:-_MAX_OPEN_FIELDS]
        elif self.open and kind == "separate":
            self.open[-1].in_result = True
            self.open[-1].is_silent = not self.keeps_contents and is_contents(self.open[-1].code)
        elif self.open and kind == "end":
            ended = self.open.pop()
            return "" if ended.in_result or self.is_silent else text_of_code(ended.code)
        return ""

    def code(self, text: str) -> None:
        """Add to the code of the field that is open."""
        if self.open and not self.open[-1].in_result and len(self.open[-1].code) < MAX_CODE_CHARS:
            self.open[-1].code += text[:MAX_CODE_CHARS]

    def end_codes(self) -> None:
        """At the end of a paragraph: close fields that have no result yet. Their other marks were deleted, or are missing."""
        while self.open and not self.open[-1].in_result:
            self.open.pop()


class Runs:
    """The text of one paragraph, and what was found in it."""

    __slots__ = ("_fields", "_has_text", "_hidden", "_styles", "found", "texts")

    def __init__(self, styles: Styles, fields: Fields, hidden: bool) -> None:
        self._styles = styles
        self._fields = fields
        self._hidden = hidden  # whether the paragraph's style hides its text
        self._has_text = False
        self.texts: list[str] = []
        self.found: list[Found] = []

    def text(self) -> str:
        """Return the text so far."""
        return "".join(self.texts)

    def read(self, parent: Element, hidden: bool | None = None) -> None:
        """Read all children of an element in order."""
        hidden = self._hidden if hidden is None else hidden
        for child in parent:
            tag = child.tag
            if tag == W + "t" or tag == M + "t":
                if child.text:
                    self._say(child.text, hidden)
            elif tag == W + "r" or tag == M + "r":
                self.read(child, self._styles.hides(child.find(W + "rPr"), self._hidden))
            elif tag not in _LEFT_OUT:
                if text := _TEXT_OF.get(tag):
                    self._say(text, hidden)
                if method := _METHODS.get(tag):
                    method(self, child, hidden)
                else:
                    self.read(child, hidden)

    def _say(self, text: str, hidden: bool) -> None:
        if not hidden and not (self._fields.open and self._fields.is_silent):
            self.texts.append(text)
            self._has_text = self._has_text or not text.isspace()

    def _field_mark(self, element: Element, hidden: bool) -> None:
        if text := self._fields.enter(element.get(W + "fldCharType")):
            self._say(text, hidden)

    def _field_code(self, element: Element, hidden: bool) -> None:
        self._fields.code(element.text or "")

    def _simple_field(self, element: Element, hidden: bool) -> None:
        code = element.get(W + "instr", "")
        if not is_contents(code) or self._fields.keeps_contents:
            before = len(self.texts)
            self.read(element, hidden)
            if len(self.texts) == before:
                self._say(text_of_code(code), hidden)

    def _symbol(self, element: Element, hidden: bool) -> None:
        self._say(symbol(element.get(W + "font", ""), element.get(W + "char")), hidden)

    def _control(self, element: Element, hidden: bool) -> None:
        if not is_placeholder(element) or self._fields.keeps_contents:
            self.read(element, hidden)

    def _alternatives(self, element: Element, hidden: bool) -> None:
        if (chosen := alternative(element)) is not None:
            self.read(chosen, hidden)

    def _hand_over(self, kind: str, element: Element, hidden: bool) -> None:
        if not hidden and not self._fields.is_silent:
            self.found.append(Found(kind, element, self._has_text))

    def _box(self, element: Element, hidden: bool) -> None:
        self._hand_over("box", element, hidden)

    def _words(self, element: Element, hidden: bool) -> None:
        self._hand_over("words", element, hidden)

    def _note(self, element: Element, hidden: bool) -> None:
        self._hand_over("note", element, hidden)

    def _annotation(self, element: Element, hidden: bool) -> None:
        if element.get(W + "type") not in _DELETED_2003:
            self.read(element, hidden)


_METHODS: dict[str, Callable[[Runs, Element, bool], None]] = {
    W + "fldChar": Runs._field_mark,
    W + "instrText": Runs._field_code,
    W + "fldSimple": Runs._simple_field,
    W + "sym": Runs._symbol,
    W + "sdt": Runs._control,
    MC + "AlternateContent": Runs._alternatives,
    BOX: Runs._box,
    TEXT_PATH: Runs._words,
    W + "footnoteReference": Runs._note,
    W + "endnoteReference": Runs._note,
    W + "footnote": Runs._note,
    W + "endnote": Runs._note,
    AML + "annotation": Runs._annotation,
}


def alternative(element: Element) -> Element | None:
    """Return the one branch of `mc:AlternateContent` to be read: the first choice, or the fallback if only that has text."""
    choices = element.findall(MC + "Choice")
    fallback = element.find(MC + "Fallback")
    if choices and (fallback is None or _has_text(choices[0]) or not _has_text(fallback)):
        return choices[0]
    return fallback


def is_placeholder(control: Element) -> bool:
    """Whether a content control holds no text of the document: its prompt (单击此处输入文字), or a table of contents."""
    properties = control.find(W + "sdtPr")
    if properties is None:
        return False
    if (shows := properties.find(W + "showingPlcHdr")) is not None and shows.get(VAL, "1") not in (
        "0",
        "false",
    ):
        return True
    gallery = properties.find(f"{W}docPartObj/{W}docPartGallery")
    return gallery is not None and gallery.get(VAL) == "Table of Contents"


def _has_text(element: Element) -> bool:
    return any(each.text for each in element.iter(W + "t")) or element.find(f".//{TEXT_PATH}") is not None
