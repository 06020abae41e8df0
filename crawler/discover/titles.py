"""Title filter: which links lead to a report. The rules for titles are in `crawler.field.titles`; here are those of a site."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlsplit

from crawler.field.text import fold
from crawler.field.titles import Verdict, judge, title_year
from crawler.model import Link

__all__ = ["Verdict", "is_article", "judge_title", "leads_to_report", "may_be_report", "title_year"]

MAX_MATCHED_CHARS = 400
"""Characters of a title that a site's own expression is tried on: it may be slow, and a page can have any title."""

# 甲市人民政府关于2022年度推进…, 甲区2022年度…: how a title begins that is cut before its subject
_BEGINNING = re.compile(r"(?:关于|20\d\d年?度?)[^,。;!?《]{0,8}$|法治|依法")

_ARTICLE = re.compile(
    r"/t20\d{6}_\d+|/art/20\d\d/|/20\d{4}/t?\d|/content/post_|/info/\d+/\d+\.|/20\d\d[-/]?[01]\d(?:[-/]?[0-3]\d)?/|[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-|/detail|/article",
    re.I,
)
"""In addresses of articles, not of columns: t20230315_2170174, /art/2023/, /content/post_123, /info/1981/411251.htm."""


def judge_title(title: str, *, match: str | None = None, spans: bool = False) -> Verdict:
    """Judge whether a title names a report. `match` (a site's regular expression) replaces the rules for titles.

    `spans`: reports on several years are wanted too. They have no year.
    """
    by_rules = judge(title)
    if match is None:
        return replace(by_rules, report=True, why="") if spans and by_rules.several_years else by_rules
    title = title[:MAX_MATCHED_CHARS]
    found = re.search(match, title) or re.search(match, "".join(fold(title).split()))
    if not found:
        return Verdict(False, title_year(title), "does not match the site's pattern")
    return by_rules if by_rules.column else Verdict(True, title_year(title))


def may_be_report(cut_title: str) -> bool:
    """Whether a title that was cut for display could name a report. Its page must be read to find out."""
    stem = "".join(fold(cut_title[:MAX_MATCHED_CHARS]).split()).rstrip("….・")
    why = judge(stem + "法治政府建设情况的报告").why
    return bool(_BEGINNING.search(stem)) and not why


def leads_to_report(link: Link) -> bool:
    """Judge a link without its page. A title without a year is a report's or a column's: then the form of the address decides."""
    verdict = judge_title(link.title)
    if verdict.report and verdict.year is not None:
        return True
    return (verdict.report or verdict.column) and is_article(link.url)


def is_article(url: str) -> bool:
    """Whether an address has the form of an article's."""
    return bool(_ARTICLE.search(urlsplit(url).path))
