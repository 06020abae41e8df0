"""The statutory sections of a report, found by their headings.

Kinds are the contents that 《法治政府建设与责任落实督察工作规定》(2019) asks for: 主要举措和成效, 不足和原因, 第一责任人履职, 下一年度安排,
and what else there is. Headings of one style carve the body: the outermost one in which a statutory kind is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from crawler.field.text import chinese_number
from crawler.model import Section

_MOST = 500  # headings of one style that are looked at; a report has some dozens
_LONGEST = 60  # characters of a heading
_LONGEST_BARE = 32  # of one that nothing but its words shows to be one
_NUMERAL = "[一二三四五六七八九十]{1,3}"

_STYLES: tuple[tuple[str, str, re.Pattern[str]], ...] = tuple(
    (style, begins, re.compile(pattern + r"\s*(?P<name>\S.*)"))
    for style, begins, pattern in (
        ("part", "第", rf"第(?P<n>{_NUMERAL})部分\s*[、:.,]?"),  # 第一部分 工作情况
        ("chapter", "一二三四五六七八九十", rf"(?P<n>{_NUMERAL})\s*[、.,)．]"),  # 一、工作情况
        ("bracket", "【", r"【(?P<n>)(?=[^】]+】)"),  # 【工作情况】
        ("paragraph", "(", rf"\((?P<n>{_NUMERAL})\)\s*[、.]?"),  # (一)工作情况
        # 1.工作情况, 1.2022年…; not 1.5亿元, nor a sentence
        ("digit", "0123456789", r"(?P<n>\d{1,2})\s*[、.．](?!\d(?!\d{3}))(?!.*[。;]$)"),
    )
)
"""Styles of headings from the outside in. One inside headings of another style carves the body only if it names more than measures."""
_BY_FIRST = {first: (style, pattern) for style, begins, pattern in _STYLES for first in begins}
_STOP = re.compile("[。:;】]")
_CLOSING = {"problems", "plans"}

_OTHER = re.compile(r"其[他它].{0,12}(?:情况|事项|工作|问题)?$")
_SOLVED = re.compile(r"(?:解决|化解|破解|整治|聚焦|回应|补齐|导向|办理|查处|纠正)|(?<!存在的)问题整改")
_KINDS: tuple[tuple[str, re.Pattern[str], re.Pattern[str] | None], ...] = (
    ("other", _OTHER, None),
    (
        "responsibility",
        re.compile(r"第一责任人|(?:主要负责人|主要负责同志|主要领导).{0,12}(?:履行|履职|职责)|述法"),
        None,
    ),
    ("problems", re.compile(r"存在.{0,12}(?:不足|问题|短板|困难|差距)"), None),
    ("problems", re.compile(r"不足|问题|短板|困难|薄弱|差距|原因"), _SOLVED),
    (
        "plans",
        re.compile(
            r"下一?(?:步|阶段|年度?)|今后|来年|打算|展望|努力方向|改进(?:措施|方向)|工作(?:安排|计划|思路|重点|要点)|主要安排"
            r"|总体思路|目标任务|20\d\d年.{0,24}(?:安排|计划|思路|重点|要点)|计划$|安排$"
        ),
        re.compile(r"(?:完成|落实|推进)情况"),
    ),
    (
        "achievements",
        re.compile(
            r"举措|成效|措施|做法|工作情况|开展情况|进展|成绩|完成情况|建设情况|落实情况|推进情况|亮点|总体情况|基本情况|取得"
        ),
        None,
    ),
)
"""Kind, what its headings say, what they must not say; in the order of asking: 存在的问题及下一步打算 is filed under problems."""

_NO_BARE_END = ("。", ";", ",", "!", "?", "、", "报告", "总结")
_WORTH_KIND, _SLIP = 10, 2
_YEAR = re.compile(r"(20\d\d)年(?!\s*[-—–~至])")


class _Heading(NamedTuple):
    start: int  # characters into the body
    title: str
    name: str  # without its number
    style: str
    number: int | None

    @property
    def kind(self) -> str | None:
        """The statutory kind that it names."""
        return _kind(self.name)


class _Row(NamedTuple):
    """A row of headings, by its last one."""

    head: _Heading
    before: _Row | None
    worth: int

    def heads(self) -> list[_Heading]:
        out: list[_Heading] = []
        row: _Row | None = self
        while row:
            out.append(row.head)
            row = row.before
        return out[::-1]


def find(body: str) -> tuple[Section, ...]:
    """Sections in the order of the body, each from its heading to the next one; offsets in characters, end excluded.

    None where no heading names a statutory kind.
    """
    styled: dict[str, list[_Heading]] = {}
    for head in _lines(body):
        styled.setdefault(head.style, []).append(head)
    bare = styled.get("bare", [])
    outer: list[_Heading] = []
    for style, _, _ in _STYLES:
        heads = _in_order(styled.get(style, [])[:_MOST])
        named = _named(heads)
        if named and (not outer or (len(named) > 1 and named & _CLOSING)):
            return _sections(_with_bare(heads, bare), len(body))
        outer = outer or (heads if len(heads) > 1 else [])
    if outer and _named(bare[:_MOST]) & _CLOSING:
        return _sections(_with_bare(outer, bare), len(body))
    bare = bare[:_MOST]
    return _sections(bare, len(body)) if len(_named(bare)) > 1 else ()


def _named(heads: Sequence[_Heading]) -> set[str]:
    """The statutory kinds that headings name."""
    return {head.kind for head in heads if head.kind and head.kind != "other"}


def _lines(body: str) -> Iterator[_Heading]:
    """Every line that can be a heading."""
    offset = 0
    for line in body.split("\n"):
        head = _numbered(line, offset) if line[:1] in _BY_FIRST else None
        if head or (len(line) <= _LONGEST_BARE + 1 and (head := _bare(line, offset))):
            yield head
        offset += len(line) + 1


def _numbered(line: str, offset: int) -> _Heading | None:
    style, pattern = _BY_FIRST[line[0]]
    found = pattern.match(line)
    if not found:
        return None
    begin = found.start("name")
    stop = _STOP.search(line, begin, begin + _LONGEST + 1)
    name = line[begin : stop.start() if stop else begin + _LONGEST + 1]
    if len(name) > _LONGEST:
        return None
    title = line if len(line) <= _LONGEST else line[:begin] + name
    return _Heading(offset, title, name, style, chinese_number(found["n"]))


def _bare(line: str, offset: int) -> _Heading | None:
    """A short line of its own that names a statutory kind: 存在的问题和不足."""
    name = line.rstrip(":")
    if len(name) > _LONGEST_BARE or name.endswith(_NO_BARE_END) or "报告如下" in name:
        return None
    kind = _kind(name)
    return None if kind in (None, "other") else _Heading(offset, line, name, "bare", None)


def _in_order(heads: Sequence[_Heading]) -> list[_Heading]:
    """The headings whose numbers go on from one to the next: of all such rows the one that names most statutory kinds.

    So a list that starts again inside a section is passed over, while a number left out or written twice is let pass.
    """
    rows: dict[int, _Row] = {}  # the best row for each number that one ends with
    for head in heads:
        number = head.number or 0
        before, most = None, 0
        for last, row in rows.items():
            worth = row.worth - (_SLIP if last == number > 0 else 0)  # its own number once more
            if last <= number and (before is None or worth > most):
                before, most = row, worth
        most += 1 + (0 if head.kind in (None, "other") else _WORTH_KIND)
        if number not in rows or most >= rows[number].worth:  # the later one of equals
            rows[number] = _Row(head, before, most)
    return max(rows.values(), key=lambda row: row.worth).heads() if rows else []


def _with_bare(heads: list[_Heading], bare: Sequence[_Heading]) -> list[_Heading]:
    """The headings, and such without a number that name a kind which none of them names."""
    named = {head.kind for head in heads} | {"achievements"}
    more = [head for head in bare if head.kind not in named]
    return sorted([*heads, *more], key=lambda head: head.start)


def _sections(heads: Sequence[_Heading], length: int) -> tuple[Section, ...]:
    ends = [head.start - 1 for head in heads[1:]] + [length]
    return tuple(
        Section(kind=kind, title=head.title, start=head.start, end=end)
        for head, kind, end in zip(heads, _kinds(heads), ends, strict=True)
    )


def _kinds(heads: Sequence[_Heading]) -> list[str]:
    """The headings' kinds, read in their company.

    What stands before problems and plans and names no kind (一、加强组织领导) is one of the year's measures; measures of a later
    year than the first heading's are plans (二、2023年主要举措).
    """
    kinds = [head.kind for head in heads]
    until = next((i for i, kind in enumerate(kinds) if kind in ("problems", "plans")), 0)
    first = next(filter(None, (_year(head) for head in heads)), None)
    return [
        "plans"
        if kind in (None, "achievements") and first and (_year(head) or 0) > first
        else kind or ("achievements" if i < until else "other")
        for i, (head, kind) in enumerate(zip(heads, kinds, strict=True))
    ]


def _year(head: _Heading) -> int | None:
    found = _YEAR.search(head.name)
    return int(found[1]) if found else None


@lru_cache(maxsize=256)  # a heading is asked for its kind again and again
def _kind(name: str) -> str | None:
    for kind, says, not_says in _KINDS:
        if says.search(name) and not (not_says and not_says.search(name)):
            return kind
    return None
