"""Judge whether a title is that of a yearly 法治政府建设情况报告, and on which year.

Takes a title, from a list or from the report itself, and returns a `Verdict`. Knows no pages. `title_text` takes off what
is no part of the title.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from crawler.field.regions import begins_with_division
from crawler.field.title_text import (
    MAX_TITLE_CHARS,
    may_name_year,
    plain_title,
    with_years_in_digits,
    years,
    years_of_title,
)

__all__ = [
    "SUBJECT",
    "Verdict",
    "judge",
    "may_name_year",
    "mentions_subject",
    "report_title",
    "title_year",
    "years",
]

_FIELDS = (  # 法治公安, 法治税务: how a department calls its part of 法治政府
    "公安|税务|财政|交通|教育|水利|水务|国土|自然资源|统计|审计|民政|人社|卫生|卫健|农业|林业|环保|生态环境|工商|质监|市场监管|海关|气象|国资"
    "|住建|城建|城管|应急|消防|司法行政|医保|文旅|商务|粮食|档案|烟草|电力|邮政|央行|金融|民航|铁路|海事|部门|单位"
)
SUBJECT = (
    rf"(?:法[治制]政府|依法行政|依法治(?:市|县|区|省|州|旗|盟|镇|乡|税|教|水|林|统|审|档|海|路|交|农|检)(?!委|办)"
    rf"|法治(?:建设|工作|机关)|法治(?:{_FIELDS})(?=建设|工作|创建|\d|情况))"
)
"""Pattern of the report's subject. 市委全面依法治市委员会 is an organ, no subject."""

_SUBJECT = re.compile(SUBJECT)

_REPORT = re.compile(
    rf"""
    {SUBJECT} [^,。;!?]{{0,24}}? (?:报告|情况|自查|总结|汇报|年报)   # 法治政府建设情况报告, 依法行政工作情况
  | 报告 [^,。]{{0,8}} {SUBJECT} [^,。]{{0,8}} 情况                  # 报告2023年法治政府建设情况
  | 推进 [^,。]{{0,6}} {SUBJECT} [^,。]{{0,12}} 年度报告
    """,
    re.X,
)

_SEVERAL_YEARS = re.compile(
    r"(?P<first>20\d\d)年?度?(?:[-—–~至到、,和及与]|以?来至)(?P<last>20\d\d)"
    r"|[“\"‘']?十(?P<plan>[一二三四五])五[”\"’']?(?!个)"
    r"|(?<![〇零○一二三四五六七八九十\d])(?:[近过去这前头]{1,2})?(?:[几两二三四五六七八九十]|[2-9])(?:个?年度?)(?:来|间|以来|期间|工作|(?=法[治制]|依法))"
    r"|近年来|历年来?|本届|届内|任期|换届|以来|至今"
)
"""A report on several years, or since some event."""

_MONTHS = re.compile(
    rf"半年|季度|[一二三四1-4]季|(?:\d|[一二三四五六七八九十])月(?:份|底|末)?(?!\d|[一二三四五六七八九十]{{1,3}}日)(?=[^(]{{0,20}}?{SUBJECT})"
)

# 2022年1-12月, 2022年1月至12月: all of the year
_WHOLE_YEAR = re.compile(r"(?<!\d)(?:1月?份?[-—–~至到]12|一月?份?[-—–~至到]十二)月份?")

