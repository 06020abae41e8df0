"""Judge whether a title is that of a yearly 法治政府建设情况报告, and on which year.

Takes a title, from a list or from the report itself, and returns a `Verdict`. Knows no pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from crawler.field.text import chinese_number, fold

SUBJECT = r"(?:法治政府|依法行政|依法治(?:市|县|区|省|州|旗)(?!委|办)|法治(?:建设|工作|机关))"
"""Pattern of the report's subject. 市委全面依法治市委员会 is an organ, no subject."""

_SUBJECT = re.compile(SUBJECT)
_MAX_TITLE_LENGTH = 400  # characters that are read

_REPORT = re.compile(
    rf"""
    {SUBJECT} [^,。;!?]{{0,24}}? (?:报告|情况|自查|总结)   # 法治政府建设情况报告, 依法行政工作情况
  | 报告 [^,。]{{0,8}} {SUBJECT} [^,。]{{0,8}} 情况      # 报告2023年法治政府建设情况
  | 推进 [^,。]{{0,6}} {SUBJECT} [^,。]{{0,12}} 年度报告
    """,
    re.X,
)

_NOT_A_REPORT: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (why, re.compile(pattern))
    for why, pattern in (
        ("another yearly report", r"政府工作报告|信息公开|政务公开|预算|决算|国民经济|法治宣传|普法"),
        (
            "a plan",
            r"方案|规划|纲要|要点|计划|安排(?!情况)|意见$|意见》|清单|分工|办法|规定|细则|制度$|报告制度",
        ),
        (
            "an inspection or a notice",
            r"督察|督查|检查|巡察|考核|考评|评估|评议|评价|整改|问卷|投诉|举报|征求|征集|招标|采购|中标|(?:通知|通告|函|批复)$",
        ),
        ("a model-site campaign", r"示范(?:市|县|区|项目|单位|地区|创建)|创建.{0,6}示范"),
        ("an explanation", r"解读|图解|一图|问答|答记者|访谈|综述|发布会|白皮书"),
        (
            "news",
            r"召开|会议|听取|审议|审定|学习(?!.{0,12}报告$)|专题讲座|培训|座谈|调研|督导|汇报会|汇报$|讲话|列席|表扬"
            r"|通报(?!.*情况)|印发实施|述职|公示|纪实|侧记|我[市省区县州](?!(?:人民)?政府|关于|20\d\d|二[〇零]|法治|依法|推进|年度)",
        ),
        ("a study", r"研究|蓝皮书|发展报告|状况报告"),
        ("a report on half a year", r"半年|季度"),
        (
            "a report on several years",
            r"20\d\d年?[-—–~至]20\d\d|近(?:几|[两三四五])?年来|[三四五十]年(?=法治|依法)",
        ),
        ("a statistics table", r"统计表|一览表|指标|目录$|公告$"),
    )
)
"""Other documents whose titles have the report's words, with their kind. The first that fits is the reason."""

_COVERING_LETTER = re.compile(
    rf"(?:印发|转发|公布|发布|公开)(?P<quote>《)?(?P<inner>[^》]*{SUBJECT}[^》]*(?:情况的?报告|年度报告|工作报告|工作总结))(?(quote)[^》]*》)的?(?:通知|公告|函)$"
)
"""关于印发《甲市2022年度法治政府建设情况报告》的通知: the report, with a covering letter."""

# …情况及2026年工作要点的报告, …工作情况及2016年工作打算: the title names the report's last section too.
_NEXT_YEAR = re.compile(
    r"[及和与暨](?:下一?年度?|下一?步|20\d\d年度?)[^,。]{0,16}?(?:要点|打算|安排|计划|思路|重点)"
)

# 规划和自然资源局, 发展研究中心, 考评办公室: words in an organ's name do not count
_ORGAN = re.compile(
    r"^[^,。;!?《]*?(?:[局厅委办室队院署部]|委员会|中心)(?=关于|20\d\d|二[〇零○]|年度|法治|依法|推进|贯彻|落实)"
)

_YEAR_SPAN = re.compile(r"(20[0-4]\d)[-—–~至](20[0-4]\d)(?=年度)")
_ZEROS = str.maketrans(dict.fromkeys("○◯零OОΟo0", "〇"))
_ZERO = "[〇零○◯OОΟo0]"  # the second and third O are Cyrillic and Greek
_YEAR = re.compile(
    rf"(?<!\d)(20[0-4]\d)(?:\s*年|(?=\s*(?:法治|依法|度|推进|[)\]]?$)))|(二{_ZERO}(?:{_ZERO}|[一二三四])(?:{_ZERO}|[一二三四五六七八九]))\s*年"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a title names a report, the year it reports on, and why it names none."""

    report: bool
    year: int | None = None
    why: str = ""


def judge(title: str) -> Verdict:
    """Return the verdict on a title, of a link or of the report itself."""
    return _judged(title[:_MAX_TITLE_LENGTH])


@lru_cache(maxsize=4096)  # a site's menu is on all its pages, a report's title on its list and on its page
def _judged(title: str) -> Verdict:
    text = _without_space(title)
    year = title_year(text)
    if "法" not in text or not _REPORT.search(text):  # every subject has 法
        return Verdict(False, year, "names no such report")
    if _COVERING_LETTER.search(text):
        return Verdict(True, year)
    rest = _with_last_of_span(_NEXT_YEAR.sub("", _ORGAN.sub("", text)))
    for why, pattern in _NOT_A_REPORT:
        if found := pattern.search(rest):
            return Verdict(False, year, f"{why} ({found[0]})")
    return Verdict(True, year)


def title_year(title: str) -> int | None:
    """Return the year a title reports on: the last one before the subject, or else the first one. None without any.

    In digits or in Chinese numerals; of 2022-2023年度 the later one.
    """
    text = _with_last_of_span(fold(title[:_MAX_TITLE_LENGTH]))
    if not may_name_year(text):
        return None
    subject = _SUBJECT.search(text)
    before = list(years(text[: subject.start()] + subject[0])) if subject else []
    return before[-1] if before else next(years(text), None)


def may_name_year(text: str) -> bool:
    """Whether a folded text can name a year. A quick test before `years`."""
    return "20" in text or "二" in text


def years(text: str) -> Iterator[int]:
    """Yield the years that a folded text names, in order: 2022年, 二〇二二年, 2022法治政府…"""
    for found in _YEAR.finditer(text):
        year = int(found[1]) if found[1] else chinese_number(found[2].translate(_ZEROS))
        if year:
            yield year


def mentions_subject(text: str) -> bool:
    """Whether a text mentions the report's subject."""
    return _SUBJECT.search(text) is not None


def report_title(title: str) -> str:
    """Return the report's title without white space, out of a covering letter that quotes it (印发《…报告》的通知)."""
    text = _without_space(title)
    found = _COVERING_LETTER.search(text)
    return found["inner"] if found else text


def _without_space(title: str) -> str:
    return "".join(fold(title[:_MAX_TITLE_LENGTH]).split())


def _with_last_of_span(text: str) -> str:
    """The text with 2022-2023年度, which is one year of reporting, as 2023年度. Wider spans stay."""
    if "年度" not in text:
        return text
    return _YEAR_SPAN.sub(lambda span: span[2] if int(span[2]) - int(span[1]) == 1 else span[0], text)
