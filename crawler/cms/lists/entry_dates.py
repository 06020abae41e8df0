"""Find the date of a list entry: beside its link, also where it is cut in two or stands below a heading with the year."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from selectolax.lexbor import LexborNode

from crawler.field.text import iso_date

MAX_ENTRY_CHARS = 400
"""An element with more text is a list, not an entry."""

YEAR_HEADINGS = "h1, h2, h3, h4, h5, h6, dt, th, caption, strong, b, p, div, span, em, i, li, td"
"""Elements that can be a heading with a year and nothing else."""

_ENTRY_TAGS = frozenset(("li", "tr", "dd", "dl", "p", "td", "div", "a", "section", "article"))
_MAX_ANCESTORS = 3  # elements around a link that can be its entry
_MAX_LABEL_CHARS = 8  # besides a date: 发布时间:, a time of day
_MAX_DATE_CHARS = 40
_SEPARATOR = "\x1f"  # between the pieces of text of an element
_MAX_HEADING_CHARS = 10
_HEADING = re.compile(r"[\[(【]?(20\d\d)年?度?[\])】]?")
_EDGE = " \t\r\n\xa0\u3000[]()【】（）/-.·|,"
_UNITS = ("年", "月", "日")  # beside numbers that have elements of their own
_SPACED = re.compile(r"[\d年月日./\s-]{4,20}")  # 2024 03-28
_DAY = re.compile(r"(\d{1,2})日?")
_MONTH = re.compile(r"(\d{1,2})月?")
_YEAR = re.compile(r"(20\d\d)年?")
_YEAR_MONTH = re.compile(r"(20\d\d)\s?[-/.年]\s?(\d{1,2})月?")
_MONTH_DAY = re.compile(r"(?P<month>\d{1,2})\s?[-/.月]\s?(?P<day>\d{1,2})日?")
_MONTH_OVER_DAY = re.compile(r"(?<!\d)(?P<month>\d{1,2})月\n(?P<day>\d{1,2})日?(?!\d)")
_DAY_OVER_MONTH = re.compile(r"(?<!\d)(?P<day>\d{1,2})日?\n(?P<month>\d{1,2})月")


def pieces_of(node: LexborNode) -> list[str]:
    """Return the texts in an element, each without spaces and brackets around it; only those with any text."""
    return [
        piece for text in node.text(separator=_SEPARATOR).split(_SEPARATOR) if (piece := text.strip(_EDGE))
    ]


def year_of_heading(node: LexborNode) -> int | None:
    """Return the year of an element that has no more than a text, and that is a year: 2024, 2024年, [2024年度]."""
    child = node.child
    if child is None or child.tag != "-text" or child.next is not None:
        return None
    text = (child.text_content or "").strip()
    found = _HEADING.fullmatch(text) if len(text) <= _MAX_HEADING_CHARS else None
    return int(found[1]) if found else None


def cut_date(pieces: Sequence[str]) -> str | None:
    """Return the ISO day of a date that is cut into pieces: 28 and 2024-03, 2024 and 03-28, 28 and 03 and 2024."""
    pieces = [part for piece in pieces for part in _parts(piece)]
    for one, two in itertools.pairwise(pieces):
        for left, right in ((one, two), (two, one)):
            if (whole := _YEAR_MONTH.fullmatch(left)) and (day := _DAY.fullmatch(right)):
                return _iso(whole[1], whole[2], day[1])
            if (year := _YEAR.fullmatch(left)) and (rest := _MONTH_DAY.fullmatch(right)):
                return _iso(year[1], rest[1], rest[2])
    for one, two, three in zip(pieces, pieces[1:], pieces[2:], strict=False):
        for left, right in ((one, three), (three, one)):
            if (
                (year := _YEAR.fullmatch(left))
                and (month := _MONTH.fullmatch(two))
                and (day := _DAY.fullmatch(right))
                and (two.endswith("月") or left is one)
            ):
                return _iso(year[1], month[1], day[1])
    return None


def _parts(piece: str) -> list[str]:
    """Return the parts of a piece that is a date with spaces in it, without the units that have elements of their own."""
    if piece in _UNITS:
        return []
    return piece.split() if _SPACED.fullmatch(piece) else [piece]


def is_date_piece(piece: str) -> bool:
    """Whether a piece of text is a date or a part of one, and no title."""
    return any(pattern.fullmatch(piece) for pattern in (_DAY, _YEAR_MONTH, _MONTH_DAY)) or bool(
        _own_day(piece)
    )


def _own_day(piece: str) -> str | None:
    """Return the ISO day of a piece of text that is a date with its label at most; None for a text that mentions one."""
    found = iso_date(piece)
    return found[:10] if found and len(piece) <= len(found) + _MAX_LABEL_CHARS else None


def _adjacent_day(node: LexborNode) -> str | None:
    """Return the day in the text directly behind a link, or else before it: entries may be divided by `<br>` only."""
    for beside in (node.next, node.prev):
        text = (
            (beside.text_content or "").strip(_EDGE) if beside is not None and beside.tag == "-text" else ""
        )
        if len(text) <= _MAX_DATE_CHARS and (day := _own_day(text)):
            return day
    return None


class EntryDates:
    """Finds the dates beside the links of a page. An element around many links is read once."""

    def __init__(self) -> None:
        self._around: dict[int, str | None] = {}  # result for an element, by its id
        self._year: int | None = None  # of the last heading with a year
        self._headings = 0  # with different years, since the last entry
        self._entry_follows = False

    def see_heading(self, year: int) -> None:
        """Note a heading with a year. Several ones without an entry between them are tabs, which say nothing."""
        self._headings = 1 if self._entry_follows else self._headings + (year != self._year)
        self._year, self._entry_follows = year, False

    def see_entry(self) -> None:
        """Note that an entry follows the headings seen so far."""
        self._entry_follows = True

    def beside(self, node: LexborNode, url: str) -> str | None:
        """Return the date in the entry of a link: in the nearest ancestor that has one and is not larger than an entry."""
        found = self._date_in(node, url)
        if found == "" and (day := _adjacent_day(node)):
            return day
        ancestor = node.parent
        for _ in range(_MAX_ANCESTORS):
            if found is None or found or ancestor is None:
                break
            place = ancestor.mem_id
            if place not in self._around:
                self._around[place] = self._date_in(ancestor, url, entry=ancestor.tag in _ENTRY_TAGS)
            found = self._around[place]
            ancestor = ancestor.parent
        return found or None

    def _date_in(self, node: LexborNode, url: str, *, entry: bool = True) -> str | None:
        """Return the day in an element's text; empty if there is none or if it is no `entry`; None if it is too long for one."""
        text = node.text(separator=" ")
        if len(text) > MAX_ENTRY_CHARS:
            return None
        if not entry or not any(char.isdigit() for char in text):
            return ""
        pieces = pieces_of(node)
        if day := cut_date(pieces):
            return day
        own = next(
            (day for piece in pieces if (day := _own_day(piece))), None
        )  # not one that a summary mentions
        return own or (iso_date(text) or "")[:10] or self._without_year(pieces, url)

    def _without_year(self, pieces: Sequence[str], url: str) -> str:
        """Return the day of 03-28, with the year of the heading above it, or of the address if that has the same day."""
        found = next((match for piece in pieces if (match := _MONTH_DAY.fullmatch(piece))), None)
        if found is None:
            joined = "\n".join(pieces)
            found = _MONTH_OVER_DAY.search(joined) or _DAY_OVER_MONTH.search(joined)
        if found is None:
            return ""
        month, day = (f"{int(found[name]):02}" for name in ("month", "day"))
        if self._year is not None and self._headings <= 1:
            return _iso(str(self._year), month, day) or ""
        in_address = re.search(r"(20\d\d)[-/]?(\d{1,2})[-/]?(\d{2})(?!\d)", url)
        if in_address and (f"{int(in_address[2]):02}", in_address[3]) == (month, day):
            return _iso(in_address[1], month, day) or ""
        return ""


def _iso(year: str, month: str, day: str) -> str | None:
    """Return an ISO day; None where no calendar has it."""
    return (iso_date(f"{year}-{month}-{day}") or "")[:10] or None