_NOT_A_REPORT: tuple[tuple[str, re.Pattern[str]], ...] = (
    *(
        (why, re.compile(pattern))
        for why, pattern in (
            (
                "another yearly report",
                r"(?<!法[治制])政府工作报告|信息公开|政务公开|预算|决算|国民经济|法治宣传|普法|双随机",
            ),
            (
                "a plan",
                r"方案|规划|纲要|要点|计划|安排(?!情况)|意见$|意见》|清单|分工|办法|规定|细则|制度$|报告制度",
            ),
            (
                "an inspection or a notice",
                r"督察|督查|检查|视察|巡察|考核|考评|评估|评议|评价|测评|满意度|整改|问卷|投诉|举报|征求|征集|招标|采购|中标|提案|议案|(?:通知|通告|函|批复|请示|答复|决议|决定)$",
            ),
            (
                "a guide to writing reports",  # …年度报告编制指南, …报告工作指引, …情况报告模板
                r"指引|指南|模[板版]|提纲|大纲|格式|撰写|写作|编写|须知|(?:要求|提示|提醒|样式|说明)$"
                r"|(?:报告|年报)(?:编制|编报|报送|上报|公开|公示)?(?:工作|任务|事宜)(?!报告|总结|情况)",
            ),
            ("an inquiry", r"调查(?!队)|调研报告"),
            ("a collection", r"汇总|汇编|合集|集锦|选编|名单|一览|盘点|[\d一二三四五六七八九十]篇"),
            (
                "a model-site campaign",
                r"示范(?:市|县|区|项目|单位|地区|创建)|创建.{0,6}示范|典型案例|优秀案例",
            ),
            (
                "an explanation",
                r"解读|图解|图说|一图|长图|问答|答记者|访谈|专访|综述|发布会|白皮书",
            ),
            (
                "news",
                r"召开|会议|听取|审议|审定|学习(?!.{0,12}报告$)|专题讲座|培训|座谈|调研|督导|(?:报告|总结|汇报|推进|部署|动员|表彰|点评|评审)(?:大|交流)?会(?!议)|表彰|(?:向|听)[^,。《]{0,12}汇报|讲话|列席"
                r"|表扬|通报(?!.*情况)|(?<!关于)通报(?=.{0,12}法[治制]政府)|印发实施|述职|(?<!关于)公示|纪实|侧记|简报|成绩单|出炉|荣获|获评|新闻|快讯|亮点|获.{0,8}?(?:肯定|表彰|批示|好评|认可)"
                r"|(?<!关于)(?<!予以)(?:发布|公布|公开|印发|出台)(?=[^《]*$)"
                r"|我[市省区县州](?!(?:人民)?政府|关于|20\d\d|二[〇零]|法[治制]|依法|推进|年度)",
            ),
            (
                "a study",
                r"研究|蓝皮书|发展报告|状况报告|范例|浅析|浅谈|浅议|探析|刍议|思考|对策|如何|怎样|怎么|范文|样本",
            ),
            ("a report of a person", r"^(?!.*法[治制]政府).*第一责任人"),
            ("a statistics table", r"统计表|指标|目录$"),
        )
    ),
    ("a report on a part of a year", _MONTHS),
)
"""Other documents whose titles have the report's words, with their kind. The first that fits is the reason."""

_ON_SEVERAL_YEARS = "a report on several years"
_FIRST_YEAR_OF_PLANS, _YEARS_OF_A_PLAN, _PLANS = 2006, 5, "一二三四五"
"""The plan 十一五 began in this year; 十二五, 十三五 … follow."""
_MAX_YEARS_OF_A_REPORT = 20

_COVERING_LETTER = re.compile(
    rf"(?:印发|转发|公布|发布|公开)(?P<quote>《)?(?P<inner>[^》]*{SUBJECT}[^》]*(?:情况的?报告|年度报告|工作报告|工作总结)(?:(?:[及和与暨并、]|以及)(?:20\d\d年?度?|下一?年度?|下一?步)(?:工作)?(?:要点|计划|安排|打算|思路))?)(?(quote)[^》]*》)的?(?:通知|公告|公示|函)$"
)
"""关于印发《甲市2022年度法治政府建设情况报告》的通知: the report, with a covering letter."""

