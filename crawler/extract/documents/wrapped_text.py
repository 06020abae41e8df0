"""Join the lines of a plain text that is wrapped at a fixed width into paragraphs, and leave any other text as it is."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from unicodedata import east_asian_width

_MIN_LINES = 8  # of a text that is judged
_MIN_WIDTH, _MAX_WIDTH = 30, 120  # columns at which programs wrap; a Chinese character takes two
_SLACK = 3  # columns that a full line may lack: one wide character, and a mark that may not begin a line
_MIN_FULL_SHARE = 0.4  # of the lines, that are full
_MAX_ENDED_SHARE = 0.25  # of the full lines, that end with a sentence; of paragraphs nearly all do
_LINE_ENDS = re.compile("\r\n|[\r\n\v\f\x85\u2028\u2029]")
_SENTENCE_END = tuple("。！？；：!?;:")
_INDENTS = ("  ", "\u3000", "\t")
_HEADING = re.compile(
    "[(（]?[一二三四五六七八九十]{1,3}[)）、.．]|第[一二三四五六七八九十]{1,3}[章节条]|[0-9]{1,2}[、.．](?![0-9])"
)


def unwrapped(text: str) -> str:
    """Return a text with one paragraph a line.

    Lines are joined only where the text is surely wrapped: no line is wider than the full ones, many are full, and few of
    those end a sentence. A paragraph then ends with a line that is not full, before an empty line, an indent or a heading.
    """
    lines = _LINE_ENDS.split(text)
    widths = [_width(line.rstrip()) + line.endswith(" ") for line in lines]
    full = _full_width(lines, widths)
    if full is None:
        return text
    has_indents = sum(line.startswith(_INDENTS) for line in lines) > 1
    paragraphs: list[list[str]] = []
    is_open = False
    for line, width in zip(lines, widths, strict=True):
        begins = line.startswith(_INDENTS) or (not has_indents and _HEADING.match(line) is not None)
        if is_open and width and not begins:
            paragraphs[-1].append(line)
        elif width:
            paragraphs.append([line])
        is_open = width >= full - _SLACK
    return "\n".join(map(_joined, paragraphs))


def _full_width(lines: list[str], widths: list[int]) -> int | None:
    """The columns at which a text is wrapped; None if it is not, or one cannot be sure."""
    filled = [width for width in widths if width]
    widest = max(filled, default=0)
    if len(filled) < _MIN_LINES or not _MIN_WIDTH <= widest <= _MAX_WIDTH:
        return None
    full = [line.rstrip() for line, width in zip(lines, widths, strict=True) if width >= widest - _SLACK]
    ended = sum(line.endswith(_SENTENCE_END) for line in full)
    is_wrapped = len(full) >= _MIN_FULL_SHARE * len(filled) and ended <= _MAX_ENDED_SHARE * len(full)
    return widest if is_wrapped else None


def _width(line: str) -> int:
    """Columns of a line on a terminal; past the widest that counts, one is as good as another."""
    if len(line) > _MAX_WIDTH:
        return len(line)
    counts = Counter(map(east_asian_width, line))
    return len(line) + counts["W"] + counts["F"] + counts["A"]


def _joined(lines: list[str]) -> str:
    """The lines of a paragraph as one. A space where it was wrapped stays; two Latin words get the one that they lost."""
    pieces = [lines[0].strip()]
    for before, line in pairwise(lines):
        part = line.strip()
        if before[-1:] == " " or line[:1] == " " or (_is_letter(pieces[-1][-1:]) and _is_letter(part[:1])):
            pieces.append(" ")
        pieces.append(part)
    return "".join(pieces)


def _is_letter(char: str) -> bool:
    return char.isascii() and char.isalpha()
