"""Find numbers with a unit in Chinese text: digits, 万 and 亿, percentages, 成, Chinese numerals. Pure functions of str."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from crawler.field.text import chinese_number

_SCALES = {"百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000, None: 1}
_TENTHS = dict(zip("一二三四五六七八九", range(10, 100, 10), strict=True))
_UNITS = "人次|件次|件|起|宗|例|份|部|项|条|个|名|位|人|通|次|%"
_NUMBER = re.compile(
    rf"""
    (?<![0-9A-Za-z.第〔/]) (?<![0-9],)
    (?: (?P<digits> [0-9]{{1,3}}(?:,[0-9]{{3}}){{1,3}}(?![0-9]) | [0-9]{{1,12}} ) (?P<fraction> \.[0-9]{{1,6}} )?
      | (?P<chinese> [一二三四五六七八九十百千零〇两]{{1,8}} ) )
    \s{{0,2}} (?P<scale> [百千万亿] )? (?P<about> [余多几] )? \s{{0,2}}
    (?P<unit> {_UNITS} )
    (?! 百分点 | 以[下内] ) (?P<around> 左右 | 以上 | 上下 | 之多 )?
    """,
    re.X,
)
_OF_HUNDRED = re.compile(
    r"百分之(?P<digits>[0-9]{1,3}(?:\.[0-9]{1,4})?|[一二三四五六七八九十百零〇]{1,5})(?:点(?P<tenths>[一二三四五六七八九]{1,2}))?"
)
_TENTH_PARTS = re.compile(
    r"(?P<tenths>[1-9一二三四五六七八九])成(?![立功员效果都为本就型因长])(?P<around>以上|左右|多)?"
)
_ABOUT = re.compile(r"(?:约|大约|近|将近|超过|超|逾|突破|至少|接近|约为|约占)\s?\Z")
_SPAN_BEFORE = re.compile(r"[0-9]\s?[万千百]?[件%项]?\s?[-~—–～至到]\s?\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number with its unit. `start` and `end` are offsets in the text."""

    start: int
    end: int
    value: Decimal
    unit: str
    approximate: bool


def numbers(text: str) -> Iterator[Number]:
    """Yield the numbers of a folded text that have a unit, in order.

    `1.7万余件` is 17000 件 and approximate, `九成` 90 %, `百分之九十五` 95 %. `12个百分点` is a difference and no number here;
    spans (`10至20件`) are left out.
    """
    found = [*_with_unit(text), *_of_hundred(text), *_tenth_parts(text)]
    yield from sorted(found, key=lambda number: number.start)


def _with_unit(text: str) -> Iterator[Number]:
    for match in _NUMBER.finditer(text):
        if _is_span(text, match.start()):
            continue
        value = _value(match)
        if value is None:
            continue
        about = bool(
            match["about"]
            or match["around"]
            or _ABOUT.search(text[max(0, match.start() - 6) : match.start()])
        )
        yield Number(
            start=match.start(),
            end=match.end(),
            value=value,
            unit=match["unit"],
            approximate=about,
        )


def _value(match: re.Match[str]) -> Decimal | None:
    if match["chinese"]:
        whole = chinese_number(match["chinese"])
        bare = None if whole is None else Decimal(whole)
    else:
        bare = Decimal(match["digits"].replace(",", "") + (match["fraction"] or ""))
    return None if bare is None else _plain(bare * _SCALES[match["scale"]])


def _of_hundred(text: str) -> Iterator[Number]:
    for match in _OF_HUNDRED.finditer(text):
        digits = match["digits"]
        if digits[0].isdigit():
            value = Decimal(digits)
        elif (whole := chinese_number(digits)) is not None:
            tenths = "".join(str(_TENTHS[char] // 10) for char in match["tenths"] or "")
            value = Decimal(f"{whole}.{tenths}")
        else:
            continue
        yield _percentage(text, match, value, about=False)


def _tenth_parts(text: str) -> Iterator[Number]:
    for match in _TENTH_PARTS.finditer(text):
        char = match["tenths"]
        value = Decimal(int(char) * 10 if char.isdigit() else _TENTHS[char])
        yield _percentage(text, match, value, about=True)


def _percentage(text: str, match: re.Match[str], value: Decimal, *, about: bool) -> Number:
    return Number(
        start=match.start(),
        end=match.end(),
        value=_plain(value),
        unit="%",
        approximate=about or bool(_ABOUT.search(text[max(0, match.start() - 6) : match.start()])),
    )


def _plain(value: Decimal) -> Decimal:
    """Return a value without zeros at the end of its fraction, and without an exponent: 17000, not 1.7E+4."""
    whole = value.to_integral_value()
    return whole if value == whole else value.normalize()


def _is_span(text: str, start: int) -> bool:
    """Return whether the number at an offset is the upper end of a span. The lower end has no unit, or a span after it."""
    return bool(_SPAN_BEFORE.search(text[max(0, start - 8) : start]))
