"""Division codes of GB/T 2260: what a code is called, and which code a government's name belongs to.

The table `regions.tsv` beside this file holds the divisions in use on 2026-09-11 (国家地名信息库 of 民政部, by way of the data set
"real-china-division", CC BY 4.0) and the codes and names that ended in 2000 or later; its head states the origins in full.
It is read on the first question. Knows nothing of development zones, departments or streets: those count as their government.
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

_FIRST_REPORTS = 2015  # a division that ended later may have published a report, so its name still counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """One division, as named in the table."""

    code: str  # six digits
    name: str
    short: str  # 黄石港 of 黄石港区
    level: Level
    parent: str | None  # code
    until: int | None  # year in which code or name went out of use; None: in use


@dataclass(frozen=True, slots=True)
class _Table:
    by_code: Mapping[str, Region]  # in use, or else the last of that code
    by_name: Mapping[str, tuple[Region, ...]]
    by_short: Mapping[str, tuple[Region, ...]]  # in use only
    lengths: Mapping[str, tuple[int, ...]]  # of full names, the longest first, by their first two characters
    short_lengths: Mapping[str, tuple[int, ...]]


@cache
def _table() -> _Table:
    by_code: dict[str, Region] = {}
    by_name: dict[str, tuple[Region, ...]] = {}
    by_short: dict[str, tuple[Region, ...]] = {}
    for line in Path(__file__).with_name("regions.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        code, name, short, level, parent, until = line.split("\t")
        row = Region(
            code=code,
            name=name,
            short=short,
            level=cast(Level, level),
            parent=parent or None,
            until=int(until) if until else None,
        )
        by_code.setdefault(code, row)
        for known in _names(name, short):
            by_name[known] = (*by_name.get(known, ()), row)
        if row.until is None:
            by_short[short] = (*by_short.get(short, ()), row)
    return _Table(by_code, by_name, by_short, _lengths(by_name), _lengths(by_short))


def _lengths(names: Iterable[str]) -> dict[str, tuple[int, ...]]:
    found: dict[str, set[int]] = {}
    for name in names:
        found.setdefault(name[:2], set()).add(len(name))
    return {start: tuple(sorted(lengths, reverse=True)) for start, lengths in found.items()}


def _names(name: str, short: str) -> tuple[str, ...]:
    """What a division is called in full: 恩施土家族苗族自治州 is 恩施州 too, 鄂温克族自治旗 鄂温克旗."""
    kind = _AUTONOMOUS.search(name)
    return (name, short + kind[1]) if kind and not short.endswith(kind[1]) else (name,)


def region(code: str) -> Region | None:
    """The division of a six-digit code, in use or not; None if the table has no such code."""
    return _table().by_code.get(code)


def path(code: str) -> str:
    """Full name from the province down: 420202 is 湖北省黄石市黄石港区. KeyError if the table has no such code."""
    row = _table().by_code[code]
    return (path(row.parent) if row.parent else "") + row.name


def begins_with_division(text: str) -> bool:
    """Whether a text begins with a division's full name: 市中区教育局 does, 市教育局 does not."""
    return any(text[:length] in _table().by_name for length in _table().lengths.get(text[:2], ()))


def ends_with_division(text: str) -> bool:
    """Whether a text ends with a division's full name: 上海市浦东新区 does, 滨海湾新区 (a development zone) does not."""
    by_name = _table().by_name
    return text in by_name or any(
        text[at:] in by_name for at in range(max(0, len(text) - _LONGEST), len(text) - _WORD)
    )


def outward(code: str) -> Iterator[Region]:
    """A division and those around it, from the inside out. KeyError if the table has no such code."""
    by_code = _table().by_code
    return (by_code[step] for step in (code, *_above(code)))


def region_of(name: str, *, within: str | None = None, near: Iterable[str] = ()) -> str | None:
    """Code of the government that a name names: 武汉市人民政府, 湖北省黄石市黄石港区人民政府, 中共许昌市委 许昌市人民政府.

    A department counts as its government (长春市司法局 is 220100). Names of several divisions (鼓楼区) are settled by a
    division named elsewhere in the text, or else by `within`: a code, or the name of a division; or else by the first
    of the texts `near` the name that names city or province of just one of them. None if no division is named or it
    stays open which one is meant. Former names are known (襄樊市 is 420600).
    """
    mentions = _mentioned(name)
    around = within if within is None or within in _table().by_code else region_of(within)
    found, settled = _walk(mentions, around)
    if found and not settled:
        found, settled = _walk(mentions, found)
    if settled:
        return found
    return next(filter(None, (_by_context(mentions, found, text) for text in near)), None)


@lru_cache(maxsize=1024)  # the names of a site and its government stand on all its pages
def _mentioned(name: str) -> tuple[tuple[Region, ...], ...]:
    return tuple(_mentions(_PREFIX.sub("", fold(name).strip())))


