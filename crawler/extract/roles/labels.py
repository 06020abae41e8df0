"""Read labelled values of a line, such as the info line under a title: `来源:区政府办 作者:… 发布时间:2023-04-13 浏览次数:`.

Takes the text of one line and returns labels and values, or answers what kind of line it is. Labels of the index table are
in `index_table`; what a value is worth is decided in `meaning/text_clues`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from crawler.field.text import find_dates


class Info(NamedTuple):
    """A labelled value."""

    field: str  # published, made (when a document was signed or issued), source, author, editor or other
    label: str
    value: str


class LabelNames(NamedTuple):
    """Names of labels, prepared for `find_labels`."""

    all: Collection[str]
    last_characters: frozenset[str]
    max_length: int

    @classmethod
    def of(cls, names: Collection[str]) -> LabelNames:
        """Prepare names."""
        return cls(names, frozenset(name[-1] for name in names), max(map(len, names)))


class Label(NamedTuple):
    """A label in a line: its name without spaces, where it begins, where its value begins."""

    name: str
    start: int
    end: int


_FIELD_NAMES = {
    "published": (
        "发布日期 发布时间 发表于 发布于 发贴时间 发帖时间 张贴时间 发文时间 发文日期 信息时间 发表时间 发表日期 公开日期 公开时间"
        " 上网时间 上传时间 上网日期 录入时间 添加时间 添加日期 公布日期 公布时间 更新时间 更新日期 生成日期 文章时间 编辑时间 创建时间"
        " 刊登时间 登载时间 发稿时间 信息日期 日期 时间"
    ),
    "made": "成文日期 成文时间 印发日期 印发时间 签发日期 签发时间 签署日期 落款日期 制发日期 制定日期 产生日期",
    "source": (
        "信息来源 文章来源 本文来源 稿件来源 新闻来源 内容来源 来源单位 来源 稿源 供稿单位 供稿 出处 信息提供 提供单位 发布单位 发布机构 发布部门"
        " 信息发布单位 转载自 来稿单位 发稿单位"
    ),
    "author": "文章作者 作者 记者 撰稿 撰文 文/图 通讯员",
    "editor": "责任编辑 编辑 责编 审核人 审核 初审 复审 终审 校对 录入人 录入 发布人 发布者",
    "other": (
        "浏览次数 阅读次数 点击次数 访问次数 浏览量 阅读量 点击量 访问量 点击数 浏览数 阅读数 点击率 浏览 阅读 点击 访问 人气 字体大小"
        " 字体 字号 视力保护色 保护视力色 打印 分享到 分享 收藏 关闭 扫一扫 我要打印 文字大小 背景色 关键词 关键字 标签 索引号 文号"
        " 发文字号 主题分类 语音播报 朗读 下载 纠错 评论 次数 所属栏目 栏目 信息分类 浏览字号 选择字号 浏览字体 选择阅读字号 微信"
        " 阅读人数 查看"
    ),
}
_FIELD = {name: field for field, names in _FIELD_NAMES.items() for name in names.split()}
_NAMES = LabelNames.of(_FIELD)
_COLON = re.compile("[:∶]")
_SPACES = " \t\u3000\u00a0"
_NO_SPACES = dict.fromkeys(map(ord, _SPACES))
_VALUE_END = re.compile(
    r"[【\[]|\s{2,}|[|丨│]|\t|(?:点击|浏览|阅读|访问)(?:次?数|量|率)|(?:打印|分享|收藏|关闭)(?:此|本|到)?(?:页|文|窗口)?(?=[\s】\]|]|$)|字体|字号|文章类型|\s[大中小](?:\s|$)|扫一扫|举报|选稿|责编|(?:阅读|评论|浏览)\s*\(|\(\s*(?:点击|浏览)"
)
_BUTTONS_BEHIND = re.compile(
    r"(?<!\s)\s*+(?:(?:大\s*中\s*小|打\s*印|分\s*享|关\s*闭|收\s*藏|字\s*[体号])[\s:]*)+$"
)  # 区政府办大中小打印
_EMPTY = re.compile(r"[\W_]*")
_MAX_INFO_LENGTH = 200  # characters of an info line
_MAX_SINGLE_INFO_LENGTH = 60  # characters of one with a single label, and of a dateline
_FIRST_COLON_WITHIN = 40  # characters
_VAGUE_LABELS = ("时间", "日期")  # may label the time of an event too
_MAX_BEFORE_LABEL = 24  # characters before the first label, unless they are a date
_MAX_BEFORE_DATE, _MAX_AFTER_DATE = 12, 24  # characters of a dateline


def find_labels(text: str, ends: re.Pattern[str], names: LabelNames) -> Iterator[Label]:
    """Yield the label in front of each match of `ends`. Its characters may be spaced out: 索 引 号."""
    known, last_characters, max_length = names
    for match in ends.finditer(text):
        end = match.start()
        before = text[max(0, end - 3 * max_length) : end]
        if before.rstrip(_SPACES)[-1:] not in last_characters:
            continue
        bare = before.translate(_NO_SPACES) if " " in before or "\u3000" in before else before
        for length in range(min(max_length, len(bare)), 1, -1):
            if (name := bare[-length:]) in known:
                yield Label(name, _label_start(text, end, length), match.end())
                break


def _label_start(text: str, end: int, length: int) -> int:
    """The start of the last `length` characters before `end`, spaces not counted."""
    while length:
        end -= 1
        length -= text[end] not in _SPACES
    return end


def _labels(text: str) -> list[Label]:
    out: list[Label] = []
    for label in find_labels(text, _COLON, _NAMES):
        if label.start and "\u4e00" <= text[label.start - 1] <= "\u9fff" and not out and len(label.name) < 3:
            continue  # 活动时间: is no label; but a value may be followed by the next label without a space
        out.append(label)
    return out


def read(text: str) -> list[Info]:
    """Return the labelled values of a line in order, without empty ones. A label may be a table's cell: `来源⇥市司法局`."""
    if "\t" in text:
        text = _CELL.sub(_as_label, text)
    labels = _labels(text)
    if not labels:
        return []
    ends = [label.start for label in labels[1:]] + [len(text)]
    out = []
    for label, end in zip(labels, ends, strict=True):
        if value := _value(text[label.end : end]):
            out.append(Info(_FIELD[label.name], label.name, value))
    return out


