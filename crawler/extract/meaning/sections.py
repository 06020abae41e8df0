"""Find the statutory sections of a report by their headings.

Takes the body and returns `Section`s with offsets. Their kinds are the contents that 《法治政府建设与责任落实督察工作规定》 (2019)
demands: 主要举措和成效, 不足和原因, 第一责任人履职, 下一年度安排; anything else is `other`. The headings of one style divide the
body: the outermost style in which a heading names a statutory kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from crawler.field.text import chinese_number
from crawler.model import Section

_MAX_HEADINGS = 500  # of one style that are read; a report has some dozens
_MAX_LENGTH = 60  # characters of a heading
_MAX_BARE_LENGTH = 32  # characters of a heading without a number
_NUMERAL = "[一二三四五六七八九十]{1,3}"

_STYLES: tuple[tuple[str, str, re.Pattern[str]], ...] = tuple(
    (style, begins, re.compile(pattern + r"\s*+(?P<name>\S.*)"))
    for style, begins, pattern in (
        ("part", "第", rf"第(?P<n>{_NUMERAL})部分\s*+[、:.,]?"),  # 第一部分 工作情况
        ("chapter", "一二三四五六七八九十", rf"(?P<n>{_NUMERAL})\s*[、.,)．]"),  # 一、工作情况
        ("bracket", "【", r"【(?P<n>)(?=[^】]+】)"),  # 【工作情况】
        ("paragraph", "(", rf"\((?P<n>{_NUMERAL})\)\s*+[、.]?"),  # (一)工作情况
        # 1.工作情况, 1.2022年…; not 1.5亿元, nor a sentence
        ("digit", "0123456789", r"(?P<n>\d{1,2})\s*[、.．](?!\d(?!\d{3}))(?!.*[。;]$)"),
    )
)
"""Style, first characters and pattern of headings, the outermost style first. A style inside another one divides the body
only if its headings name more than measures."""
_STYLE_BY_FIRST = {first: (style, pattern) for style, begins, pattern in _STYLES for first in begins}
_NAME_END = re.compile("[。:;】]")
_CLOSING_KINDS = {"problems", "plans"}

_OTHER = re.compile(r"其[他它].{0,12}(?:情况|事项|工作|问题)?$")
_SOLVED_PROBLEMS = re.compile(
    r"(?:解决|化解|破解|整治|聚焦|回应|补齐|导向|办理|查处|纠正)|(?<!存在的)问题整改"
)
_KINDS: tuple[tuple[str, re.Pattern[str], re.Pattern[str] | None], ...] = (
    ("other", _OTHER, None),
    (
        "responsibility",
        re.compile(r"第一责任人|(?:主要负责人|主要负责同志|主要领导).{0,12}(?:履行|履职|职责)|述法"),
        None,
    ),
    ("problems", re.compile(r"存在.{0,12}(?:不足|问题|短板|困难|差距)"), None),
    ("problems", re.compile(r"不足|问题|短板|困难|薄弱|差距|原因"), _SOLVED_PROBLEMS),
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
"""Kind, words of its headings, words they must not have; the first that fits counts: 存在的问题及下一步打算 is problems."""

_NO_HEADING_END = ("。", ";", ",", "!", "?", "、", "报告", "总结")
_SCORE_OF_KIND = 10  # of a heading that names a statutory kind; every heading scores 1 besides
_COST_OF_REPEATED_NUMBER = 2
_YEAR = re.compile(r"(20\d\d)年(?!\s*[-—–~至])")


class _Heading(NamedTuple):
    start: int  # characters into the body
    title: str
    name: str  # without its number
    style: str
    number: int | None

    @property
    def kind(self) -> str | None:
        """The statutory kind that the heading names."""
        return _kind(self.name)


class _Sequence(NamedTuple):
    """A sequence of headings, linked from its last one to its first."""

    last: _Heading
    before: _Sequence | None
    score: int

    def headings(self) -> list[_Heading]:
        """The headings in order."""
        out: list[_Heading] = []
        step: _Sequence | None = self
        while step:
            out.append(step.last)
            step = step.before
        return out[::-1]


def find(body: str) -> tuple[Section, ...]:
    """Return the sections in the order of the body, each from its heading to the next one.

    Offsets are in characters, the end excluded. Empty if no heading names a statutory kind.
    """
    by_style: dict[str, list[_Heading]] = {}
    for heading in _headings(body):
        by_style.setdefault(heading.style, []).append(heading)
    bare = by_style.get("bare", [])
    outer: list[_Heading] = []
    for style, _, _ in _STYLES:
        headings = _in_order(by_style.get(style, [])[:_MAX_HEADINGS])
        kinds = _statutory_kinds(headings)
        if kinds and (not outer or (len(kinds) > 1 and kinds & _CLOSING_KINDS)):
            return _sections(_with_bare(headings, bare), len(body))
        outer = outer or (headings if len(headings) > 1 else [])
    if outer and _statutory_kinds(bare[:_MAX_HEADINGS]) & _CLOSING_KINDS:
        return _sections(_with_bare(outer, bare), len(body))
    bare = bare[:_MAX_HEADINGS]
    return _sections(bare, len(body)) if len(_statutory_kinds(bare)) > 1 else ()


def _statutory_kinds(headings: Sequence[_Heading]) -> set[str]:
    """The statutory kinds that headings name."""
    return {heading.kind for heading in headings if heading.kind and heading.kind != "other"}


def _headings(body: str) -> Iterator[_Heading]:
    """Every line that can be a heading."""
    offset = 0
    for line in body.split("\n"):
        heading = _numbered_heading(line, offset) if line[:1] in _STYLE_BY_FIRST else None
        if heading or (len(line) <= _MAX_BARE_LENGTH + 1 and (heading := _bare_heading(line, offset))):
            yield heading
        offset += len(line) + 1


def _numbered_heading(line: str, offset: int) -> _Heading | None:
    """The heading at the beginning of a line with a number: 一、工作情况."""
    style, pattern = _STYLE_BY_FIRST[line[0]]
    found = pattern.match(line)
    if not found:
        return None
    begin = found.start("name")
    end = _NAME_END.search(line, begin, begin + _MAX_LENGTH + 1)
    name = line[begin : end.start() if end else begin + _MAX_LENGTH + 1]
    if len(name) > _MAX_LENGTH:
        return None
    title = line if len(line) <= _MAX_LENGTH else line[:begin] + name
    return _Heading(offset, title, name, style, chinese_number(found["n"]))


def _bare_heading(line: str, offset: int) -> _Heading | None:
    """A short line without a number that names a statutory kind: 存在的问题和不足."""
    name = line.rstrip(":")
    if len(name) > _MAX_BARE_LENGTH or name.endswith(_NO_HEADING_END) or "报告如下" in name:
        return None
    kind = _kind(name)
    return None if kind in (None, "other") else _Heading(offset, line, name, "bare", None)


def _in_order(headings: Sequence[_Heading]) -> list[_Heading]:
    """The sequence of headings with ascending numbers that scores highest: it names most statutory kinds.

    A list that starts again inside a section is so left out. Numbers may be missing; a repeated number has a cost.
    """
    best: dict[int, _Sequence] = {}  # the best sequence for each number that one ends with
    for heading in headings:
        number = heading.number or 0
        before, score = None, 0
        for last, sequence in best.items():
            continued = sequence.score - (_COST_OF_REPEATED_NUMBER if last == number > 0 else 0)
            if last <= number and (before is None or continued > score):
                before, score = sequence, continued
        score += 1 + (0 if heading.kind in (None, "other") else _SCORE_OF_KIND)
        if number not in best or score >= best[number].score:  # the later one of equals
            best[number] = _Sequence(heading, before, score)
    return max(best.values(), key=lambda sequence: sequence.score).headings() if best else []


def _with_bare(headings: list[_Heading], bare: Sequence[_Heading]) -> list[_Heading]:
    """The headings, and those without a number that name a further kind."""
    named = {heading.kind for heading in headings} | {"achievements"}
    more = [heading for heading in bare if heading.kind not in named]
    return sorted([*headings, *more], key=lambda heading: heading.start)


def _sections(headings: Sequence[_Heading], length: int) -> tuple[Section, ...]:
    ends = [heading.start - 1 for heading in headings[1:]] + [length]
    return tuple(
        Section(kind=kind, title=heading.title, start=heading.start, end=end)
        for heading, kind, end in zip(headings, _kinds(headings), ends, strict=True)
    )


def _kinds(headings: Sequence[_Heading]) -> list[str]:
    """The kinds of the headings, each judged with regard to the others.

    A heading before problems and plans that names no kind (一、加强组织领导) is one of the year's measures. Measures of a later
    year than the first heading's are plans (二、2023年主要举措).
    """
    kinds = [heading.kind for heading in headings]
    closing = next((i for i, kind in enumerate(kinds) if kind in _CLOSING_KINDS), 0)
    first_year = next(filter(None, (_year(heading) for heading in headings)), None)
    return [
        "plans"
        if kind in (None, "achievements") and first_year and (_year(heading) or 0) > first_year
        else kind or ("achievements" if i < closing else "other")
        for i, (heading, kind) in enumerate(zip(headings, kinds, strict=True))
    ]


def _year(heading: _Heading) -> int | None:
    found = _YEAR.search(heading.name)
    return int(found[1]) if found else None


@lru_cache(maxsize=256)  # the same heading is judged several times
def _kind(name: str) -> str | None:
    for kind, words, excluded in _KINDS:
        if words.search(name) and not (excluded and excluded.search(name)):
            return kind
    return None
