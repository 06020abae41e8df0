"""What the words around a number say of it: a change, another year, a goal, a list in order, a total of several years."""

from __future__ import annotations

import re
from enum import StrEnum

from crawler.questions.indicators.sentences import last_clause

_CHANGE = re.compile(
    r"(?:增长|下降|上升|提高|提升|降低|减少|增加|压缩|同比|环比|回落|增幅|降幅|增长率|多出?|少|翻番)(?:了|约|近|超过?|幅度?|为|达)?\Z"
)
_EARLIER = re.compile(
    r"(?:较|比|与|同)(?:上年|去年|上一年|前年|往年|[12][0-9]{3}年?)[^,;:]{0,10}\Z"
    r"|(?:上年度?|上一年度?|去年同期|往年|前年)[^,;:0-9]{0,10}\Z"
)
_GOAL = re.compile(r"力争|争取|不低于|不少于|目标|计划于|拟|要求|应达|应当达|原则上|以上要求|规定的")
_IN_ORDER = re.compile(r"分别")
_YEAR = re.compile(r"(?<![0-9])(20[0-9]{2})(?=年|总|全|度)年?(以来|以前|之前)?")
_OF_A_PART = re.compile(r"涉企|涉及|涉农|涉外|涉侨|征地|拆迁|农民工|典型|平均|高于|低于|二审|再审|专职")
_FROM = re.compile(r"(?:从|由)[^,;:]{0,14}\Z")
_TO = re.compile(r"(?:左右|以上)?(?:上升|提高|提升|下降|降|增|减少|扩大|缩短|跃升)")
_SEVERAL_YEARS = re.compile(
    r"(?:[两三四五六七八九十]|近几|几|历|近)年(?:来|间)|连续[0-9两三四五六七八九十]{1,2}年"
    r"|(?:年|实施|成立|启动|开展|运行|开通|改革|施行|上线|建成)以来(?!.{0,6}现行)"
    r"|20[0-9]{2}年?[-~—–至到]20[0-9]{2}年|截至目前|截止目前|至今|迄今|历年|累计"
)
_IN_THE_YEAR = re.compile(r"(?:全年|今年|本年度?|年内|一年来|20[0-9]{2}年度?)[^,;:以来]{0,4}(?:共?累计)")
_PART_OF_THE_YEAR = re.compile(
    r"上半年|下半年|[一二三四1-4前]季度|第[一二三四]季度|前[三3]季度|[0-9]{1,2}月?[-~—–至到][0-9]{1,2}月|每月|月均|春节|期间"
)


class Period(StrEnum):
    """What time a figure counts. A figure that names none is the year's."""

    YEAR = "year"
    PART = "part_of_year"
    SEVERAL = "several_years"


def is_none_of_the_year(before: str, after: str, year: int | None) -> bool:
    """Return whether a number is no level of the report's year.

    It is a change, last year's or another year's, a goal, an average, of some of the cases, where a change began, or one of
    several in order.
    """
    clause = last_clause(before)
    if any(each.search(clause) for each in (_CHANGE, _GOAL, _IN_ORDER, _OF_A_PART)):
        return True
    if _EARLIER.search(before) or (_FROM.search(clause) and _TO.match(after)):
        return True
    return year is not None and _names_another_year(before, year)


def _names_another_year(before: str, year: int) -> bool:
    mentions = [match for match in _YEAR.finditer(before) if not match[2]]
    return bool(mentions) and int(mentions[-1][1]) != year


def period_of(before: str) -> Period:
    """Return what time a number counts: several years for 五年来, 2019年以来, and 累计 without 全年."""
    if _SEVERAL_YEARS.search(_IN_THE_YEAR.sub("", before)):
        return Period.SEVERAL
    return Period.PART if _PART_OF_THE_YEAR.search(before) else Period.YEAR
