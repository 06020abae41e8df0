"""Read the index table of 政府信息公开 above an article, in cells or in lines, into a mapping with canonical keys.

Takes lines of text. Labels may be spaced out (索 引 号). Other labelled lines are read by `labels`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from crawler.extract.roles.labels import Label, LabelNames, find_labels

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
_CERTAIN_KEYS = (
    "索引号", "组配分类", "主题分类", "发文字号", "公开方式", "文件编号", "有效性", "统一登记号",
)  # fmt: skip
"""Keys that only an index table has."""
_AMBIGUOUS_KEYS = ("发布日期", "名称", "关键词")  # one alone makes no index table
_LABEL_ENDS = re.compile("[:∶\t]|$")
_FIRST_CHARACTERS = frozenset(name[0] for name in _KEY) | frozenset("[【 ")
_NAME_LENGTHS = sorted(set(map(len, _KEY)), reverse=True)
_MAX_NAME_LENGTH = _NAME_LENGTHS[0]
_MAX_ROW_LENGTH, _MAX_COLUMN_HEADS_LENGTH, _MAX_VALUE_LENGTH = 400, 200, 60  # characters of a line
_NAMES = LabelNames.of(_KEY)
_NO_SPACES = dict.fromkeys(map(ord, " \u3000"))
_EMPTY = re.compile(r"[\s\-—_/:、]*|暂?无")


def _labels(text: str) -> list[Label]:
    """The index labels of a line, in order. Each is at the end of a line or cell, or has a colon behind it."""
    found: list[Label] = []
    for label in find_labels(text, _LABEL_ENDS, _NAMES):
        if label.start and "\u4e00" <= text[label.start - 1] <= "\u9fff":
            continue  # 来源及索引号: is a different label
        if not found or label.start >= found[-1].end:
            found.append(label)
    return found


def labels(text: str) -> list[tuple[str, str]]:
    """Return (canonical key, value) of each index label in a line, in order; values may be empty."""
    found = _labels(text)
    if not found:
        return []
    ends = [label.start for label in found[1:]] + [len(text)]
    return [(_KEY[label.name], _value(text[label.end : end])) for label, end in zip(found, ends, strict=True)]


def _value(raw: str) -> str:
    """The text up to the end of the cell. What follows belongs to an unknown label."""
    return raw.strip("\t \u3000").partition("\t")[0].strip(" \u3000[【:;")


def is_index(text: str) -> bool:
    """Whether a line is a row of an index table: it starts with an index label, which is not 发布日期 alone."""
    if not text or len(text) > _MAX_ROW_LENGTH:
        return False
    if text[0] not in _FIRST_CHARACTERS:
        return False
    opening = text[: 3 * _MAX_NAME_LENGTH].lstrip("[【 ").replace(" ", "").replace("\u3000", "")
    if not any(opening[:length] in _KEY for length in _NAME_LENGTHS):
        return False
    found = _labels(text)
    if not found or text[: found[0].start].strip("[【 "):
        return False
    keys = [_KEY[label.name] for label in found]
    return any(key in _CERTAIN_KEYS for key in keys) or keys[0] not in _AMBIGUOUS_KEYS or len(keys) > 1


def column_heads(text: str) -> list[str | None]:
    """Return the canonical keys of a row of column heads, None for unknown ones; empty if the row is none."""
    if text.count("\t") < 2 or len(text) > _MAX_COLUMN_HEADS_LENGTH:
        return []
    keys = [_KEY.get(cell.translate(_NO_SPACES).rstrip(":")) for cell in text.split("\t")]
    has_neighbours = any(a and b for a, b in pairwise(keys))  # else labels and values alternate
    is_head = (
        has_neighbours and 2 * keys.count(None) <= len(keys) and any(key in _CERTAIN_KEYS for key in keys)
    )
    return keys if is_head else []


def read(lines: Iterable[str]) -> dict[str, str]:
    """Return the index table among the lines above an article; empty if there is none.

    The value of a label alone on its line is the next line, unless that is a label too. An empty line ends a table.
    The values of a row of labels are the next row.
    """
    table: dict[str, str] = {}
    waiting: str | None = None  # key of a label whose value is the next line
    heads: list[str | None] = []
    for text in lines:
        if heads:
            for key, value in zip(heads, text.split("\t"), strict=False):
                if key and not _EMPTY.fullmatch(value):
                    table.setdefault(key, value.strip())
            heads = []
            continue
        if heads := column_heads(text):
            continue
        if not is_index(text):
            if waiting and text and len(text) < _MAX_VALUE_LENGTH and not _labels(text):
                table.setdefault(waiting, text)
            waiting = None
            continue
        pairs = labels(text)
        for key, value in pairs:
            if not _EMPTY.fullmatch(value):
                table.setdefault(key, value)
        last, value = pairs[-1]
        waiting = last if not value and len(pairs) == 1 else None
    is_certain = any(key in _CERTAIN_KEYS for key in table)
    return table if is_certain and (len(table) > 1 or "索引号" in table) else {}