def _by_context(mentions: Iterable[tuple[Region, ...]], here: str | None, text: str) -> str | None:
    """Of the divisions that an open name can mean, the one whose city, or else province, a text names; None if not one."""
    named = {row.code for mention in _mentions(fold(text)) for row in mention}
    for mention in mentions:
        open_to = {
            row.code for row in _alive([row for row in mention if not here or _related(row.code, here)])
        }
        if len(open_to) < 2:
            continue
        for level in ("city", "province"):
            fitting = [
                code
                for code in open_to
                if any(_is(outer, level) and outer in named for outer in _above(code))
            ]
            if len(fitting) == 1:
                return fitting[0]
            if fitting:
                break
    return None


def _above(code: str) -> Iterator[str]:
    """The divisions around one, from the inside out."""
    step = _table().by_code[code].parent
    while step:
        yield step
        step = _table().by_code[step].parent


def _is(code: str, level: str) -> bool:
    return _table().by_code[code].level == level


def _walk(mentions: Iterable[tuple[Region, ...]], around: str | None) -> tuple[str | None, bool]:
    """The innermost division that the mentions lead to, and whether each mention on the way had one meaning."""
    here: str | None = None
    settled = True
    for mention in mentions:
        fitting = _alive([row for row in mention if here is None or _related(row.code, here)])
        codes = {row.code for row in fitting}
        if len(codes) > 1 and around:
            codes = {code for code in codes if _inside(code, around)} or codes
        if len(codes) > 1:
            settled = False
        for code in codes if len(codes) == 1 else ():
            here = code if here is None or _inside(code, here) else here
    return here, settled


def _alive(rows: list[Region]) -> list[Region]:
    """Of divisions with one name, those that a report can come from; the last to end if none can.

    A division that kept its name in its province and changed its code (公主岭市, 220381 until 2020) is the one in use.
    """
    by_code = _table().by_code
    current = [row for row in rows if row.until is None]
    provinces = {row.code[:2] for row in current}
    late = [
        row
        for row in rows
        if row.until
        and row.until >= _FIRST_REPORTS
        and (row.code[:2] not in provinces or by_code[row.code].until is None)
    ]
    last = max((row.until or 0 for row in rows), default=0)
    return current + late or [row for row in rows if row.until == last]


def _inside(code: str, outer: str) -> bool:
    """Whether a division is another one or lies in it."""
    return code == outer or outer in _above(code)


def _related(one: str, other: str) -> bool:
    return _inside(one, other) or _inside(other, one)


_PREFIX = re.compile(r"^(?:中国共产党|中共|中国)[·•\s]*")  # 中共许昌市委, 中国·武汉
_OFFICE = re.compile(
    "[局厅部委办院]|生产建设兵团|[^市县区旗州盟]{0,4}?(?:街|镇|乡|苏木)"
)  # what follows 公安 in 公安局, 太原 in 太原街道: no 公安县, no 太原市 is meant
_AUTONOMOUS = re.compile("自治([州县旗])$")
_LONGEST = 20  # characters of the longest full name, and some more
_WORD = 2  # characters of a full name that may be part of a word: 新区, 城区, 和县
_BEFORE = re.compile("(?:总局|中共|关于|在)$")
_END = re.compile(r"(?:人民)?政府|$")


def _mentions(text: str) -> Iterator[tuple[Region, ...]]:
    """The divisions named in a text, in order: each time all that have the name. The longest name wins.

    Short names (武汉, 静海) and names of two characters (赵县, 新区) count only at the start, after a space or a mark, or
    right behind another division's name; so 两江新区 is not 新区, and 太原街道 is not in 太原.
    """
    at, follows = 0, True
    while at < len(text):
        edge = follows or not text[at - 1].isalnum()
        rows, length = _named(text, at)
        if length == _WORD and not edge and not _BEFORE.search(text, max(0, at - 2), at):
            rows, length = (), 1
        if not rows and edge:
            rows, length = _named_short(text, at)
        if rows:
            yield rows
        at, follows = at + length, bool(rows)


def _named(text: str, at: int) -> tuple[tuple[Region, ...], int]:
    table = _table()
    for length in table.lengths.get(text[at : at + 2], ()):
        if rows := table.by_name.get(text[at : at + length]):
            return rows, length
    return (), 1


def _named_short(text: str, at: int) -> tuple[tuple[Region, ...], int]:
    table = _table()
    for length in table.short_lengths.get(text[at : at + 2], ()):
        rows = table.by_short.get(text[at : at + length], ())
        if not _END.match(text, at + length):
            rows = tuple(row for row in rows if row.level != "county")
        if rows and not _OFFICE.match(text, at + length):
            return tuple(row for row in rows if row.level == "province") or rows, length
    return (), 1


_HOSTS = dict(
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
"""The provinces' own names under gov.cn. Cities' names are not here: many are those of several places."""


def province_of_host(host: str) -> str | None:
    """Code of the province under whose name in gov.cn a host stands: 320000 for sft.jiangsu.gov.cn. None for other hosts."""
    labels = host.lower().split(".")
    found = _HOSTS.get(labels[-3]) if len(labels) > 2 and labels[-2:] == ["gov", "cn"] else None
    return found + "0000" if found else None


def is_portal(host: str) -> bool:
    """Whether a host is a province's portal itself (www.hubei.gov.cn), not one of the many hosts under its name."""
    return host.lower().removeprefix("www.").count(".") == 2 and province_of_host(host) is not None
