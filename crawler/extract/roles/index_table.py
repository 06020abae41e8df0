"""The 政府信息公开 index table: labels spaced out or not, in cells or in lines, to a mapping with canonical keys."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from crawler.extract.roles.labels import Label, Names, find

_CANONICAL = {
    "索引号": "索引号 信息索引号 索引码 信息索引 索取号",
    "主题分类": "主题分类 主题类别 信息分类 内容分类",
    "主题词": "主题词",
    "体裁分类": "体裁分类 文种分类 体裁",
    "服务对象": "服务对象分类 服务对象",
    "组配分类": "组配分类",
    "发布机构": "发布机构 公开机构 信息公开机构 发布单位 公开单位 公开责任部门 责任部门",
    "发文机关": "发文机关 发文机构 发文单位 制发机关 制文机关",
    "成文日期": "成文日期 成文时间 生成日期 生成时间 产生日期 制发日期",
    "发文日期": "发文日期 发文时间",
    "发布日期": "发布日期 发布时间 公开日期 公开时间 公布日期",
    "生效日期": "生效日期 生效时间 实施日期 施行日期",
    "失效日期": "失效日期 失效时间 废止日期 废止时间",
    "发文字号": "发文字号 文号 文件字号",
    "文件编号": "文件编号",
    "名称": "信息名称 文件名称 名称 标题",
    "有效性": "有效性 时效性 是否有效 效力状态 有效状态 文件状态 信息有效性",
    "公开方式": "公开方式 公开形式",
    "公开范围": "公开范围",
    "公开时限": "公开时限",
    "公开程序": "公开程序",
    "公开属性": "公开属性 公开类别",
    "统一登记号": "统一登记号 统一编号 登记号",
    "关键词": "关键词",
    "内容概述": "内容概述 信息概述",
}
_KEY = {name: key for key, names in _CANONICAL.items() for name in names.split()}
_SURE = ("索引号", "组配分类", "主题分类", "发文字号", "公开方式", "文件编号", "有效性", "统一登记号")
_ENDS = re.compile("[:∶\t]|$")
_FIRST = frozenset(name[0] for name in _KEY) | frozenset("[【 ")
_LENGTHS = sorted(set(map(len, _KEY)), reverse=True)
_LONGEST = _LENGTHS[0]
_NAMED = Names.of(_KEY)
_NO_SPACES = dict.fromkeys(map(ord, " \u3000"))
_EMPTY = re.compile(r"[\s\-—_/:、]*|暂?无")


def _labels(text: str) -> list[Label]:
    """The index labels of a line, in order: each ends a line or a cell, or has a colon behind it."""
    found: list[Label] = []
    for label in find(text, _ENDS, _NAMED):
        if label.start and "\u4e00" <= text[label.start - 1] <= "\u9fff":
            continue  # 来源及索引号: is another label
        if not found or label.start >= found[-1].end:
            found.append(label)
    return found


def labels(text: str) -> list[tuple[str, str]]:
    """(canonical key, value) of each index label in a line, in order; values may be empty."""
    found = _labels(text)
    if not found:
        return []
    ends = [label.start for label in found[1:]] + [len(text)]
    return [(_KEY[label.name], _value(text[label.end : end])) for label, end in zip(found, ends, strict=True)]


def _value(raw: str) -> str:
    """Up to the end of the cell: what follows there is a label this table does not know."""
    return raw.strip("\t \u3000").partition("\t")[0].strip(" \u3000[【:;")


def is_index(text: str) -> bool:
    """Whether a line is a row of an index table: it starts with an index label that is no mere 发布日期."""
    if not text or len(text) > 400:
        return False
    if text[0] not in _FIRST:
        return False
    opening = text[: 3 * _LONGEST].lstrip("[【 ").replace(" ", "").replace("\u3000", "")
    if not any(opening[:length] in _KEY for length in _LENGTHS):
        return False
    found = _labels(text)
    if not found or text[: found[0].start].strip("[【 "):
        return False
    keys = [_KEY[label.name] for label in found]
    return any(key in _SURE for key in keys) or keys[0] not in ("发布日期", "名称", "关键词") or len(keys) > 1


def columns(text: str) -> list[str | None]:
    """The canonical keys of a row that is the head of an index table's columns, None for unknown ones; empty for any other."""
    if text.count("\t") < 2 or len(text) > 200:
        return []
    keys = [_KEY.get(cell.translate(_NO_SPACES).rstrip(":")) for cell in text.split("\t")]
    beside = any(a and b for a, b in pairwise(keys))  # else label and value take turns
    return keys if beside and 2 * keys.count(None) <= len(keys) and any(key in _SURE for key in keys) else []


def read(lines: Iterable[str]) -> dict[str, str]:
    """The index table among the lines above an article; empty when there is none.

    A label alone on its line takes the next line as its value, unless that is a label too; an empty line ends a table.
    A row of labels takes the next row as its values.
    """
    table: dict[str, str] = {}
    waiting: str | None = None
    heads: list[str | None] = []
    for text in lines:
        if heads:
            for key, value in zip(heads, text.split("\t"), strict=False):
                if key and not _EMPTY.fullmatch(value):
                    table.setdefault(key, value.strip())
            heads = []
            continue
        if heads := columns(text):
            continue
        if not is_index(text):
            if waiting and text and len(text) < 60 and not _labels(text):
                table.setdefault(waiting, text)
            waiting = None
            continue
        pairs = labels(text)
        for key, value in pairs:
            if not _EMPTY.fullmatch(value):
                table.setdefault(key, value)
        last, value = pairs[-1]
        waiting = last if not value and len(pairs) == 1 else None
    sure = sum(1 for key in table if key in _SURE)
    return table if sure and (len(table) > 1 or "索引号" in table) else {}
