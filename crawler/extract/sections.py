"""The statutory sections of a report (督察工作规定 2019, articles on the yearly report), found by their headings."""

from __future__ import annotations

import re

from crawler.model import Section

_NUMERAL = "一二三四五六七八九十"
# 一、2022年工作情况   二、存在的问题和不足   第三部分 …
_HEADING = re.compile(rf"^(?:[{_NUMERAL}]{{1,3}}\s*[、.,．]|第[{_NUMERAL}]{{1,3}}部分)\s*(?P<name>.+)")
_LONGEST = 60  # characters of a heading that stands on a line of its own

_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("responsibility", re.compile(r"第一责任人|主要负责人.{0,12}(?:履行|履职|职责)|述法")),
    ("problems", re.compile(r"不足|问题|短板|困难|薄弱|差距|原因")),
    (
        "plans",
        re.compile(
            r"下一步|下步|今后|打算|计划|安排|思路|展望|下一年|下年|来年|工作重点|努力方向|改进(?:措施|方向)|(?<!年)工作要点|目标任务"
        ),
    ),
    (
        "achievements",
        re.compile(
            r"举措|成效|措施|做法|工作情况|开展情况|进展|成绩|完成情况|建设情况|落实情况|推进情况|亮点|总体情况|基本情况|取得"
        ),
    ),
)
"""In the order of asking: 「存在的问题及下一步打算」 is filed under problems."""


def find(body: str) -> tuple[Section, ...]:
    """Sections in the order of the body, each from its heading to the next one; offsets in characters, end excluded."""
    heads = list(_headings(body))
    kinds = [_kind(title) for _, title in heads]
    if not any(kind not in (None, "other") for kind in kinds):
        return ()
    ends = [start for start, _ in heads[1:]] + [len(body)]
    return tuple(
        Section(kind=kind or "other", title=title, start=start, end=end if end == len(body) else end - 1)
        for kind, (start, title), end in zip(kinds, heads, ends, strict=True)
    )


def _headings(body: str) -> list[tuple[int, str]]:
    out = []
    offset = 0
    for line in body.split("\n"):
        if found := _HEADING.match(line):
            name = re.split("[。:;]", found["name"], maxsplit=1)[0]
            if len(name) <= _LONGEST:
                out.append((offset, line if len(line) <= _LONGEST else line[: found.start("name")] + name))
        offset += len(line) + 1
    return out


def _kind(title: str) -> str | None:
    return next((kind for kind, pattern in _KINDS if pattern.search(title)), None)
