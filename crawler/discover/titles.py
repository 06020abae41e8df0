"""The title filter: which links lead to a report. What makes a title that of a report is said in `crawler.titles`."""

from __future__ import annotations

import re

from crawler.field.text import fold
from crawler.field.titles import Verdict, judge, title_year

__all__ = ["Verdict", "judge_title", "may_be_report", "title_year"]

# …市人民政府关于2022年度推进…, 甲区2022年度…: what is left of a title before it comes to its subject
_BEGINNING = re.compile(r"(?:关于|20\d\d年?度?)[^,。;!?《]{0,8}$|法治|依法")


def judge_title(title: str, *, match: str | None = None) -> Verdict:
    """Verdict on a link's title. `match` (a site's regular expression) replaces the rules for what is a report."""
    if match is None:
        return judge(title)
    found = re.search(match, title) or re.search(match, "".join(fold(title).split()))
    return Verdict(bool(found), title_year(title), "" if found else "does not match the site's pattern")


def may_be_report(cut_title: str) -> bool:
    """Whether a title cut for display could be a report's: what is left of it is checked on the page itself."""
    stem = "".join(fold(cut_title).split()).rstrip("….・")
    why = judge(stem + "法治政府建设情况的报告").why
    return bool(_BEGINNING.search(stem)) and not why
