"""Split text into the tokens of the full text index, and words of a query into phrases of them. Pure functions of str.

A run of Chinese characters becomes its pairs and then its last character alone: 行政复议 gives 行政 政复 复议 议. So a
phrase of pairs is found only within one run, and the last character ends the run for a phrase that goes on behind it. A
Latin word or a number is a token. A punctuation mark is one too, so that phrases count it. White space gives none, but the
end of a paragraph does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from operator import add

from crawler.field.text import fold

_CHINESE = "々〇㐀-䶿一-鿿豈-﫿\ue000-\uf8ff\U00020000-\U0003ffffぁ-ゖァ-ヺㄅ-ㄯ가-힣"
"""Characters written without spaces: Han with its extensions and private use (rare names), kana, bopomofo, hangul."""

_PIECE = re.compile(rf"([{_CHINESE}]+)|([^\W_{_CHINESE}]+)|(\n)|(\S)")
_WORD_CHAR = rf"[^\W_{_CHINESE}]"
PARAGRAPH_END = "¶"
"""Token between two paragraphs."""

_FULL_WIDTH_OFFSET = 0xFEE0  # from an ASCII character to its full-width form


def lower(text: str) -> str:
    """Return folded text in lower case, with each character at its place: `İ`, whose lower case is longer, stays."""
    changed = text.lower()
    if len(changed) == len(text):
        return changed
    return "".join(small if len(small := char.lower()) == 1 else char for char in text)


def tokens(text: str) -> list[str]:
    """Return the tokens of a text. None contains a space, an ASCII punctuation mark or a control character."""
    found: list[str] = []
    for chinese, word, end, mark in _PIECE.findall(lower(fold(text))):
        if chinese:
            found += map(add, chinese, chinese[1:])
            found.append(chinese[-1])
        elif word:
            found.append(word)
        else:
            found.append(PARAGRAPH_END if end else _mark(mark))
    return found


def _mark(char: str) -> str:
    """Return a punctuation mark as a token: an ASCII one in full width, which folded text never has."""
    return chr(ord(char) + _FULL_WIDTH_OFFSET) if char.isascii() else char


@dataclass(frozen=True, slots=False)
class Phrase:
    """What a query's word or quoted text means: pieces that follow each other, and are found as they stand.

    White space between pieces does not count, but between two Chinese pieces there must be some.
    """

    pieces: tuple[str, ...]  # runs of Chinese characters, Latin words and numbers, punctuation marks

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """The phrase as tokens of the index. If `is_prefix`, the last token need only begin one of the text's."""
        found = tokens(" ".join(self.pieces))
        if _is_chinese(self.pieces[-1]) and len(self.pieces[-1]) > 1:
            found.pop()  # the text may go on behind it
        return tuple(found)

    @property
    def is_prefix(self) -> bool:
        """Whether the last piece is a single Chinese character: it stands in each pair that it begins, or alone."""
        return _is_chinese(self.pieces[-1]) and len(self.pieces[-1]) == 1

    @cached_property
    def has_case(self) -> bool:
        """Whether a piece has letters with two cases. If not, text need not be put in lower case to be searched."""
        return any(piece.upper() != piece.lower() for piece in self.pieces)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """A pattern that finds, in text in lower case, what the index finds by `tokens`."""
        parts = [re.escape(self.pieces[0])]
        for left, right in zip(self.pieces, self.pieces[1:], strict=False):
            alike = _is_chinese(left) == _is_chinese(right) and _is_wordlike(left) and _is_wordlike(right)
            parts += [r"[^\S\n]+" if alike else r"[^\S\n]*", re.escape(right)]
        before = rf"(?<!{_WORD_CHAR})" if _is_word(self.pieces[0]) else ""
        after = rf"(?!{_WORD_CHAR})" if _is_word(self.pieces[-1]) else ""
        return re.compile(before + "".join(parts) + after)


def _is_chinese(piece: str) -> bool:
    return bool(re.match(f"[{_CHINESE}]", piece))


def _is_word(piece: str) -> bool:
    return bool(re.match(_WORD_CHAR, piece))


def _is_wordlike(piece: str) -> bool:
    return _is_chinese(piece) or _is_word(piece)


def exact_phrase(text: str) -> Phrase | None:
    """Return the phrase of a quoted text, in which punctuation counts. None if it has nothing but punctuation."""
    pieces = _pieces(text)
    return Phrase(pieces) if any(map(_is_wordlike, pieces)) else None


def phrases(word: str) -> list[Phrase]:
    """Return the phrases of a word without quotes: its parts between punctuation marks.

    A mark between two letters or digits belongs to them: 98.5, 2022-2023, covid-19.
    """
    found: list[list[str]] = [[]]
    pieces = _pieces(word)
    for index, piece in enumerate(pieces):
        if _is_wordlike(piece) or (
            0 < index < len(pieces) - 1 and _is_word(pieces[index - 1]) and _is_word(pieces[index + 1])
        ):
            found[-1].append(piece)
        else:
            found.append([])
    return [Phrase(tuple(each)) for each in found if each]


def _pieces(text: str) -> tuple[str, ...]:
    plain = " ".join(lower(fold(text)).split())
    return tuple(match[0] for match in _PIECE.finditer(plain))
