"""Set a text on pages as 公文 are set (GB/T 9704-2012): 28 characters a line, 22 lines a page, title, heads, tables. Text in, places out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

NO_START = "，。、；：？！）》”’%,.;:?!)"
"""No line begins with one of them: the line before it is set closer, and hangs over."""
WIDTH, HEIGHT = 595.0, 842.0
_TABLE_SIZE = 10.5  # points


class Placed(NamedTuple):
    """A piece of text: left end, base line from the top of the page, font size, and what is added after each character."""

    x: float
    y: float
    size: float
    text: str
    spacing: float = 0.0


class Ruled(NamedTuple):
    """A rule from one point to another."""

    x: float
    y: float
    x_end: float
    y_end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a text is set. Lengths in points, `chars` and `indent` in characters."""

    chars: int = 28
    size: float = 16.0
    leading: float = 28.0
    left: float = 74.0
    top: float = 110.0
    lines: int = 22
    indent: float = 2.0
    columns: int = 1
    gutter: float = 32.0
    is_justified: bool = True
    is_ruled: bool = True
    number: str | None = "— {} —"
    head: str | None = None
    letterhead: str | None = None
    footer_rows: tuple[str, ...] = ()
    notes: dict[int, str] = field(default_factory=dict)  # by the number of the page, counted from 0
    title_size: float = 22.0
    title_spacing: float = 0.0


@dataclass(slots=True)
class Sheet:
    """A page as it is set."""

    texts: list[Placed] = field(default_factory=list)
    rules: list[Ruled] = field(default_factory=list)
    image: bool = False  # whether an image covers the page, as on a scan


def advance(char: str) -> float:
    """Return a character's width in font sizes."""
    return 1.0 if char >= "\u2e80" or char in "“”‘’…—·①②③④⑤" else 0.5


def width(text: str) -> float:
    """Return a text's width in font sizes."""
    return sum(map(advance, text))


def broken(text: str, chars: float, indent: float = 0.0) -> list[str]:
    """Return the lines of a paragraph. Numbers and words are not divided."""
    lines: list[str] = []
    line, room = "", chars - indent
    for word in _words(text):
        if line and width(line + word) > room and not (word in NO_START and width(line) <= room):
            lines.append(line)
            line, room = "", chars
        line += word
    return [*lines, line]


def _words(text: str) -> Iterator[str]:
    word = ""
    for char in text:
        if char.isascii() and char.isalnum():
            word += char
            continue
        if word:
            yield word
            word = ""
        yield char
    if word:
        yield word


class Typesetter:
    """Fills pages from the top. `typeset` is its only user."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self.sheets: list[Sheet] = []
        self.column, self.row = style.columns, 0

    @property
    def column_width(self) -> float:
        """Width of a column in points."""
        return self.style.chars * self.style.size

    @property
    def capacity(self) -> int:
        """Lines of the page that is being set."""
        return self.style.lines - (2 if len(self.sheets) - 1 in self.style.notes else 0)

    def line(self) -> tuple[Sheet, float, float]:
        """Return the page, the left edge and the base line of the next line."""
        style = self.style
        if not self.sheets or self.row >= self.capacity:
            self.column, self.row = self.column + 1, 0
            if self.column >= style.columns or len(self.sheets) == 0:
                self.column = 0
                self.sheets.append(Sheet())
        x = style.left + self.column * (self.column_width + style.gutter)
        y = style.top + self.row * style.leading
        self.row += 1
        return self.sheets[-1], x, y

    def center(self, text: str, size: float, spacing: float = 0.0) -> None:
        """Set a line in the middle of the whole page."""
        sheet, _, y = self.line()
        length = width(text) * size + spacing * (len(text) - 1)
        sheet.texts.append(Placed((WIDTH - length) / 2, y, size, text, spacing))

    def paragraph(self, text: str) -> None:
        """Set a paragraph."""
        style = self.style
        lines = broken(text, style.chars, style.indent)
        for number, line in enumerate(lines):
            sheet, x, y = self.line()
            indent = 0.0 if number else style.indent * style.size
            room = self.column_width - indent - width(line) * style.size
            is_spread = style.is_justified and number < len(lines) - 1 and len(line) > 1
            spacing = room / (len(line) - 1) if is_spread else 0.0
            sheet.texts.append(Placed(x + indent, y, style.size, line, spacing))

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """Set a table; its head is repeated on each page, and a row is never divided."""
        count = max(map(len, rows))
        step = self.column_width / count
        for number, row in enumerate(rows):
            cells = [broken(cell, (step - 8) / _TABLE_SIZE) for cell in row]
            if number and self.row + max(map(len, cells)) > self.capacity:
                self.row = self.capacity
                self._row([broken(cell, (step - 8) / _TABLE_SIZE) for cell in rows[0]], step)
            self._row(cells, step)

    def _row(self, cells: Sequence[Sequence[str]], step: float) -> None:
        height = max(map(len, cells))
        lines = [self.line() for _ in range(height)]
        sheet, left, y = lines[0]
        top, bottom = y - 0.72 * self.style.leading, lines[-1][2] + 0.28 * self.style.leading
        for number, cell in enumerate(cells):
            for (_, _, base), text in zip(lines, cell, strict=False):
                if text:
                    sheet.texts.append(Placed(left + number * step + 4, base, _TABLE_SIZE, text))
        if self.style.is_ruled:
            right = left + step * len(cells)
            sheet.rules += [Ruled(left, top, right, top), Ruled(left, bottom, right, bottom)]
            sheet.rules += [
                Ruled(left + number * step, top, left + number * step, bottom)
                for number in range(len(cells) + 1)
            ]

    def finish(self) -> list[Sheet]:
        """Add what stands on the margins, and return the pages."""
        style = self.style
        for number, sheet in enumerate(self.sheets):
            if style.head:
                sheet.texts.append(Placed(style.left, 60.0, 9.0, style.head))
            if style.number:
                text = style.number.format(number + 1)
                x = style.left + 16 if number % 2 else WIDTH - style.left - 16 - width(text) * 14
                sheet.texts.append(Placed(x, HEIGHT - 50.0, 14.0, text))
            if note := style.notes.get(number):
                sheet.texts.append(
                    Placed(style.left, style.top + style.lines * style.leading - 30, 9.0, note)
                )
        return self.sheets


def typeset(title: Sequence[str], paragraphs: Sequence[str], style: Style) -> list[Sheet]:
    """Return the pages of a text. `title`: its lines. Paragraphs with tabs are rows of a table."""
    setter = Typesetter(style)
    if style.letterhead:
        setter.center(style.letterhead, 36.0)
        setter.line()
    for line in title:
        setter.center(line, style.title_size, style.title_spacing)
    if title:
        setter.line()
        if style.columns > 1:
            setter.sheets[0].texts, kept = [], setter.sheets[0].texts
            setter.style = style
            setter.sheets[0].texts = [text._replace(y=text.y - 60) for text in kept]
            setter.row = 0
    rows: list[list[str]] = []
    for text in (*paragraphs, ""):
        if "\t" in text:
            rows.append(text.split("\t"))
            continue
        if rows:
            setter.table(rows)
            rows = []
        if text:
            setter.paragraph(text)
    for text in style.footer_rows:
        sheet, x, y = setter.line()
        sheet.texts.append(Placed(x + 16, y, 14.0, text))
    return setter.finish()
