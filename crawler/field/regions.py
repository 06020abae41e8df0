"""Look up division codes of GB/T 2260: the name of a code, and the code of the division in a government's name.

The table `regions.tsv` beside this file has the divisions in use on 2026-09-11 (国家地名信息库 of 民政部, from the data set
"real-china-division", CC BY 4.0) and the codes and names that ended in 2000 or later; its head states the origins in full.
It is read on the first question. Development zones, departments and streets have no codes: they count as their government.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, cast

from crawler.field.text import fold

Level = Literal["province", "city", "county"]

LEVELS: tuple[Level, ...] = ("province", "city", "county")
"""省级, 地级, 县级, from the top. Districts of 直辖市 and counties run by a province have the province as parent."""

_CODE_DIGITS = 6
_FIRST_REPORT_YEAR = 2015  # a division that ended later may have published a report, so its name still counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """One division, a row of the table."""

    code: str  # six digits
    name: str
    short: str  # 黄石港 of 黄石港区
    level: Level
    parent: str | None  # code
    until: int | None  # year in which code or name went out of use; None: in use


@dataclass(frozen=True, slots=True)
class _Table:
    by_code: Mapping[str, Region]  # in use, or else the last one of that code
    by_name: Mapping[str, tuple[Region, ...]]
    by_short: Mapping[str, tuple[Region, ...]]  # in use only
    lengths: Mapping[str, tuple[int, ...]]  # of full names, the longest first, by their first two characters
    short_lengths: Mapping[str, tuple[int, ...]]  # the same of short names


@cache
def _lines() -> str:
    return Path(__file__).with_name("regions.tsv").read_text(encoding="utf-8")


def _row(line: str) -> Region:
    code, name, short, level, parent, until = line.split("\t")
    return Region(
        code=code,
        name=name,
        short=short,
        level=cast(Level, level),
        parent=parent or None,
        until=int(until) if until else None,
    )


@cache
def _table() -> _Table:
    by_code: dict[str, Region] = {}
    by_name: dict[str, tuple[Region, ...]] = {}
    by_short: dict[str, tuple[Region, ...]] = {}
    for line in _lines().split("\n"):
        if not line or line.startswith("#"):
            continue
        row = _row(line)
        by_code.setdefault(row.code, row)
        for known in _full_names(row.name, row.short):
            by_name[known] = (*by_name.get(known, ()), row)
        if row.until is None:
            by_short[row.short] = (*by_short.get(row.short, ()), row)
    return _Table(by_code, by_name, by_short, _lengths(by_name), _lengths(by_short))


def _lengths(names: Iterable[str]) -> dict[str, tuple[int, ...]]:
    found: dict[str, set[int]] = {}
    for name in names:
        found.setdefault(name[:2], set()).add(len(name))
    return {start: tuple(sorted(lengths, reverse=True)) for start, lengths in found.items()}


def _full_names(name: str, short: str) -> tuple[str, ...]:
    """The full names of a division: 恩施土家族苗族自治州 is also 恩施州, 鄂温克族自治旗 also 鄂温克旗."""
    kind = _AUTONOMOUS.search(name)
    return (name, short + kind[1]) if kind and not short.endswith(kind[1]) else (name,)


@lru_cache(maxsize=8192)
def region(code: str) -> Region | None:
    """Return the division of a six-digit code, in use or not; None if the table has no such code.

    Its line is looked for: a command that shows some reports does not wait until the whole table is read.
    """
    if not (len(code) == _CODE_DIGITS and code.isascii() and code.isdigit()):
        return None
    lines = _lines()
    at = lines.find(f"\n{code}\t") + 1
    return _row(lines[at : lines.index("\n", at)]) if at else None


def all_regions() -> tuple[Region, ...]:
    """Return the divisions in use, in the order of their codes."""
    return tuple(row for _, row in sorted(_table().by_code.items()) if row.until is None)


def path(code: str) -> str:
    """Return the full name from the province down: 湖北省黄石市黄石港区 for 420202. Raise KeyError for an unknown code."""
    row = _table().by_code[code]
    return (path(row.parent) if row.parent else "") + row.name


@lru_cache(maxsize=1024)
def full_names(code: str) -> tuple[str, ...]:
    """Return the full names that a division has and had: 襄阳市 and 襄樊市 for 420600. Empty for an unknown code."""
    return tuple(name for name, rows in _table().by_name.items() if any(row.code == code for row in rows))


def begins_with_division(text: str) -> bool:
    """Whether a text begins with a division's full name: 市中区教育局 does, 市教育局 does not."""
    return any(text[:length] in _table().by_name for length in _table().lengths.get(text[:2], ()))