# …情况及2026年工作要点的报告, …工作情况及2016年工作打算, …报告、2023年工作方案: the title names the report's last section too.
_NEXT_YEAR = re.compile(
    r"(?:[及和与暨并、,]|以及|(?<=总结|报告|情况))(?:下一?年度?|下一?步|下一?阶段|明年|今后|20\d\d年?度?)[^,。;]{0,16}?(?:方案|要点|打算|安排|计划|思路|重点|举措|目标|部署|谋划|设想|规划|任务)"
    r"|(?<=总结|报告|情况)[及和与暨、](?:年度)?(?:工作)?(?:计划|打算|安排|思路)"
)

# 法治政府建设情况公示, …报告的公告: published as such, and the report itself
_PUBLISHED = re.compile(
    r"(?<=情况|报告|总结|年报)的?(?:公示|公告|公开|公布|通告)$|\([^()《]{0,12}(?:公示|公开|公布|发布)[^()《]{0,12}\)$"
)

# 贯彻落实《法治政府建设实施纲要(2021-2025年)》情况报告: the report on one year of it, if the title names the year
_CARRIED_OUT = re.compile(
    r"(?:贯彻|落实|实施|执行)(?:[^《》]{0,6}《[^《》]{0,60}》|法[治制]政府建设(?:实施)?纲要(?:\([^()]{0,20}\))?)"
    r"|(?:《[^《》]{0,60}纲要(?:\([^()]{0,20}\))?》|法[治制]政府建设(?:实施)?纲要(?:\([^()]{0,20}\))?)的?(?:贯彻|落实|实施|执行)"
)

# 规划和自然资源局, 发展研究中心, 考评办公室, 杨凌示范区: words in an organ's name do not count
_ORGAN = re.compile(
    r"^(?:[^,。;!?《]*?(?:[局厅委办室队院署部馆所处社]|委员会|管委会|中心)(?:\([^()]{2,20}\))?|(?:(?!创建|法[治制]|依法)[^,。;!?《]){2,20}?示范区)(?=关于|20\d\d|二[〇零○]|年度|法[治制]|依法|推进|贯彻|落实)"
)

_YEAR_SPAN = re.compile(r"(20[0-4]\d)[-—–~至](20[0-4]\d)(?=年度)")

_TWO = re.compile("[2２二]")  # every year has one

_GROUP_WORDS = r"(?:[各市县区省州旗盟镇乡街级直属辖、及和与()]|政府|人民|部门|单位|机关|委办局|科局|街道|办事处|园区|开发区|有关|所属|本级)"
GROUP = re.compile(
    rf"(?=.{{0,20}}?(?:各|部门|单位|机关|局|乡镇|镇乡|镇街|街镇|[市县区旗]{{2}}|[()、]|街道(?!办)|园区|本级)){_GROUP_WORDS}+"
)
"""Organs as a group, none of them by name: 部门, 各乡镇, 市直部门, 镇(街道)."""

_COLUMN = re.compile(
    rf"(?:历年|往年|近年)?{_GROUP_WORDS}*的?(?:历年)?(?:年度)?(?:推进)?{SUBJECT}"
    r"(?:建设|工作|推进|落实|进展|情况|年度|年|的|与|和|年报|报告|总结|汇报|公开|公示|公布|专栏|栏目|专题|专区|列表|汇总|汇编)*"
)
"""Name of a column: the subject with neither a year nor an organ of its own."""

_COLUMN_ADDITIONS = re.compile(
    rf"^(?:查看)?(?:更多|全部|所有)|[(\[](?:(?:{_GROUP_WORDS}|历年|往年|年度|报告|年报){{1,9}}|20\d\d年?(?:度|及)?(?:[以之]?[前后]|起|至今))[)\]]$"
)
"""What a column's name may have around it: 更多…, …(部门), …(历年), …(2018年以前)."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a title names.

    `report`: a report on a year. `column`: no report; its words are those of a list's name (部门法治政府建设年度报告). Only the
    page can tell: some governments title a report so. `several_years`: a report on several years, which is none on a year.
    `span`: its first and last year, where the title gives both (2016-2020, 十三五). `why`: why it names no report.
    """

    report: bool
    year: int | None = None
    why: str = ""
    column: bool = False
    several_years: bool = False
    span: tuple[int, int] | None = None

    @property
    def span_words(self) -> str:
        """The span as 2016-2020; empty if the title gives none."""
        return f"{self.span[0]}-{self.span[1]}" if self.span else ""


