"""The title filter: which links lead to a 法治政府建设情况报告, and for which year. Knows titles, not pages."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.text import chinese_number, fold

_SUBJECT = r"(?:法治政府|依法行政|依法治(?:市|县|区|省|州|旗)|法治建设)"

_REPORT = re.compile(
    rf"""
    {_SUBJECT} [^,。;!?]{{0,24}}? (?:报告|情况|自查|总结)   # 法治政府建设情况报告, 依法行政工作情况
  | 报告 [^,。]{{0,8}} {_SUBJECT} [^,。]{{0,8}} 情况      # 报告2023年法治政府建设情况
  | 推进 [^,。]{{0,6}} {_SUBJECT} [^,。]{{0,12}} 年度报告
    """,
    re.X,
)

_NOT: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (why, re.compile(pattern))
    for why, pattern in (
        ("another yearly report", r"政府工作报告|信息公开|政务公开|预算|决算|国民经济|法治宣传|普法"),
        ("a plan", r"方案|规划|纲要|要点|计划|安排(?!情况)|意见$|意见》|清单|分工|办法|制度$"),
        (
            "an inspection or a notice",
            r"督察|督查|检查|巡察|考核|考评|评估|整改|问卷|投诉|举报|征求|征集|招标|采购|中标",
        ),
        ("a model-site campaign", r"示范(?:市|县|区|项目|单位|地区|创建)|创建.{0,6}示范"),
        ("an explanation", r"解读|图解|一图|问答|访谈|综述|发布会|白皮书"),
        (
            "news",
            r"召开|会议|听取|审议|审定|学习(?!.{0,12}报告$)|专题讲座|培训|座谈|调研|督导|汇报会|汇报$|列席|通报(?!.*情况)|印发实施|述职|公示|纪实|侧记|我[市省区县州]",
        ),
        ("a study", r"研究|蓝皮书|发展报告|状况报告"),
        ("a report on several years", r"20\d\d年?[-—~至]20\d\d|[三四五十]年(?=法治|依法)"),
        ("a statistics table", r"统计表|一览表|目录$|公告$"),
    )
)
_ISSUED = re.compile(rf"《[^》]*{_SUBJECT}[^》]*(?:情况的?报告|年度报告|工作报告)[^》]*》的?通知$")

_YEAR = re.compile(
    r"(?<![0-9])(20[0-4][0-9])(?:\s*年|(?=\s*(?:法治|依法|度|推进)))|([二][〇零○◯O0Ｏ][〇零○◯O0一二三四][〇零○◯O0一二三四五六七八九])\s*年"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a title names a report, why not, and the year it reports on."""

    report: bool
    year: int | None = None
    why: str = ""


def judge_title(title: str, *, match: str | None = None) -> Verdict:
    """Verdict on a link's title. `match` (a site's regular expression) replaces the rules for what is a report."""
    text = "".join(fold(title).split())
    year = title_year(text)
    if match is not None:
        found = re.search(match, title) or re.search(match, text)
        return Verdict(bool(found), year, "" if found else "does not match the site's pattern")
    if not _REPORT.search(text):
        return Verdict(False, year, "names no such report")
    if _ISSUED.search(text):
        return Verdict(True, year)
    for why, pattern in _NOT:
        if found := pattern.search(text):
            return Verdict(False, year, f"{why} ({found[0]})")
    return Verdict(True, year)


def title_year(title: str) -> int | None:
    """The year a title reports on: its first year, in digits or in Chinese numerals."""
    found = _YEAR.search(fold(title))
    if not found:
        return None
    return int(found[1]) if found[1] else chinese_number(found[2])
