"""Measure whether a text can be what its document shows, or what a wrong table of a font makes of it. Text in, reason out.

Measured on 77 texts (the gold of 54 saved pages, 23 made reports) and on what PDFs with missing and wrong tables of characters
give. Each limit lies between the two.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import NamedTuple

_MAX_UNKNOWN = 0.005  # share of U+FFFD. Right texts have none; a table with every tenth character missing gives 0.06 to 0.10
_MAX_PRIVATE = 0.01  # share of private-use characters: bullets are some, glyphs of an own coding are all
_MAX_RARE = 0.01  # share of the Chinese characters that neither GB 2312 nor Big5 has: at most 0.0013, and 0.07 of a wrong table
_MIN_COMMON = 0.15  # share of the 356 most frequent of the Chinese characters: 0.36 and more in reports, 0.24 in an invoice;  # drawn at random from GB 2312 0.05, from its more frequent half 0.10
_MAX_FOREIGN = 0.05  # share of letters of other scripts; bytes of GBK taken for Latin-1 are nothing else
_MIN_CHINESE = 0.05  # share of Chinese characters: the sites are Chinese, and a shifted table gives ASCII
_MIN_MEASURED = 200  # characters from which on shares say something
_MIN_PAGE_CHARACTERS = 20  # a page; scans with a stamp, a date or the name of an app on each page have fewer
_COMMON = frozenset(
    "法政的行治建一全人府和化是设市作件制实进年推开大务会工项执在度理展不公发有个为动议中重成三范体平规督部主解事提监力次责区律合对要业学加强国了用机办调决服查审性面出二案现民定策立管落能生完以组文员高等我"
    "上领任新社入点习家题程关依问时方资信级持专应改到委效单企通系深自职位导率第常长地清场分量这代经四下产同报与示县明过名党心门创他格评情复目计质处意协可万省保各施整织共多想普诉健台道权安步元数接商受营证得"
    "来就将于及环思构并还善结统论优近条坚好余标表升基境存子核五况十更种续培们严众正负后内革活投特联综录期干最小向域两比布增准突也院参水前确息请供间者告纠武所态车司运备果贯式其批如序育而宣起知层列然本纷涉彻"
)  # the most frequent characters of those texts, each text weighing the same


class Measures(NamedTuple):
    """What a text consists of: its characters without white space, and shares of them from 0 to 1."""

    characters: int
    unknown: float
    private: float
    foreign: float
    chinese: float
    rare: float  # of the Chinese characters
    common: float  # of the Chinese characters


def measure(text: str) -> Measures:
    """Return the measures of a text."""
    kinds: Counter[str] = Counter()
    for char, times in Counter(text).items():
        kinds[_kind(char)] += times
    total = kinds.total() - kinds["space"]
    common, rare = kinds["common"], kinds["rare"]
    chinese = common + rare + kinds["chinese"]
    return Measures(
        total,
        kinds["unknown"] / (total or 1),
        kinds["private"] / (total or 1),
        kinds["foreign"] / (total or 1),
        chinese / (total or 1),
        rare / (chinese or 1),
        common / (chinese or 1),
    )


def fault(text: str, pages: int | None = None) -> str | None:
    """Return why a text cannot be what its document shows, for people; None if it can.

    `text`: all that was read, before folding and with U+FFFD for what is unknown. `pages`: None for a format without pages.
    A document whose text has a fault is `needs_ocr`.
    """
    found = measure(text)
    if not found.characters:
        return "there is no text"
    if pages and found.characters < _MIN_PAGE_CHARACTERS * pages:
        return f"{found.characters} characters on {pages} pages"
    if found.unknown > _MAX_UNKNOWN and found.unknown * found.characters > 2:
        return f"{found.unknown:.1%} of the characters are unknown"
    if found.characters < _MIN_MEASURED:
        return None
    if found.private > _MAX_PRIVATE:
        return f"{found.private:.1%} of the characters are of private use"
    if found.foreign > _MAX_FOREIGN:
        return f"{found.foreign:.1%} of the characters are letters of other scripts"
    if found.chinese < _MIN_CHINESE:
        return f"{found.chinese:.1%} of the characters are Chinese"
    if found.rare > _MAX_RARE:
        return f"{found.rare:.1%} of the Chinese characters are in no usual set"
    if found.common < _MIN_COMMON:
        return f"{found.common:.1%} of the Chinese characters are frequent ones"
    return None


@cache
def _kind(char: str) -> str:
    """What a character is to the measures. Bounded: there are as many as Unicode has."""
    if char in _COMMON:
        return "common"
    if char.isascii():
        return "space" if char.isspace() else "other"
    if char == "\ufffd":
        return "unknown"
    if "\u3400" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff" or char >= "\U00020000":
        return "chinese" if _is_in(char, "gb2312") or _is_in(char, "big5") else "rare"
    if "\ue000" <= char <= "\uf8ff" or char >= "\U000f0000":
        return "private"
    return "space" if char.isspace() else "foreign" if char.isalpha() and char < "\u3000" else "other"


def _is_in(char: str, coding: str) -> bool:
    try:
        char.encode(coding)
    except UnicodeEncodeError:
        return False
    return True