def ends_with_division(text: str) -> bool:
    """Whether a text ends with a division's full name: 上海市浦东新区 does, 滨海湾新区 (a development zone) does not."""
    by_name = _table().by_name
    return text in by_name or any(
        text[at:] in by_name
        for at in range(max(0, len(text) - _MAX_NAME_LENGTH), len(text) - _AMBIGUOUS_LENGTH)
    )


def outward(code: str) -> Iterator[Region]:
    """Return a division and those around it, from the inside out. Raise KeyError for an unknown code."""
    by_code = _table().by_code
    return (by_code[step] for step in (code, *_ancestors(code)))


def code_prefix(code: str) -> str:
    """Return the part of a division's code that the codes of all divisions within it begin with: 42 of 420000."""
    return next((code.removesuffix(zeros) for zeros in ("0000", "00") if code.endswith(zeros)), code)


def region_of(name: str, *, within: str | None = None, near: Iterable[str] = ()) -> str | None:
    """Return the code of the government in a name: 武汉市人民政府, 湖北省黄石市黄石港区人民政府, 中共许昌市委 许昌市人民政府.

    A department counts as its government (长春市司法局 is 220100). A name of several divisions (鼓楼区) is decided by
    another division in the text; or else by `within`, a code or the name of a division; or else by the first text in
    `near` that names the city or province of exactly one of them. None if no division is named or the name stays
    ambiguous. Former names are known (襄樊市 is 420600).
    """
    mentions = _mentions_in_name(name)
    around = within if within is None or within in _table().by_code else region_of(within)
    found, is_certain = _innermost(mentions, around)
    if found and not is_certain:
        found, is_certain = _innermost(mentions, found)
    if is_certain:
        return found
    return next(filter(None, (_by_context(mentions, found, text) for text in near)), None)


@lru_cache(maxsize=1024)  # all pages of a site have its name and its government's
def _mentions_in_name(name: str) -> tuple[tuple[Region, ...], ...]:
    return tuple(_mentions(_PREFIX.sub("", fold(name).strip())))


def _by_context(mentions: Iterable[tuple[Region, ...]], here: str | None, text: str) -> str | None:
    """The one meaning of an ambiguous mention whose city, or else province, a text names; None without exactly one."""
    named = {row.code for mention in _mentions(fold(text)) for row in mention}
    for mention in mentions:
        meanings = {
            row.code for row in _possible([row for row in mention if not here or _is_related(row.code, here)])
        }
        if len(meanings) < 2:
            continue
        for level in ("city", "province"):
            fitting = [
                code
                for code in meanings
                if any(_has_level(outer, level) and outer in named for outer in _ancestors(code))
            ]
            if len(fitting) == 1:
                return fitting[0]
            if fitting:
                break
    return None


def _ancestors(code: str) -> Iterator[str]:
    """The divisions around one, from the inside out."""
    step = _table().by_code[code].parent
    while step:
        yield step
        step = _table().by_code[step].parent


def _has_level(code: str, level: str) -> bool:
    return _table().by_code[code].level == level


def _innermost(mentions: Iterable[tuple[Region, ...]], around: str | None) -> tuple[str | None, bool]:
    """The innermost division of the mentions, and whether every mention has one meaning. `around`: preferred division."""
    here: str | None = None
    is_certain = True
    for mention in mentions:
        fitting = _possible([row for row in mention if here is None or _is_related(row.code, here)])
        codes = {row.code for row in fitting}
        if len(codes) > 1 and around:
            codes = {code for code in codes if _is_inside(code, around)} or codes
        if len(codes) > 1:
            is_certain = False
        for code in codes if len(codes) == 1 else ():
            here = code if here is None or _is_inside(code, here) else here
    return here, is_certain


def _possible(rows: list[Region]) -> list[Region]:
    """Of divisions with one name, those that may have published a report; if none may, the last one to end.

    Of a division that changed its code but not its name and province (公主岭市, 220381 until 2020) the code in use is taken.
    """
    by_code = _table().by_code
    current = [row for row in rows if row.until is None]
    provinces = {row.code[:2] for row in current}
    late = [
        row
        for row in rows
        if row.until
        and row.until >= _FIRST_REPORT_YEAR
        and (row.code[:2] not in provinces or by_code[row.code].until is None)
    ]
    last = max((row.until or 0 for row in rows), default=0)
    return current + late or [row for row in rows if row.until == last]


def _is_inside(code: str, outer: str) -> bool:
    """Whether a division is another one or lies in it."""
    return code == outer or outer in _ancestors(code)


