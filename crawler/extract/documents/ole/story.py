"""Turn one text of a Word file into paragraphs: hidden and deleted characters left out, fields read, with their formatting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial

from crawler.extract.documents.ole.fields import Fields
from crawler.extract.documents.ole.formatting import (
    Runs,
    modifiers,
    read_character_runs,
    read_paragraph_runs,
)
from crawler.extract.documents.ole.information_block import WordFile
from crawler.extract.documents.ole.pieces import FILLER, Piece, Text, read_text
from crawler.extract.documents.ole.styles import Styles

_PARAGRAPH_END, CELL_END, _PAGE_END = "\r", "\x07", "\x0c"
_ENDS = re.compile("[\r\x07\x0c]")
_REPLACED = str.maketrans({"\x0b": "\n", "\x0c": "\n", "\x0e": "\n", "\x1e": "-", "\x1f": None})
_DELETED, _VANISH, _SYMBOL, _CHARACTER_STYLE = 0x0800, 0x083C, 0x6A09, 0x4A30
_IN_TABLE, _ROW_END, _DEPTH, _INNER_CELL_END, _INNER_ROW_END = 0x2416, 0x2417, 0x6649, 0x244B, 0x244C
_STYLE, _LIST, _LEVEL = 0x4600, 0x460B, 0x260A
_USED = frozenset((_IN_TABLE, _ROW_END, _DEPTH, _INNER_CELL_END, _INNER_ROW_END, _STYLE, _LIST, _LEVEL))
_AS_STYLE, _HIDDEN, _SHOWN, _OPPOSITE, _IS_DELETED = range(5)  # states of a character
_MAX_DEPTH = 20  # of tables in tables
_NEGATIVE_LISTS = 0xF802  # a list's number from here on is negative: the same list, its indent kept
_NO_LIST_LEVEL = 9
_PRIVATE = range(0xE000, 0xF900)
_SYMBOLS = {0xF0FE: "☑", 0xF052: "☑", 0xF0A8: "□", 0xF06F: "□", 0xF0A3: "□", 0xF0B7: "·"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph, a table's cell or a row's end, as it is stored."""

    start: int  # position of its first character
    end: int  # after its mark
    text: str = ""  # line breaks are newlines
    depth: int = 0  # number of tables that it is in
    ends_cell: bool = False
    ends_row: bool = False
    list_use: int = 0  # number of a list's use; 0: it is not numbered
    list_level: int = 0


@dataclass(frozen=True, slots=True)
class _Format:
    """The formatting of a paragraph."""

    style: int = 0
    depth: int = 0
    ends_row: bool = False
    ends_inner_cell: bool = False
    ends_inner_row: bool = False
    list_use: int = 0
    list_level: int = 0


