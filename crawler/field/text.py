"""Normalise Chinese text as the archive keeps it, and read dates and numerals in it. Pure functions of str."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache

_INDENT = (
    " \t\r\f\v\u00a0\u3000\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f"
)
_FULL_WIDTH = re.compile("[\uff01-\uff5e]")
_FREQUENT_FULL_WIDTH = tuple((wide, chr(ord(wide) - 0xFEE0)) for wide in "，：；（）％！？．")
CONTROLS = "\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
"""Characters that change how a terminal or an editor shows the text around them, as a set of a regular expression:
C0 without newline and tab, DEL, C1, line and paragraph separator, marks of writing direction."""

_CONTROL = re.compile(f"[{CONTROLS}]")
_LINE_ENDS = re.compile("[\r\v\f\x85\u2028\u2029]")
_INVISIBLE = re.compile(f"[\ufeff\u200b-\u200d\u2060\u00ad\ud800-\udfff{CONTROLS}]+")


def visible(text: str) -> str:
    """Return text for a terminal: each control character as its escape, `\\x1b` or `\\u202e`. Newline and tab stay."""
    return _CONTROL.sub(_escape, text) if _CONTROL.search(text) else text


def visible_line(text: str) -> str:
    """Return text for one line of a terminal: as `visible`, and each newline as `\\n`. So no text can forge a line of output."""
    return visible(text).replace("\n", "\\n")


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def json_escaped(json: str) -> str:
    """Return JSON of the same value with each control character in its strings escaped, as `\\u001b`."""
    return _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", json) if _CONTROL.search(json) else json


def one_line(text: str) -> str:
    """Return a title or name as the archive keeps it: folded, without invisible characters, white space as single spaces.

    Lone surrogates are left out too: JSON can hold them, files cannot.
    """
    if not text.isprintable():
        text = _INVISIBLE.sub("", _LINE_ENDS.sub(" ", text))
    return " ".join(fold(text).split())


def fold(text: str) -> str:
    """Return text with full-width ASCII forms (U+FF01 to U+FF5E) as ASCII. Not NFKC: `①`, `㎡`, `…`, `。` stay."""
    if not _FULL_WIDTH.search(text):
        return text
    for (
        wide,
        narrow,
    ) in _FREQUENT_FULL_WIDTH:  # str.replace is faster than str.translate, which looks up each character
        text = text.replace(wide, narrow)
    return _FULL_WIDTH.sub(_narrow, text)


def _narrow(match: re.Match[str]) -> str:
    return chr(ord(match[0]) - 0xFEE0)


def paragraphs(text: str) -> list[str]:
    """Return the non-empty lines of a text, folded, without indentation and invisible characters."""
    return unfolded_paragraphs(fold(text))


def unfolded_paragraphs(text: str) -> list[str]:
    """Return the lines of `paragraphs` with the full-width forms that the text has."""
    if _INVISIBLE.search(text):
        text = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text))
    return [line for raw in text.split("\n") if (line := raw.strip(_INDENT))]


_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | dict.fromkeys("零○◯O0Ｏ０", 0) | {"两": 2}


def chinese_number(text: str) -> int | None:
    """Return the value of a numeral below 10,000 in any spelling: 二〇二三 is 2023, 二十一 is 21. None for other text."""
    if text.isascii() and text.isdigit():
        return int(text)
    if not text:
        return None
    if "十" not in text and "百" not in text and "千" not in text:
        digits = [_DIGITS.get(char) for char in text]
        return None if None in digits else int("".join(map(str, digits)))
    total, digit = 0, None
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in "十百千":
            total += (1 if digit is None else digit) * {"十": 10, "百": 100, "千": 1000}[char]
            digit = None
        else:
            return None
    return total + (digit or 0)


_NUMERAL = "0-9〇零○◯O一二三四五六七八九十"
_YEAR_LENGTH = 4
_DASH = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63]")  # –, ‑, − and the like, as editors write them for -
_DATE = rf"""
    [12一二](?<![0-9].)
    (?: (?:(?<=1)9|(?<=2)0)[0-9]{{2}} \s* (?P<sep>[-/.年]) \s* (?P<m>[0-9]{{1,2}}) \s* (?:(?P=sep)|[-/.月]) \s* (?P<d>[0-9]{{1,2}}) (?![0-9]) (?: \s*+ [日号] )?+
      | (?<=[二一])[{_NUMERAL}]{{3}} \s* 年 \s* (?P<cm>[{_NUMERAL}]{{1,2}}) \s* 月 \s* (?P<cd>[{_NUMERAL}]{{1,3}}) \s* [日号]
    )
    (?! \s*+ (?:月|[-~至]\s*(?:[{_NUMERAL}]{{1,2}}\s*月\s*)?[{_NUMERAL}]{{1,3}}\s*[日号]) )
    # 2022年1-9月, 2026年9月18-22日, 2022年1月1日至12月31日: spans
    (?: [T\s,]{{0,4}} (?P<H>[01]?[0-9]|2[0-3]) \s* [:∶时] \s* (?P<M>[0-5][0-9]) (?: \s*[:∶分]\s* (?P<S>[0-5][0-9]) (?:[.,][0-9]+)? )?
        (?: \s? (?P<utc>Z|UTC|GMT)? (?:(?P<zone>[+-]) (?P<zh>0?[0-9]|1[0-4]) (?: :?(?P<zm>[0-5][0-9]) )?)? (?![0-9A-Za-z:]) )? )?
    """
"""A date. It begins with a set of characters, so that the search quickly skips text that cannot begin one."""

_CHINA = timedelta(hours=8)
_ZERO_DAYS = frozenset(((1970, 1, 1), (1900, 1, 1)))  # written by systems for an empty date


@cache
def _date() -> re.Pattern[str]:
    return re.compile(_DATE, re.X)  # on first use: its compilation takes as long as the help of a command may


def find_dates(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield every date in a text as (ISO date or date-time to the minute, start, end).

    Reads `2023-02-21 10:00:05`, `2023–02–21`, `2023年2月21日`, `2023/2/21`, `2023.02.21`, `二〇二三年二月二十一日`;
    seconds are dropped. A time with a zone (RFC 3339, section 5.6: `2023-03-15T16:30:00Z`) is given in China time.
    Skips dates that no calendar has, spans (`2022年1-9月`, `9月18-22日`) and the zero of a clock (1970-01-01).
    """
    text = fold(text)
    if not ("20" in text or "年" in text or "19" in text):
        return
    if not text.isascii():
        text = _DASH.sub("-", text)
    for match in _date().finditer(text):
        written_year = text[match.start() : match.start() + _YEAR_LENGTH]
        if match["m"]:
            year, month, day = int(written_year), int(match["m"]), int(match["d"])
        else:
            year = chinese_number(written_year) or 0
            month, day = chinese_number(match["cm"]) or 0, chinese_number(match["cd"]) or 0
        if not _in_calendar(year, month, day) or (year, month, day) in _ZERO_DAYS:
            continue
        iso = f"{year:04}-{month:02}-{day:02}"
        if match["H"]:
            iso += f"T{int(match['H']):02}:{match['M']}"
            if offset := _offset(match):
                iso = _in_china(iso, offset)
        yield iso, match.start(), match.end()


def _offset(match: re.Match[str]) -> timedelta | None:
    """The difference of China time to the time's zone; None if it has no zone, or China's."""
    if not (match["utc"] or (match["zone"] and match["S"])):  # 10:00-11:30 is no zone
        return None
    ahead = timedelta(hours=int(match["zh"] or 0), minutes=int(match["zm"] or 0))
    return (_CHINA - (-ahead if match["zone"] == "-" else ahead)) or None


def _in_china(iso: str, offset: timedelta) -> str:
    return (datetime.fromisoformat(iso) + offset).isoformat(timespec="minutes")


def iso_date(text: str) -> str | None:
    """Return the first date of a text, in the form of `find_dates`; None without any."""
    for iso, _, _ in find_dates(text):
        return iso
    return None


def _in_calendar(year: int, month: int, day: int) -> bool:
    if not (1900 <= year <= 2099 and 1 <= month <= 12 and day >= 1):
        return False
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return day <= (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]
