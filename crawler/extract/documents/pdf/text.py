"""Read the text of a PDF page as runs: characters, where they stand, how large they are. A pdfium page in, runs out."""

from __future__ import annotations

import ctypes
import math
import re
import sys
from collections import Counter
from typing import Any, NamedTuple

from crawler.extract.documents.layout import Run
from crawler.extract.documents.layout.page import MAX_GAP_IN_RUN

_SAMPLES = 24  # characters of a page whose direction is asked, to find the page's own
_QUARTER = math.pi / 2
_TOLERANCE = 0.06  # radians; text that is turned otherwise is a watermark or a stamp
_ASCENT, _DESCENT = 0.88, 0.12  # font sizes above and below the base line, of every font: so lines compare
_MAX_SPACE = 1.0  # font sizes; a wider space is a gap
_SAME_BASE = 0.2  # font sizes between the lower ends of two characters of a line; raised and lowered marks are farther off
_OTHER_FONT = 0.01  # font sizes of a difference, from which on the font may be another
_MAX_OVERLAP = 0.5  # font sizes that a character may stand within the one before it
_HYPHENS = {0x02: "-", 0xFFFE: "-"}  # what pdfium gives for a hyphen at the end of a line
_LEAP = 8  # Chinese characters that are taken at once, if the last one stands where it must without a gap between them
_LEAP_GAP = 0.6  # font sizes by which it may stand elsewhere: less than a gap between columns or cells
_BLANKS = frozenset("\t\n\r \u00a0\u2002\u2003\u2009\u3000")
_CHINESE = re.compile(r"[\u2e80-\u2fff\u3001-\ud7ff\uf900-\uffef]{3,}")
_FIRST_PRINTED, _FIRST_CHINESE = "!", "\u2e80"
_UNKNOWN = "\ufffd"

Place = tuple[float, float, float, float]
"""left, top, right, bottom; y downwards"""


class Box(NamedTuple):
    """The visible part of a page in PDF's coordinates, y upwards."""

    left: float
    bottom: float
    right: float
    top: float


class Turn(NamedTuple):
    """The direction in which a page's text runs, in quarter turns counter-clockwise, and the page's box."""

    quarter: int
    box: Box

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the page, its text upright."""
        width, height = self.box.right - self.box.left, self.box.top - self.box.bottom
        return (height, width) if self.quarter % 2 else (width, height)

    def place(self, left: float, bottom: float, right: float, top: float) -> Place:
        """Return a rectangle of PDF's coordinates as it stands on the page turned upright."""
        box = self.box
        if self.quarter == 0:
            return left - box.left, box.top - top, right - box.left, box.top - bottom
        if self.quarter == 1:  # the text runs upwards
            return bottom - box.bottom, left - box.left, top - box.bottom, right - box.left
        if self.quarter == 2:
            return box.right - right, bottom - box.bottom, box.right - left, top - box.bottom
        return box.top - top, box.right - right, box.top - bottom, box.right - left