class Document:
    """A Word file with its formatting read."""

    def __init__(self, file: WordFile) -> None:
        self.file = file
        self.text: Text = read_text(file)
        self.styles = Styles(file.table("styles"))
        self._paragraphs = read_paragraph_runs(file)
        self._states = bytearray(len(self.text.characters))
        self._format = lru_cache(maxsize=4096)(self._read_format)
        self._style_hides = lru_cache(maxsize=None)(self.styles.hides)
        self._style_values = lru_cache(maxsize=None)(
            lambda style: _values(self.styles.paragraph_modifiers(style))
        )
        self._character_state = lru_cache(maxsize=None)(partial(_states_of, styles=self.styles))
        symbols: dict[int, str] = {}
        runs = read_character_runs(file)
        for piece in self.text.pieces:
            self._mark_characters(piece, runs, symbols)
        self.characters = self.text.characters
        if symbols:
            listed = list(self.characters)
            for position, char in symbols.items():
                listed[position] = char
            self.characters = "".join(listed)

    def paragraphs(self, start: int, end: int) -> Iterator[Paragraph]:
        """Return the paragraphs between two positions. One whose mark is deleted or hidden goes on in the next."""
        fields = Fields()
        parts: list[str] = []
        first = at = start
        while at < end:
            found = _ENDS.search(self.characters, at, end)
            stop = found.end() if found else end
            mark = found[0] if found else _PARAGRAPH_END
            form, ends_here = self._at_mark(stop - 1)
            parts.append(fields.text(self._seen(at, stop - (1 if found else 0), form.style)))
            at = stop
            if mark == _PAGE_END and not ends_here and at < end:
                parts.append("\n")
            elif self._goes_on(stop - 1, mark, form, at < end):
                continue
            elif not (fields.is_discarding and not form.depth) or at == end:
                yield _paragraph(first, stop, "".join(parts), mark, form)
                first, parts = at, []
        fields.check_end()
        if parts and "".join(parts).strip():
            yield Paragraph(start=first, end=end, text=_mended("".join(parts)))

    def _goes_on(self, position: int, mark: str, form: _Format, has_more: bool) -> bool:
        is_table = mark == CELL_END or form.ends_inner_cell or form.ends_inner_row
        return has_more and not is_table and self._is_hidden(position, form.style)

    def _is_hidden(self, position: int, style: int) -> bool:
        state = self._states[position]
        if state in (_AS_STYLE, _OPPOSITE):
            return self._style_hides(style) != (state == _OPPOSITE)
        return state != _SHOWN

    def _seen(self, start: int, end: int, style: int) -> str:
        """The characters between two positions without those hidden or deleted. Marks of fields are kept, to stay in pairs."""
        text = self.characters[start:end]
        states = self._states[start:end]
        if not self._style_hides(style) and states.count(_AS_STYLE) == len(states):
            return text
        return "".join(
            char
            for place, char in enumerate(text, start)
            if "\x13" <= char <= "\x15" or not self._is_hidden(place, style)
        )

    def _at_mark(self, position: int) -> tuple[_Format, bool]:
        """The formatting of the paragraph that ends at a position, and whether it does end there."""
        piece = self.text.piece_at(position)
        if piece is None:
            return _Format(), True
        offset = piece.offset_of(position)
        number = self._paragraphs.number_at(offset)
        if number is None:
            return self._format(b"", piece.changes), True
        ends = self._paragraphs.ends[number] <= offset + piece.width
        return self._format(self._paragraphs.modifiers[number], piece.changes), ends

    def _read_format(self, stored: bytes, of_piece: bytes) -> _Format:
        style = int.from_bytes(stored[:2], "little")
        direct = stored[2:] + of_piece
        for code, operand in modifiers(direct):
            if code == _STYLE:
                style = int.from_bytes(operand, "little")
        values = self._style_values(style) | _values(direct)
        use = values.get(_LIST, 0)
        depth = values.get(_DEPTH, 0) if values.get(_IN_TABLE) else 0
        return _Format(
            style=style,
            depth=min(max(depth, 1 if values.get(_IN_TABLE) else 0), _MAX_DEPTH),
            ends_row=bool(values.get(_ROW_END)),
            ends_inner_cell=bool(values.get(_INNER_CELL_END)),
            ends_inner_row=bool(values.get(_INNER_ROW_END)),
            list_use=0x10000 - use if use >= _NEGATIVE_LISTS else use,
            list_level=min(values.get(_LEVEL, 0), _NO_LIST_LEVEL),
        )

    def _mark_characters(self, piece: Piece, runs: Runs, symbols: dict[int, str]) -> None:
        """Note the state of each character of a piece, and the symbols that stand in the place of characters."""
        last = piece.offset_of(piece.end)
        changes = self._character_state(piece.changes)[0]
        if changes is not None:
            self._states[piece.start : piece.end] = bytes((changes,)) * (piece.end - piece.start)
        for start, end, grpprl in runs.between(piece.offset, last):
            state, symbol = self._character_state(grpprl)
            if state is None and symbol is None:
                continue
            first = piece.start + (max(start, piece.offset) - piece.offset) // piece.width
            stop = piece.start + (min(end, last) - piece.offset) // piece.width
            if state is not None and changes is None:
                self._states[first:stop] = bytes((state,)) * (stop - first)
            if symbol is not None:
                symbols.update(
                    (place, symbol) for place in range(first, stop) if self.text.characters[place] == "("
                )


def _values(grpprl: bytes) -> dict[int, int]:
    """The values of the modifiers that matter here."""
    return {code: int.from_bytes(operand, "little") for code, operand in modifiers(grpprl) if code in _USED}


def _states_of(grpprl: bytes, styles: Styles) -> tuple[int | None, str | None]:
    """The state of the characters of a run, and the symbol that stands in their place; None: as usual."""
    state: int | None = None
    symbol: str | None = None
    deleted = False
    for code, operand in modifiers(grpprl):
        if code == _DELETED:
            deleted = bool(operand[0])
        elif code == _CHARACTER_STYLE and state is None:
            state = _HIDDEN if styles.hides(int.from_bytes(operand, "little")) else None
        elif code == _VANISH:
            state = {0: _SHOWN, 0x80: _AS_STYLE, 0x81: _OPPOSITE}.get(operand[0], _HIDDEN)
        elif code == _SYMBOL:
            symbol = _symbol(int.from_bytes(operand[2:], "little"))
    return (_IS_DELETED if deleted else state), symbol


def _symbol(code: int) -> str:
    """A symbol of a font such as Wingdings, whose characters have private codes."""
    char = _SYMBOLS.get(code, FILLER) if code in _PRIVATE else chr(code)
    return FILLER if "\ud800" <= char <= "\udfff" else char


def _paragraph(start: int, end: int, text: str, mark: str, form: _Format) -> Paragraph:
    is_cell = mark == CELL_END
    return Paragraph(
        start=start,
        end=end,
        text=_mended(text),
        depth=max(form.depth, int(is_cell)),
        ends_cell=(is_cell and not form.ends_row) or form.ends_inner_cell,
        ends_row=(is_cell and form.ends_row) or form.ends_inner_row,
        list_use=form.list_use,
        list_level=form.list_level,
    )


def _mended(text: str) -> str:
    """A text without lone surrogates, with its special characters replaced. Those without a meaning are left out later."""
    text = text.translate(_REPLACED)
    if text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
