"""Join runs of text: where a gap is a space, where it is none, and how wide a text is. Runs in, text out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from crawler.extract.documents.layout.page import Run

_MIN_LATIN_SPACE = 0.15  # font sizes between two Latin words
_MIN_CHINESE_SPACE = 0.8  # font sizes; justified text has less between two characters
_FIRST_WIDE = (
    "\u2e80"  # characters from here on are as wide as the font's size, most of those before are half as wide
)
_MAX_LETTER_GAP = 3.2  # font sizes between the characters of 法 治 政 府
_MIN_LETTERS = 3  # characters that are set with gaps
_MAX_GAP_DIFFERENCE = 0.6  # font sizes between two gaps of one letter-spaced text
_WIDE_MARKS = frozenset("“”‘’…—·①②③④⑤⑥⑦⑧⑨⑩")


def is_wide(char: str) -> bool:
    """Whether a character is set as wide as the font's size."""
    return char >= _FIRST_WIDE or char in _WIDE_MARKS


def width(text: str) -> float:
    """Return the usual width of a text in font sizes."""
    return sum(1.0 if is_wide(char) else 0.5 for char in text)


def joint(before: str, after: str, gap: float) -> str:
    """Return what stands between two texts of one line: a space or nothing. `gap` in font sizes."""
    if not before or not after or before[-1] == " " or after[0] == " ":
        return ""
    is_latin = not (is_wide(before[-1]) or is_wide(after[0]))
    return " " if gap >= (_MIN_LATIN_SPACE if is_latin else _MIN_CHINESE_SPACE) else ""


def join_lines(before: str, after: str) -> str:
    """Return two lines of one paragraph as one text. A hyphen at the end of a line joins the halves of a Latin word."""
    if not before or not after:
        return before + after
    last, first = before[-1], after[0]
    if last in "-\u00ad\u2010" and len(before) > 1 and before[-2].isascii() and before[-2].isalpha():
        return before[:-1] + after if first.isascii() and first.islower() else before + after
    both_latin = last.isascii() and first.isascii() and (last.isalnum() or last in ".,;:!?)")
    return f"{before} {after}" if both_latin and first.isalpha() and last != " " else before + after


def is_letter_spaced(runs: Sequence[Run]) -> bool:
    """Whether runs from left to right are single Chinese characters with even gaps: 法 治 政 府."""
    if len(runs) < _MIN_LETTERS or any(len(run.text) != 1 or not is_wide(run.text) for run in runs):
        return False
    size = max(run.size for run in runs)
    gaps = [(after.left - before.right) / size for before, after in pairwise(runs)]
    return max(gaps) <= _MAX_LETTER_GAP and max(gaps) - min(gaps) <= _MAX_GAP_DIFFERENCE


def without_letter_spaces(text: str) -> str:
    """Return a text without the spaces of a line whose every character is followed by one."""
    if " " not in text[:3]:
        return text
    parts = text.split()
    if len(parts) < _MIN_LETTERS or any(len(part) != 1 or not is_wide(part) for part in parts):
        return text
    return "".join(parts)


def union(runs: Sequence[Run]) -> Run:
    """Return runs of one line, from left to right, as one run. Its size is that of most of the characters."""
    if len(runs) == 1:
        return runs[0]
    if is_letter_spaced(runs):
        text = "".join(run.text for run in runs)
    else:
        text = runs[0].text
        for before, after in pairwise(runs):
            gap = (after.left - before.right) / (max(before.size, after.size) or 1)
            text += joint(text, after.text, gap) + after.text
    largest = max(runs, key=lambda run: len(run.text))
    return Run(
        text,
        min(run.left for run in runs),
        min(run.top for run in runs),
        max(run.right for run in runs),
        max(run.bottom for run in runs),
        largest.size,
    )
