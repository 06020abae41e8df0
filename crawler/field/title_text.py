"""Bring a title into the form that the rules of `titles` and `organs` read, and read the years in it.

Sites add much to a title: labels (【公示】), counters, the suffix of a file, spaces between characters as OCR makes them,
traditional characters, full-width digits. None of it belongs to the title.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.field.text import chinese_number, one_line
from crawler.field.traditional import simplified

MAX_TITLE_CHARS = 400
"""Characters of a title that are read."""

# 2 0 2 2年, 20 22年: digits of one year that spaces divide
_SPACED_YEAR = re.compile(r"(?<!\d)2 ?0 ?([0-4]) ?(\d)(?= ?(?:年|度|法治|依法))")
_BRACKETED_YEAR = re.compile(r"[【(\[](20[0-4]\d)[】)\]](?=年)")
_SPACE_IN_TEXT = re.compile(r"(?<!\d) | (?!\d)")  # between two numbers it stays
_SPACED_COUNTER = re.compile(r"^\d{1,3} (?=[^\d年月日])")  # 1 甲县2022年度…
_OCR_YEAR = re.compile(r"(?<![\dA-Za-z])2[0OoОΟ][0-4oOОΟ][\dOoОΟ](?=年|度|法[治制]|依法)")

_LABEL = re.compile(
    r"""
      [·•●◆■▪※★☆>»*#—–-]{1,8}
    | \d{1,3}[._、,:)\]](?!\d) | [(\[]\d{1,3}[)\]] | [①-⑳] | [一二三四五六七八九十]{1,3}[、.]
    | [\[(]?(?:20\d\d[-/.])?\d{1,2}[-/.]\d{1,2}[\])]?(?![-/.\d])
    | 附件?(?:[一二三四五六七八九十]|\d{1,2}(?!\d))?[:.、] | 附件(?:[一二三四五六七八九十]|\d{1,2}(?!\d))?
    | 【(?![^】]{0,20}(?:读|解|图|答|访|讲|研|评|论|闻|讯|动态|要点|方案|计划))[^】]{0,20}】
    | [(\[](?:置顶|最新|热门?|推荐|原创|转载|公告|公示|公开|通知|附件|下载|图|图文|新|new|hot|top)[)\]]
    | (?:通知公告|公示公告|公告公示|信息公开|主动公开|政务公开|公告|公示|公开|通知|附件|标题|题目|文件|名称|下载|转载|置顶|最新|全文|正式)[:|丨/]
    | 法治政府建设[\u4e00-\u9fff]{0,10}(?:[:|丨/]|[-—]{1,2})(?=.{0,40}法[治制]政府建设)
    """,
    re.X | re.I,
)
"""Labels and counters in front of a title."""

_FILE_SUFFIX = re.compile(
    r"[._]?(?:\((?:pdf|docx?|wps|ofd|rtf|txt|xlsx?)(?:格式|版|文档|下载)?\)|(?<=[._])(?:pdf|docx?|wps|ofd|rtf|txt|xlsx?|s?html?|jpe?g|png|zip|rar))$",
    re.I,
)
_TRAILER = re.compile(
    r"""
    (?:
      [(\[](?!20[0-4]\d[)\]])\d{1,9}(?:次|人|条|页)?(?:浏览|阅读|点击|下载)?[)\]]  # [1234], (56次)
    | [(\[]\d{1,6}(?:\.\d{1,3})?\s?(?:[kmg]b?|b)[)\]]                          # (123KB)
    | [(\[](?:主动|对外|向社会)?(?:公开|公示|发布|印发|盖章|扫描|正式|最终|全文|附件|图文?|文字|网站|上网|定|终)(?:件|版|稿|本|文本|下载)?[)\]]
    | (?:阅读|浏览|点击|访问)(?:量|数|次数)?:?\d{1,9}次?
    | (?:发布|发文|更新)?(?:时间|日期):?20\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?
    | [(\[]?20\d\d[-/.]\d{1,2}[-/.]\d{1,2}[)\]]?(?:\d{1,2}:\d\d(?::\d\d)?)?   # 2023-03-15
    | [(\[]\d{1,2}-\d{1,2}[)\]]                                               # [03-15]
    | (?<![a-z])(?:new|hot|top)!? | 置顶 | 下载 | [.…·。、,;:>»-]
    )$
    """,
    re.X | re.I,
)
"""What lists add behind a title."""

_MAX_ADDITIONS = 6  # of each end, that are taken off


def plain_title(title: str) -> str:
    """Return a title without what is no part of it: spaces, labels, counters, file suffixes; in simplified characters.

    Letters in the place of a year's zeros are zeros (2O22年). Reads the first MAX_TITLE_CHARS characters. A space between two numbers stays.
    """
    text = _SPACED_COUNTER.sub("", simplified(one_line(title[:MAX_TITLE_CHARS])))
    text = _SPACE_IN_TEXT.sub("", _SPACED_YEAR.sub(r"20\1\2", text))
    text = _BRACKETED_YEAR.sub(r"\1", _OCR_YEAR.sub(_with_zeros, text))
    for _ in range(_MAX_ADDITIONS):
        found = _LABEL.match(text)
        if not found or found.end() == len(text):
            break
        text = text[found.end() :]
    for _ in range(_MAX_ADDITIONS):
        found = _FILE_SUFFIX.search(text) or _TRAILER.search(text)
        if not found or found.start() == 0:
            break
        text = text[: found.start()]
    return text


def _with_zeros(found: re.Match[str]) -> str:
    return re.sub("[OoОΟ]", "0", found[0])


_ZEROS = str.maketrans(dict.fromkeys("○◯零oOОΟo0", "〇"))
_ZERO = "[〇零○◯OОΟo0]"  # the second and third O are Cyrillic and Greek
_CHINESE_YEAR = rf"二{_ZERO}(?:{_ZERO}|[一二三四])(?:{_ZERO}|[一二三四五六七八九])"
_YEAR = re.compile(
    rf"(?<!\d)(20[0-4]\d)(?:\s*年|(?=\s*(?:法[治制]|依法|度|推进|[)\]]?$)))|({_CHINESE_YEAR})\s*(?:年|(?=法[治制]|依法|度))"
)
_NUMERALS = "〇零○◯一二三四五六七八九十"
_LONE_CHINESE_YEAR = re.compile(rf"(?<![{_NUMERALS}]){_CHINESE_YEAR}(?![{_NUMERALS}])")
_BARE_YEAR = re.compile(r"(?<![\d第〔\[./-])(20[0-4]\d)(?![\d〕\]号./~-])")
"""A year without 年: 2022甲县法治政府建设情况报告. No number of a document, no part of a date or of a span."""

_MONTH = re.compile(r"(?:20[0-4]\d|二[^年]{3})\s*年\s*(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s*月")


def may_name_year(text: str) -> bool:
    """Whether a folded text can name a year. A quick test before `years`."""
    return "20" in text or "二" in text


def with_years_in_digits(text: str) -> str:
    """Return a folded text with the years in Chinese numerals as digits: 二〇一六至二〇二〇年 as 2016至2020年."""
    return _LONE_CHINESE_YEAR.sub(_in_digits, text) if "二" in text else text


def _in_digits(found: re.Match[str]) -> str:
    return str(chinese_number(found[0].translate(_ZEROS)))


def years(text: str) -> Iterator[int]:
    """Yield the years that a folded text names, in order: 2022年, 二〇二二年, 2022法治政府…"""
    for found in _YEAR.finditer(text):
        year = int(found[1]) if found[1] else chinese_number(found[2].translate(_ZEROS))
        if year:
            yield year


def years_of_title(text: str) -> list[int]:
    """Return the years that a plain title names, in order. The year of a day or month does not count.

    Years without 年 are read if there are no others.
    """
    if not may_name_year(text):
        return []
    text = _MONTH.sub("", text)
    return list(years(text)) or [int(found[1]) for found in _BARE_YEAR.finditer(text)]