def _is_related(one: str, other: str) -> bool:
    return _is_inside(one, other) or _is_inside(other, one)


_PREFIX = re.compile(r"^(?:中国共产党|中共|中国)[·•\s]*")  # 中共许昌市委, 中国·武汉
_OFFICE = re.compile(
    "[局厅部委办院]|生产建设兵团|[^市县区旗州盟]{0,4}?(?:街|镇|乡|苏木)"
)  # follows 公安 in 公安局 and 太原 in 太原街道, which are neither 公安县 nor 太原市
_NATIONAL_ORGAN = re.compile(r"(?:国家|证券|证监|银保监|银监|保监)[^省市县区,。、]{0,16}(?:局|会)")
_AUTONOMOUS = re.compile("自治([州县旗])$")
_MAX_NAME_LENGTH = 20  # characters; the longest full name has some fewer
_AMBIGUOUS_LENGTH = 2  # characters of a full name that may be part of a word: 新区, 城区, 和县
_BEFORE_NAME = re.compile("(?:总局|中共|关于|在)$")
_AFTER_NAME = re.compile(r"(?:人民)?政府|$")


def _mentions(text: str) -> Iterator[tuple[Region, ...]]:
    """Yield the mentions of divisions in a text, in order: for each all divisions of that name. The longest name wins.

    Short names (武汉, 静海) and names of two characters (赵县, 新区) count only at the start, after a space or a mark, or
    directly after another division's name or an organ of the nation (国家统计局湖北调查总队); so 两江新区 is not 新区, and 太原街道 is not in 太原.
    """
    at, follows_name = 0, True
    while at < len(text):
        is_branch = _NATIONAL_ORGAN.fullmatch(text, 0, at) is not None
        is_edge = follows_name or is_branch or not text[at - 1].isalnum()
        rows, length = _full_name_at(text, at)
        if length == _AMBIGUOUS_LENGTH and not is_edge and not _BEFORE_NAME.search(text, max(0, at - 2), at):
            rows, length = (), 1
        if not rows and is_edge:
            rows, length = _short_name_at(text, at, is_branch=is_branch)
        if rows:
            yield rows
        at, follows_name = at + length, bool(rows)


def _full_name_at(text: str, at: int) -> tuple[tuple[Region, ...], int]:
    """The divisions whose full name begins at a place, and its length; none and 1 if there is no name."""
    table = _table()
    for length in table.lengths.get(text[at : at + 2], ()):
        if rows := table.by_name.get(text[at : at + length]):
            return rows, length
    return (), 1


def _short_name_at(text: str, at: int, *, is_branch: bool) -> tuple[tuple[Region, ...], int]:
    """The same for short names. A county's counts only before 政府 or at the end of the text.

    `is_branch`: a nation's organ is named before it, so that 局 may follow (国家矿山安全监察局湖北局).
    """
    table = _table()
    for length in table.short_lengths.get(text[at : at + 2], ()):
        rows = table.by_short.get(text[at : at + length], ())
        if not _AFTER_NAME.match(text, at + length):
            rows = tuple(row for row in rows if row.level != "county")
        if rows and (is_branch or not _OFFICE.match(text, at + length)):
            return tuple(row for row in rows if row.level == "province") or rows, length
    return (), 1


_PROVINCE_LABELS = dict(
    pair.split(":")
    for pair in re.findall(
        r"\S+",
        """
        beijing:11 tj:12 hebei:13 shanxi:14 nmg:15 ln:21 jl:22 hlj:23 shanghai:31 sh:31 jiangsu:32 zj:33 ah:34 fujian:35
        jiangxi:36 shandong:37 henan:41 hubei:42 hunan:43 gd:44 gxzf:45 hainan:46 cq:50 sc:51 guizhou:52 yn:53 xizang:54
        shaanxi:61 gansu:62 qinghai:63 nx:64 xinjiang:65
        """,
    )
)
"""Labels of provinces under gov.cn, with the first two digits of their codes. Cities' labels are ambiguous, so not here."""


def province_of_host(host: str) -> str | None:
    """Return the code of the province whose label in gov.cn a host has: 320000 for sft.jiangsu.gov.cn; None for no label."""
    labels = host.lower().split(".")
    found = _PROVINCE_LABELS.get(labels[-3]) if len(labels) > 2 and labels[-2:] == ["gov", "cn"] else None
    return found + "0000" if found else None


def is_portal(host: str) -> bool:
    """Whether a host is a province's portal (www.hubei.gov.cn), and not another host under its label."""
    return host.lower().removeprefix("www.").count(".") == 2 and province_of_host(host) is not None