_CELL = re.compile(r"(?:(?<=\t)|^)([^\t:]{2,16})\t(?=[^\t])")


def _as_label(cell: re.Match[str]) -> str:
    """A cell that is a label, with a colon behind it; any other cell as it is."""
    return f"{cell[1]}:" if cell[1].translate(_NO_SPACES) in _FIELD else cell[0]


def _value(raw: str) -> str:
    raw = raw.strip(_SPACES)
    date = next(find_dates(raw), None)
    if date is None and (end := _VALUE_END.search(raw)):
        raw = raw[: end.start()]
    elif date and date[1] > 1:
        raw = raw[: date[1]]  # 来源:某报 2021-11-25
    raw = raw.strip(_SPACES + "[【(|/,;、-—>").rstrip("]】")
    if "(" not in raw:
        raw = raw.rstrip(")")  # (来源:市司法局)
    if len(raw) <= _MAX_INFO_LENGTH:
        raw = _BUTTONS_BEHIND.sub("", raw)
    return "" if _EMPTY.fullmatch(raw) else raw


def is_info(text: str) -> bool:
    """Whether a line is an info line: short, with a label near its beginning, or a dateline."""
    if len(text) > _MAX_INFO_LENGTH:
        return False
    opening = text[:_FIRST_COLON_WITHIN]
    labels = _labels(text) if ":" in opening or "∶" in opening else []
    if not labels or (
        len(labels) == 1 and labels[0].name in _VAGUE_LABELS and _is_time_of_event(text[labels[0].end :])
    ):
        return is_dateline(text)
    first = labels[0].start
    if first > _MAX_BEFORE_LABEL and not is_dateline(text[:first]) and not _has_date_and_source(labels, text):
        return False
    return len(text) < _MAX_SINGLE_INFO_LENGTH or len(labels) > 1


