"""Figures in a text, and its letters without punctuation. Pure, linear in the text.

A figure is a number that says how many: `1,200件`, `95.3%`, `十二件`. Numbers of years, months, days and documents (`2022年`,
`第3条`, `5号`) and those that number paragraphs (`3.`, `(2)`) are none.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator

_DIGITS = re.compile(r"[0-9][0-9,.]*(?:%|‰|[万亿]+)?")
_NUMERALS = re.compile(r"[百千万亿零〇两一二三四五六七八九十]{2,}")
"""Two and more: 两个维护 and 一个 are words, 十二件 is a figure."""

_NOT_AFTER = ("第", "〔")  # 第3条, 〔2023〕
_NOT_BEFORE = ("年", "月", "日", "号", "〕", "届")
_NUMBERING = ("、", ")", "）")
_BRACKETS = {"(": ")", "（": "）", "[": "]"}
_COUNTED = tuple("件次人部项起家个名场期份篇幢户处所元成")
"""Units behind a Chinese numeral that make it a figure: 十二件, but not 十二届 or 十一、."""

_PERCENT = "百分之"


def figures(paragraphs: Iterable[str]) -> Counter[str]:
    """Return how often each figure stands in these paragraphs. `1,200` is `1200`."""
    found: Counter[str] = Counter()
    for paragraph in paragraphs:
        found.update(_digits(paragraph))
        found.update(_numerals(paragraph))
    return found


def _digits(paragraph: str) -> Iterator[str]:
    indent = len(paragraph) - len(paragraph.lstrip())
    for match in _DIGITS.finditer(paragraph):
        before, after = paragraph[match.start() - 1 : match.start()], paragraph[match.end() : match.end() + 1]
        numbers_it = match.start() == indent and (match[0].endswith(".") or after in _NUMBERING)
        in_brackets = before in _BRACKETS and _BRACKETS[before] == after and match[0].isdigit()
        if not (numbers_it or in_brackets or before in _NOT_AFTER or after in _NOT_BEFORE):
            yield match[0].rstrip(",.").replace(",", "")


def _numerals(paragraph: str) -> Iterator[str]:
    for match in _NUMERALS.finditer(paragraph):
        before, after = (
            paragraph[max(0, match.start() - 3) : match.start()],
            paragraph[match.end() : match.end() + 1],
        )
        if before == _PERCENT:
            yield _PERCENT + match[0]
        elif after in _COUNTED and not before.endswith(("第", *"0123456789.")):  # 3万件 is read as digits
            yield match[0] + after


def letters(text: str) -> str:
    """Return a text without white space and punctuation. Signs that change a number stay: `%`, and `.` and `-` before a digit."""
    kept = (c for at, c in enumerate(text) if c.isalnum() or _is_kept(c, text[at + 1 : at + 2]))
    return "".join(kept)


def _is_kept(character: str, following: str) -> bool:
    if character in "%‰":
        return True
    if character in ".-−":
        return following.isdigit()
    return unicodedata.category(character)[0] not in "PZC"


def without_space(text: str) -> str:
    """Return a text without white space and invisible characters."""
    return "".join(c for c in text if not c.isspace() and unicodedata.category(c) != "Cf")
