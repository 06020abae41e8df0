"""Judge by title and text whether a document is a report, of what kind, and on which year.

`field/titles` judges titles alone; `subject` finds the issuer.
"""

from __future__ import annotations

import re

from crawler.field import titles
from crawler.field.organs import DEPARTMENT, GOVERNMENT, organ, organ_in
from crawler.field.text import fold

_MIN_BODY_LENGTH = 300  # characters of a report; a shorter text is a link to one
_MARKS_PER_CHARACTER = 1 / 120  # of punctuation in prose at least; a list of titles has next to none
_SHOWN_LENGTH = 30  # characters of a text, in a reason
_NEWS_OPENING = 200  # characters in which news says that it is news
_VOICE_OPENING = 1500  # characters in which a report says 我市 or 我局
_YEAR_OPENING = 600  # characters in which it names its year
_OUR_DEPARTMENT = re.compile(r"(?<!自)我(?:局|厅|委|办|部|院|中心|支队)|本(?:局|厅|委)(?!托)")
_OUR_GOVERNMENT = re.compile(
    r"(?:我|本|全)(自治区|[省市区县旗州盟乡镇])(?!直)|(自治区|[省市区县旗州盟乡镇])(?:人民)?政府|街道|办事处"
)
_QUOTED = re.compile(r"《[^》]*》|\d{4}\s*+年?\s*+[-—–~至]\s*+\d{4}\s*+年")
_MARK = re.compile("[,。;!?,;!?、]")
_RULE_OF_LAW = re.compile("法[治制]|依法")
_NEWS = re.compile(
    r"[本我][站网报刊台]讯|讯[((]|[((](?:本[站网报刊]|全媒体|见习)?(?:记者|通讯员)|新华社|来源[::].{0,20}(?:日报|晚报|新闻)"
    r"|^.{0,20}?(?:近日|日前|昨日|今日|今天|昨天|\d{1,2}月\d{1,2}日),?[^。]{0,40}?(?:发布|公布|公开|听取|审议)[^。]{0,60}?(?:报告|情况)"
)
_INTRODUCED = re.compile(r"如下|现将|特此|予以公[布告示开]")
_DAY = re.compile(r"\d{4}\s*年\s*\d{1,2}\s*月")


def is_report(title: str, body: str) -> bool:
    """Whether title and text are those of a yearly report on rule-of-law government.

    A title that may be a column's name (法治政府建设年度报告) counts if the text is a report's.
    """
    verdict = titles.judge(title)
    return (
        (verdict.report or verdict.column)
        and len(body) > _MIN_BODY_LENGTH
        and titles.mentions_subject(body)
        and not text_fault(body)
    )


def text_fault(body: str, *, titled: bool = True) -> str:
    """Return why a text is not that of a report; empty if it may be one.

    `titled`: the page's own title names a report. Without it the text must at least mention the rule of law. A short text may be one: that of a page whose report is attached, or scanned.
    """
    if len(body) > _MIN_BODY_LENGTH:
        if sum(1 for _ in _MARK.finditer(body)) < len(body) * _MARKS_PER_CHARACTER:
            return "its text is a list of titles"
        if not titled and not _RULE_OF_LAW.search(body):
            return "its text does not mention the rule of law"
    opening = fold(body[:_NEWS_OPENING])
    if (found := _NEWS.search(opening)) and not _INTRODUCED.search(opening):
        return f"its text is news ({found[0][:_SHOWN_LENGTH]})"
    return ""


def kind(title: str, body: str, issuer: str | None) -> str | None:
    """Return government, party_government or department; None if title and text are not those of a report.

    Decided by the title; else by the issuer's name; else by whom the text speaks for (我市, 我局); else government.
    """
    if not is_report(title, body):
        return None
    named = organ_in(title) or (organ(issuer) if issuer else None)
    return named[1] if named else speaks_for(body)[0] or GOVERNMENT


def year(title: str, body: str) -> int | None:
    """Return the year reported on: the title's; else the most frequent one in the opening of the body, the first of equals.

    None for a report on several years. Years of plans (2021-2025年), of quoted documents and of days do not count.
    """
    if titles.judge(title).several_years:
        return None
    if found := titles.title_year(title):
        return found
    opening = fold(body[:_YEAR_OPENING])
    if not titles.may_name_year(opening):
        return None
    named = list(titles.years(_DAY.sub("", _QUOTED.sub("", opening))))
    return max(named, key=named.count) if named else None


def speaks_for(body: str) -> tuple[str | None, str | None]:
    """Return the kind and level of the organ that a text speaks for.

    (department, None) for 我局, (government, 市) for 我市 or 市政府, (None, None) if the text does not say.
    """
    opening = fold(body[:_VOICE_OPENING])
    if _OUR_DEPARTMENT.search(opening):
        return DEPARTMENT, None
    levels = [found[1] or found[2] for found in _OUR_GOVERNMENT.finditer(opening)]
    named = [level for level in levels if level]
    return (GOVERNMENT if levels else None), (max(named, key=named.count) if named else None)