def _is_time_of_event(value: str) -> bool:
    """Whether a value is the time of an event, without a full date: `5月6日上午9:00`."""
    return any(map(str.isdigit, value)) and next(find_dates(value), None) is None


def _has_date_and_source(labels: list[Label], text: str) -> bool:
    """Whether a line has labels of date and source behind the site's name: 某网 www.….gov.cn 时间:… 来源:…."""
    fields = {_FIELD[label.name] for label in labels}
    return {"published", "source"} <= fields and "。" not in text


def is_dateline(text: str) -> bool:
    """Whether a line is a date with a few words at most: `2023-02-21 10:00`, `2023-02-21 某报`."""
    if (
        len(text) > _MAX_SINGLE_INFO_LENGTH
        or "。" in text
        or not ("19" in text or "20" in text or "年" in text)
    ):
        return False
    if text[0] in "—-" or text.rstrip(") ").endswith(
        "会上"
    ):  # ——2023年1月5日在甲市第十届人民代表大会第一次会议上
        return False
    date = next(find_dates(text), None)
    return date is not None and date[1] <= _MAX_BEFORE_DATE and len(text) - date[2] <= _MAX_AFTER_DATE


_WORDS_AFTER_DATE = re.compile(
    r"(?!星期|周[一二三四五六日天]|[上下]午|来源|稿源|作者|编辑|浏览|点击|阅读|字[号体])[\u4e00-\u9fff]{2}"
)


def starts_with_date(text: str) -> bool:
    """Whether a line begins with a date that its words follow without a space, as in a heading: 2023年5月6日某市停电公告."""
    date = next(find_dates(text), None)
    return date is not None and date[1] == 0 and _WORDS_AFTER_DATE.match(text, date[2]) is not None


_CLOSING_LABEL = re.compile(r"(?:日\s*期|时\s*间|(?:落款|签署|签发|成文|印发)日期)\s*:\s*")
_WRITTEN_DATE = re.compile(
    r"(?:(?:19|20)\d\d|[二一][〇零○◯O一二三四五六七八九]{3})\s*年\s*[\d一二三四五六七八九十]{1,2}\s*月\s*[\d一二三四五六七八九十]{1,3}\s*[日号]"
)


def is_closing_date(text: str) -> bool:
    """Whether a line is the labelled date below a signature: `日期:2020年7月3日`, with 年, 月, 日 as documents write it."""
    label = _CLOSING_LABEL.match(text)
    return label is not None and _WRITTEN_DATE.fullmatch(text, label.end()) is not None


def without_closing_label(text: str) -> str:
    """Return a line without the label of the date below a signature."""
    return _CLOSING_LABEL.sub("", text, count=1) if _CLOSING_LABEL.match(text) else text


_OWN_DATE = re.compile(r"\(?\s*(?:19|20)\d\d\s*年\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?\s*\)?")


def is_own_date(text: str) -> bool:
    """Whether a line is a date with 年 and 月, in brackets or not, and nothing else: `(2023年4月12日)`."""
    return _OWN_DATE.fullmatch(text) is not None


_EVENT = re.compile(
    r"(?:会议|活动)?\s*(?:时\s*间|日\s*期)\s*:|\((?=.*?(?:19|20)\d\d年).*\)$"
)  # 时间:5月6日 (2004年12月11-12日,某地)


def is_event(text: str) -> bool:
    """Whether a line is the time of an event."""
    return _EVENT.match(text) is not None