def turn_of(raw: Any, text: Any, count: int, box: Box) -> Turn:
    """Return the direction of most of a page's text."""
    quarters: Counter[int] = Counter()
    for i in range(0, count, max(1, count // _SAMPLES)):
        if chr(min(raw.FPDFText_GetUnicode(text, i), sys.maxunicode)) not in _BLANKS:
            quarter = _quarter(raw.FPDFText_GetCharAngle(text, i))
            if quarter is not None:
                quarters[quarter] += 1
    return Turn(quarters.most_common(1)[0][0] if quarters else 0, box)


def _quarter(angle: float) -> int | None:
    """Quarter turns counter-clockwise; None for text askew."""
    turns = angle / _QUARTER
    nearest = round(turns)
    return nearest % 4 if abs(turns - nearest) * _QUARTER <= _TOLERANCE else None


def runs_of(raw: Any, text: Any, count: int, turn: Turn) -> list[Run]:
    """Return the runs of a page's text in the order of drawing. Text askew is left out: a watermark."""
    return _Reader(raw, text, turn).read(count)


class _Reader:
    """Reads the characters of one page. The loop asks pdfium for little: it runs for every character of every page."""

    def __init__(self, raw: Any, text: Any, turn: Turn) -> None:
        self.raw, self.text, self.turn = raw, text, turn
        self.runs: list[Run] = []
        self.chars: list[str] = []
        self.is_upright = self.is_known = True
        self.size = self.top = self.bottom = self.left = 0.0
        self.matrix, self.x, self.y = raw.FS_MATRIX(), ctypes.c_double(), ctypes.c_double()

    def read(self, count: int) -> list[Run]:
        """Return the runs of the first `count` characters."""
        raw, text, place = self.raw, self.text, self.turn.place
        box_of = raw.FPDFText_GetLooseCharBox
        rect = raw.FS_RECTF()
        reference = ctypes.byref(rect)
        x, y, is_straight = self.turn.box.left, self.turn.box.top, self.turn.quarter == 0
        characters, spans = self._characters(count)
        right = low = 0.0
        has_space = False
        i = leap_from = -1
        while (i := i + 1) < count:
            char = characters[i]
            if char in _BLANKS:
                if raw.FPDFText_IsGenerated(text, i):
                    continue
                if not raw.FPDFText_HasUnicodeMapError(text, i):
                    has_space = True
                    continue
            box_of(text, i, reference)
            if is_straight:
                left, top, end, bottom = rect.left - x, y - rect.top, rect.right - x, y - rect.bottom
            else:
                left, top, end, bottom = place(rect.left, rect.bottom, rect.right, rect.top)
            size = self.size
            fall = abs(bottom - low)
            if (
                self.chars
                and self.is_upright
                and fall <= _SAME_BASE * size
                and -_MAX_OVERLAP * size
                <= left - right
                < (_MAX_SPACE if has_space else MAX_GAP_IN_RUN) * size
            ):
                if fall > _OTHER_FONT * size:
                    self.is_known = not raw.FPDFText_HasUnicodeMapError(text, i)
                if char < _FIRST_CHINESE or not self.is_known:
                    char = self._char(char, i)
                self.chars.append(" " + char if has_space else char)
            else:
                self._flush(right)
                if not self._begin(char, i, (left, top, end, bottom)):
                    continue
            right, low, has_space = end, bottom, False
            leap = spans[i]
            if leap and is_straight and self.is_upright and self.is_known and i >= leap_from:
                leap_from = i + leap  # where the next one is tried, if this one fails
                box_of(text, i + leap, reference)
                wider = rect.left - x - left - leap * (end - left)
                low_at = y - rect.bottom
                if abs(low_at - bottom) <= _SAME_BASE * self.size and abs(wider) <= _LEAP_GAP * self.size:
                    self.chars.append(characters[i + 1 : i + leap + 1])
                    i += leap
                    right = rect.right - x
        self._flush(right)
        return self.runs

    def _characters(self, count: int) -> tuple[str, bytearray]:
        """The characters, one for each of pdfium's; and for each how many of the next ones, up to _LEAP, are Chinese as it is."""
        buffer = (ctypes.c_ushort * (count + 1))()
        if self.raw.FPDFText_GetText(self.text, 0, count, buffer) == count + 1:
            characters = bytes(buffer)[: 2 * count].decode("utf-16-le", "surrogatepass")
        else:
            characters = ""
        if len(characters) != count:  # some character has no code unit of its own, or two
            codes = (self.raw.FPDFText_GetUnicode(self.text, i) for i in range(count))
            characters = "".join(chr(code) if code <= sys.maxunicode else _UNKNOWN for code in codes)
        characters = characters.translate(_HYPHENS)
        spans = bytearray(count)
        for match in _CHINESE.finditer(characters):
            start, length = match.start(), match.end() - match.start()
            tail = bytes(range(min(length, _LEAP + 1) - 1, -1, -1))
            spans[start : start + length] = bytes((_LEAP,)) * (length - len(tail)) + tail
        return characters, spans

    def _flush(self, right: float) -> None:
        """End the run."""
        if self.chars and self.is_upright:
            self.runs.append(Run("".join(self.chars), self.left, self.top, right, self.bottom, self.size))
        self.chars = []

    def _begin(self, char: str, i: int, box: Place) -> bool:
        """Begin a run with a character; False if it is askew, and so no part of the text."""
        quarter = _quarter(self.raw.FPDFText_GetCharAngle(self.text, i))
        if quarter is None:
            return False
        self.is_known = not self.raw.FPDFText_HasUnicodeMapError(self.text, i)
        self.size = self._size(i) or box[3] - box[1] or 1.0
        self.is_upright = quarter == self.turn.quarter
        char = self._char(char, i)
        if not self.is_upright:
            self._add_sideways(char, box)
            return True
        self.chars = [char]
        self.left = box[0]
        base = self._base(i)
        if not box[1] - self.size <= base <= box[3] + self.size:
            base = (box[1] + box[3]) / 2 + (_ASCENT - 0.5) * self.size
        self.top, self.bottom = base - _ASCENT * self.size, base + _DESCENT * self.size
        return True

    def _add_sideways(self, char: str, box: Place) -> None:
        """Add a character of text that is turned by a quarter: to the run above or below it, or as a run."""
        self.chars = []
        last = self.runs[-1] if self.runs else None
        reach = self.size
        if (
            last
            and abs((last.left + last.right) - (box[0] + box[2])) < reach
            and (abs(box[1] - last.bottom) < reach or abs(last.top - box[3]) < reach)
        ):
            place = (
                min(last.left, box[0]),
                min(last.top, box[1]),
                max(last.right, box[2]),
                max(last.bottom, box[3]),
            )
            self.runs[-1] = Run(last.text + char, *place, last.size)
        else:
            self.runs.append(Run(char, *box, self.size))

    def _char(self, char: str, i: int) -> str:
        """The character; U+FFFD if the font says no Unicode for it."""
        if char < _FIRST_PRINTED or char in _BLANKS or self.raw.FPDFText_HasUnicodeMapError(self.text, i):
            return _UNKNOWN
        return char

    def _size(self, i: int) -> float:
        """The font size as drawn."""
        size = float(self.raw.FPDFText_GetFontSize(self.text, i))
        if self.raw.FPDFText_GetMatrix(self.text, i, ctypes.byref(self.matrix)):
            size *= math.hypot(self.matrix.c, self.matrix.d)
        return abs(size) if math.isfinite(size) else 0.0

    def _base(self, i: int) -> float:
        """The height of the base line on the page turned upright."""
        self.raw.FPDFText_GetCharOrigin(self.text, i, ctypes.byref(self.x), ctypes.byref(self.y))
        return self.turn.place(self.x.value, self.y.value, self.x.value, self.y.value)[1]
