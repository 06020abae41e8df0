"""The day by which a report on a year must be public: the rules as data, each with its wording and where it was read.

- What a rule says of publication counts, not when an organ reports to its superiors: county departments report upward before
  1 March, provinces before 1 April, and neither is seen from outside.
- "每年4月1日之前" is read as excluding the day itself. No text that was found says so, or the contrary: 民法典第一千二百五十九条 lists
  以上、以下、以内、届满 as including the number and 不满、超过、以外 as excluding it, and neither has 之前. The first quarter, which the outline of 2015 gave, ends the evening before. So both rules have one last day,
  31 March, and what is published on 1 April is one day late: whoever reads the rule otherwise finds these by their one day.
- Not here, because no text that says so was found: ministries (the regulation names 地方各级政府和县级以上政府部门), towns with
  another day, days of single provinces, and reports on years before 2015, which were due "regularly" (定期).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

GOVERNMENT, DEPARTMENT = "government", "department"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule on when reports are public."""

    id: str
    document: str  # title and number
    article: str
    wording: str  # as the document has it
    in_force: date
    read_at: tuple[str, ...]  # addresses of pages that quote it
    first_year: int  # year reported on
    last_year: int | None
    binds: tuple[str, ...]  # government (party committees that report with it are the same), department
    last_month: int  # of the last day on time, in the year after
    last_day: int
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """The last day on which the report of a year is on time, China time, and the rule that says so."""

    year: int
    last_day: date
    rule: Rule


RULES: tuple[Rule, ...] = (
    Rule(
        id="outline-2015",
        document="《法治政府建设实施纲要（2015—2020年）》（中发〔2015〕36号）",
        article="定期报告",
        wording="县级以上地方各级政府每年第一季度要向同级党委、人大常委会和上一级政府报告上一年度法治政府建设情况，"
        "政府部门每年第一季度要向本级政府和上一级政府有关部门报告上一年度法治政府建设情况，报告要通过报刊、政府网站等向社会公开。",
        in_force=date(2015, 12, 27),
        read_at=(
            "https://fx361.cc/page/2017/1226/22615693.shtml",
            "https://3g.china.com/act/news/945/20160111/21114601_3.html",
        ),
        first_year=2015,
        last_year=2017,
        binds=(GOVERNMENT, DEPARTMENT),
        last_month=3,
        last_day=31,
        remark="The first quarter binds the report; publication has no day of its own and is taken to have the same.",
    ),
    Rule(
        id="supervision-2019",
        document="《法治政府建设与责任落实督察工作规定》（厅字〔2019〕28号）",
        article="第二十四条",
        wording="每年4月1日之前，地方各级政府和县级以上政府部门的法治政府建设年度报告，除涉及党和国家秘密的，"
        "应当通过报刊、网站等新闻媒体向社会公开，接受人民群众监督。",
        in_force=date(2019, 4, 15),
        read_at=(
            "http://www.hnhs.gov.cn/22560/22709/43459/43460/43462/43492/content_2139138.html",
            "http://zgtc.gov.cn/xxgk/dfbmptlj/bmxxgkpt/xslj/zfxxgkzd_22275/202309/t20230914_3274212.shtml",
        ),
        first_year=2018,
        last_year=None,
        binds=(GOVERNMENT, DEPARTMENT),
        last_month=3,
        last_day=31,
        remark="In force two weeks after the day of the reports on 2018; for these the first quarter of the outline ends on"
        " the same day.",
    ),
)
"""All rules, by year. A further one, such as a province's own, is a value here."""


def deadline(year: int, kind: str = GOVERNMENT) -> Deadline | None:
    """Return the last day on time of a report on a year; None if no rule is known for it.

    `kind`: government, party_government (the same duty, fulfilled together with the party committee) or department.
    """
    bound = DEPARTMENT if kind == DEPARTMENT else GOVERNMENT
    for rule in RULES:
        if rule.first_year <= year <= (rule.last_year or year) and bound in rule.binds:
            return Deadline(year=year, last_day=date(year + 1, rule.last_month, rule.last_day), rule=rule)
    return None