def judge(title: str) -> Verdict:
    """Return the verdict on a title, of a link or of the report itself."""
    return _judged(title[:MAX_TITLE_CHARS])


@lru_cache(maxsize=4096)  # a site's menu is on all its pages, a report's title on its list and on its page
def _judged(title: str) -> Verdict:
    if not _may_name_subject(title):
        return Verdict(False, title_year(title), "names no such report")
    text = with_years_in_digits(plain_title(title))
    year = _year(text)
    if not _REPORT.search(text):
        return Verdict(False, year, "names no such report")
    if _COVERING_LETTER.search(text):
        return Verdict(True, year)
    if _COLUMN.fullmatch(_COLUMN_ADDITIONS.sub("", text)) and not begins_with_division(text):  # 和县
        return Verdict(False, None, "the name of a column", column=True)
    rest = _NEXT_YEAR.sub("", _PUBLISHED.sub("", _ORGAN.sub("", _WHOLE_YEAR.sub("", text))))
    rest = _with_last_of_span(_CARRIED_OUT.sub("", rest) if year else rest)
    for why, pattern in _NOT_A_REPORT:
        if found := pattern.search(rest):
            return Verdict(False, year, f"{why} ({found[0][:40]})")
    if found := _SEVERAL_YEARS.search(rest):
        why = f"{_ON_SEVERAL_YEARS} ({found[0]})"
        return Verdict(False, None, why, several_years=True, span=_span(found))
    return Verdict(True, year)


def _span(found: re.Match[str]) -> tuple[int, int] | None:
    if found["plan"]:
        first = _FIRST_YEAR_OF_PLANS + _YEARS_OF_A_PLAN * _PLANS.index(found["plan"])
        return first, first + _YEARS_OF_A_PLAN - 1
    if not found["first"]:
        return None
    first, last = int(found["first"]), int(found["last"])
    return (first, last) if 0 < last - first < _MAX_YEARS_OF_A_REPORT else None


def _may_name_subject(title: str) -> bool:
    return "法" in title  # every subject has it, in traditional characters too


def title_year(title: str) -> int | None:
    """Return the year a title reports on: the last one before the subject, or else the first one. None without any.

    In digits or in Chinese numerals; of 2022-2023年度 the later one.
    """
    return _year(with_years_in_digits(plain_title(title))) if _TWO.search(title) else None


def _year(text: str) -> int | None:
    text = _with_last_of_span(_WHOLE_YEAR.sub("", text))
    if (span := _SEVERAL_YEARS.search(text)) and span["first"]:
        text = text[: span.start()] + text[span.end() :]
    subject = _SUBJECT.search(text)
    before = years_of_title(text[: subject.start()] + subject[0]) if subject else []
    return before[-1] if before else next(iter(years_of_title(text)), None)


def mentions_subject(text: str) -> bool:
    """Whether a text mentions the report's subject."""
    return _SUBJECT.search(text) is not None


def report_title(title: str) -> str:
    """Return the report's title, plain (see `title_text`), out of a covering letter that quotes it (印发《…报告》的通知)."""
    text = plain_title(title)
    found = _COVERING_LETTER.search(text)
    return found["inner"] if found else text


def _with_last_of_span(text: str) -> str:
    """The text with 2022-2023年度, which is one year of reporting, as 2023年度. Wider spans stay."""
    if "年度" not in text:
        return text
    return _YEAR_SPAN.sub(lambda span: span[2] if int(span[2]) - int(span[1]) == 1 else span[0], text)
