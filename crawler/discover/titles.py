"""The title filter: which links lead to a report. What makes a title that of a report is said in `crawler.titles`."""

from __future__ import annotations

import re

from crawler.text import fold
from crawler.titles import Verdict, judge, title_year

__all__ = ["Verdict", "judge_title", "title_year"]


def judge_title(title: str, *, match: str | None = None) -> Verdict:
    """Verdict on a link's title. `match` (a site's regular expression) replaces the rules for what is a report."""
    if match is None:
        return judge(title)
    found = re.search(match, title) or re.search(match, "".join(fold(title).split()))
    return Verdict(bool(found), title_year(title), "" if found else "does not match the site's pattern")
