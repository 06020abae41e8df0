"""The info line under a title: `来源:区政府办 作者:… 发布时间:2023-04-13 浏览次数:`. Labels to values, no judgement."""

from __future__ import annotations

import re
from typing import NamedTuple

from crawler.text import find_dates


class Info(NamedTuple):
    """A labelled value: `field` is published, source, author, editor or other."""

    field: str
    label: str
    value: str


_NAMES = {
    "published": (
        "发布日期 发布时间 发表于 发布于 发贴时间 发帖时间 张贴时间 发文时间 发文日期 信息时间 发表时间 发表日期 公开日期 公开时间 上网时间 上传时间 上网日期 录入时间 添加时间"
        " 添加日期 公布日期 公布时间 更新时间 更新日期 生成日期 文章时间 编辑时间 创建时间 刊登时间 登载时间 发稿时间 信息日期 日期 时间"
    ),
    "source": (
        "信息来源 文章来源 稿件来源 新闻来源 内容来源 来源单位 来源 稿源 供稿单位 供稿 出处 信息提供 提供单位 发布单位 发布机构 发布部门"
        " 信息发布单位 转载自 来稿单位 发稿单位"
    ),
    "author": "文章作者 作者 记者 撰稿 撰文 文/图 通讯员",
    "editor": "责任编辑 编辑 责编 审核人 审核 初审 复审 终审 校对 录入人 录入 发布人 发布者",
    "other": (
        "浏览次数 阅读次数 点击次数 访问次数 浏览量 阅读量 点击量 访问量 点击数 浏览数 阅读数 点击率 浏览 阅读 点击 访问 人气 字体大小 字体 字号 视力保护色 保护视力色"
        " 打印 分享到 分享 收藏 关闭 扫一扫 我要打印 文字大小 背景色 关键词 关键字 标签 索引号 文号 发文字号 主题分类 大 中 小 语音播报 朗读 下载 纠错 评论"
        " 网站支持IPv6 次数 所属栏目 栏目 信息分类 浏览字号 选择字号 浏览字体 选择阅读字号 微信 阅读人数 查看"
    ),
}
_FIELD = {name: field for field, names in _NAMES.items() for name in names.split()}
_SPACES = re.compile(r"\s+")


def _spaced(name: str) -> str:
    """A pattern for a label whose characters may be set apart: 来 源."""
    return r"\s*".join(map(re.escape, name)) if len(name) < 5 else re.escape(name)


_LABEL = re.compile(
    "(?<![一-鿿])?("
    + "|".join(_spaced(name) for name in sorted(_FIELD, key=len, reverse=True) if len(name) > 1)
    + r")\s*(?:[:∶]|(?=[\]】]))"
)
_STOP = re.compile(
    r"[【\[]|\s{2,}|[|丨│]|\t|(?:点击|浏览|阅读|访问)(?:次?数|量|率)|(?:打印|分享|收藏|关闭)(?:此|本|到)?(?:页|文|窗口)?(?=[\s】\]|]|$)|字体|字号|\s[大中小](?:\s|$)|扫一扫|\(\s*(?:点击|浏览)"
)
_GLUED = re.compile(
    r"\s*(?:(?:大\s*中\s*小|打\s*印|分\s*享|关\s*闭|收\s*藏|字\s*[体号])[\s:]*)+$"
)  # 区政府办大中小打印
_EMPTY = re.compile(r"[\W_]*")


def read(text: str) -> list[Info]:
    """The labelled values of a line in order, empty ones left out."""
    found = list(_LABEL.finditer(text))
    if not found:
        return []
    ends = [match.start() for match in found[1:]] + [len(text)]
    out = []
    for match, end in zip(found, ends, strict=True):
        label = _SPACES.sub("", match[1])
        value = _value(text[match.end() : end])
        if value:
            out.append(Info(_FIELD[label], label, value))
    return out


def _value(raw: str) -> str:
    raw = raw.strip(" \t\u3000\u00a0")
    stop = _STOP.search(raw)
    if stop and not next(find_dates(raw), None):
        raw = raw[: stop.start()]
    if (date := next(find_dates(raw), None)) and date[1] > 1:
        raw = raw[: date[1]]  # 来源:某报 2021-11-25
    raw = raw.strip(" \t\u3000\u00a0[【(|/,;、-—>")
    raw = _GLUED.sub("", raw.rstrip("]】"))
    return "" if _EMPTY.fullmatch(raw) else raw


def is_info(text: str) -> bool:
    """Whether a line is an info line: short, with a label that it is about, or a bare date with a source."""
    if len(text) > 200:
        return False
    found = [_FIELD[_SPACES.sub("", match[1])] for match in _LABEL.finditer(text)]
    if not found:
        return is_dateline(text)
    first = _LABEL.search(text)
    assert first is not None
    if first.start() > 24 and not is_dateline(text[: first.start()]):
        return False
    return len(text) < 60 or len(found) > 1


def is_dateline(text: str) -> bool:
    """Whether a line is little more than a date: `2023-02-21 10:00`, `2023-02-21 某报`."""
    if len(text) > 60:
        return False
    date = next(find_dates(text), None)
    return date is not None and date[1] <= 12 and len(text) - date[2] <= 24 and "。" not in text
