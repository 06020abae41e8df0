"""Read the style sheet (STSH; MS-DOC, section 2.9.271), as far as styles hide text or number paragraphs."""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from crawler.extract.documents.ole.binary import DamagedFile, cut, u16
from crawler.extract.documents.ole.formatting import modifiers

_VANISH = 0x083C
_PARAGRAPH, _CHARACTER = 1, 2
_NO_BASE = 0xFFF
_MAX_STYLES, _MAX_BASES = 4095, 12
_TOGGLE_SAME, _TOGGLE_OPPOSITE = 0x80, 0x81


class _Style(NamedTuple):
    base: int
    paragraph: bytes  # modifiers
    character: bytes


class Styles:
    """The styles of a file by number. A number without a style has no formatting."""

    def __init__(self, table: bytes) -> None:
        self._styles = _read(table)

    def paragraph_modifiers(self, number: int) -> bytes:
        """Return the modifiers of paragraphs of a style and those it is based on, in the order in which they hold."""
        return b"".join(style.paragraph for style in self._with_bases(number))

    def hides(self, number: int) -> bool:
        """Whether a style hides text."""
        hidden = False
        for style in self._with_bases(number):
            for code, operand in modifiers(style.character):
                if code == _VANISH:
                    hidden = toggled(operand[0], hidden=hidden)
        return hidden

    def _with_bases(self, number: int) -> list[_Style]:
        chain: list[_Style] = []
        while number in self._styles and len(chain) < _MAX_BASES:
            chain.append(self._styles[number])
            number = chain[-1].base
        return chain[::-1]


def toggled(value: int, *, hidden: bool) -> bool:
    """Return the value of a property that is on, off, as in the style, or the opposite of the style's."""
    if value in (_TOGGLE_SAME, _TOGGLE_OPPOSITE):
        return hidden != (value == _TOGGLE_OPPOSITE)
    return bool(value)


def _read(table: bytes) -> dict[int, _Style]:
    styles: dict[int, _Style] = {}
    if len(table) < 6:
        return styles
    header = u16(table, 0)
    count, base_bytes = min(u16(table, 2), _MAX_STYLES), u16(table, 4)
    at = 2 + header
    for number in range(count):
        if at + 2 > len(table):
            break
        length = u16(table, at)
        if length:
            with suppress(DamagedFile):  # some programs state a last style that is longer than the table
                styles[number] = _style(cut(table, at + 2, length, "a style"), base_bytes)
        at += 2 + length + length % 2
    return styles


def _style(data: bytes, base_bytes: int) -> _Style:
    kind, base = u16(data, 2) & 0xF, u16(data, 2) >> 4
    blocks = u16(data, 4) & 0xF
    at = base_bytes + 2 + 2 * u16(data, base_bytes) + 2
    found: list[bytes] = []
    for _ in range(blocks):
        length = u16(data, at)
        found.append(cut(data, at + 2, length, "a style's formatting"))
        at += 2 + length + length % 2
    base = -1 if base == _NO_BASE else base
    if kind == _PARAGRAPH:
        return _Style(base, found[0][2:] if found else b"", found[1] if len(found) > 1 else b"")
    return _Style(base, b"", found[0] if kind == _CHARACTER and found else b"")
