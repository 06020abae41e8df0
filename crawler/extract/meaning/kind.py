"""Judge by title and text whether a document is a report, of what kind, and on which year.

`field/titles` judges titles alone; `subject` finds the issuer.
"""

from __future__ import annotations

import re

from crawler.field import titles
from crawler.field.organs import DEPARTMENT, GOVERNMENT, organ, organ_in
from crawler.field.text import fold

_MIN_BODY_LENGTH = 300  # characters of a report; a shorter text is a link to one
_VOICE_OPENING = 1500  # characters in which a report says 我市 or 我局
_YEAR_OPENING = 600  # characters in which it names its year
_OUR_DEPARTMENT = re.compile(r"(?<!自)我(?:局|厅|委|办|部|院|中心|支队)|本(?:局|厅|委)(?!托)")
_OUR_GOVERNMENT = re.compile(
    r"(?:我|本|全)(自治区|[省市区县旗州盟乡镇])(?!直)|(自治区|[省市区县旗州盟乡镇])(?:人民)?政府|街道|办事处"
)
_QUOTED = re.compile(r"《[^》]*》|\d{4}\s*+年?\s*+[-—–~至]\s*+\d{4}\s*+年")
_DAY = re.compile(r"\d{4}\s*年\s*\d{1,2}\s*月")


def is_report(title: str, body: str) -> bool:
    """Whether title and text are those of a yearly report on rule-of-law government."""
    return titles.judge(title).report and len(body) > _MIN_BODY_LENGTH and titles.mentions_subject(body)


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

    Years of plans (2021-2025年), of quoted documents and of days do not count.
    """
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
