"""Read the pager of an article in its text: labels of links (下一页, [2]) and lines that count pages (第1页 共2页).

Takes labels and lines and returns page numbers. The addresses behind the links are read by `documents/pager`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from crawler.cms.lists.paging import is_next
from crawler.extract.page.lines import Line
from crawler.extract.roles.boilerplate import is_end, is_pager
from crawler.field.text import chinese_number

MAX_LABEL_LENGTH = 16
"""Characters of a pager's label."""

MAYBE_PAGER_LABEL = re.compile("[\\d页頁第全>›»→▶►<‹«←◀◄继余剩nNpPlLfF&\uff01-\uff5e]")
"""Every pager's label has one of these characters, also before it is unescaped and folded. Quick to ask first."""

FIRST = re.compile(r"[\W_]*(?:首页|第一页|first)[\W_]*", re.I)
LAST = re.compile(r"[\W_]*(?:末页|尾页|最后一?页|last)[\W_]*", re.I)
_COUNT = r"(\d{1,3}|[一二三四五六七八九十]{1,3}(?=\s*页))"
_NUMBER = re.compile(rf"[\W_]*(?:第\s*)?{_COUNT}(?:\s*页)?[\W_]*")
_NUMBER_AND_WORDS = re.compile(rf"[\W_]*第\s*{_COUNT}\s*页")  # 第2页:主要成效
_FORWARD = re.compile(
    r"[\W_]*(?:下一?[页頁]|后一?页|next(?:\s*page)?|继续阅读|(?:阅读|查看|显示)?(?:余下|剩余)(?:全文|内容)?)[\W_]*"
    r"|[\s\[【(]*[>›»→▶►]{1,3}[\s\])】]*",
    re.I,
)
_BACKWARD = re.compile(
    r"[\W_]*(?:上一?[页頁]|前一?页|prev(?:ious)?(?:\s*page)?)[\W_]*|[\s\[【(]*[<‹«←◀◄]{1,3}[\s\])】]*", re.I
)

_TOTAL = re.compile(
    r"共\s*+:?\s*+(\d{1,3})\s*+页|(?:页次\s*+:?|第)\s*+\d{1,3}\s*+/\s*+共?\s*+(\d{1,3})|\d{1,3}\s*+/\s*+共?\s*+(\d{1,3})\s*+页"
)
_HERE = re.compile(r"(?:第|页次\s*+:?)\s*+(\d{1,3})\s*+[页/]|(\d{1,3})\s*+/\s*+共?\s*+\d{1,3}\s*+页")
_STARTS_WITH_ONE = re.compile(r"\W*1(?!\d)")
_REMNANT = re.compile(r"(?=.*\d)[\W\d_]{1,60}")
_SCRIPT_CALL = re.compile(r"javascript:(?!\s*(?:void|history)\b).*\w\s*\(", re.I)
_IN_PAGE = re.compile(r"#.")  # [1] leads to its footnote, 1 to a picture
_MAX_LINES_CLOSE_BELOW = 3  # below an article; a run of numbers there can only be its own pager
_MAX_LINES_BELOW = 8  # below an article, in which its pager may be
_MAX_LINE_LENGTH = 120  # characters of a line that is a pager


def label_number(label: str) -> int | None:
    """Return the page number that a link's text names: 2, [2], 第二页; None for any other text."""
    found = _NUMBER.fullmatch(label) or _NUMBER_AND_WORDS.match(label)
    return chinese_number(found[1]) if found else None


def is_forward(label: str) -> bool:
    """Whether a link's text says that it leads to the next page: 下一页, 余下全文, Next, >."""
    return _FORWARD.fullmatch(label) is not None or is_next(label)


def is_backward(label: str) -> bool:
    """Whether a link's text says that it leads to the page before: 上一页, <."""
    return _BACKWARD.fullmatch(label) is not None


def is_pager_label(label: str) -> bool:
    """Whether a link's text is the label of a pager."""
    return MAYBE_PAGER_LABEL.search(label) is not None and bool(
        label_number(label)
        or is_forward(label)
        or is_backward(label)
        or FIRST.fullmatch(label)
        or LAST.fullmatch(label)
    )


def is_pager_remnant(text: str) -> bool:
    """Whether a line of an article on several pages is the remnant of its pager: `1 2`, `[1] [2] >`."""
    return _REMNANT.fullmatch(text) is not None


def stated_pages(lines: Sequence[Line], last: int) -> tuple[int, int]:
    """Return the page's number and the least number of pages, as an article's lines say; (1, 1) if they say nothing.

    `last`: the first line below the article.
    """
    for i, line in enumerate(lines[: last + _MAX_LINES_BELOW]):
        if i >= last and is_end(line.text):
            break
        if len(line.text) >= _MAX_LINE_LENGTH or not (is_pager(line.text) or _has_only_pager_links(line)):
            continue
        here = next((int(found[1] or found[2]) for found in _HERE.finditer(line.text)), 1)
        counts = [int(next(filter(None, found.groups()))) for found in _TOTAL.finditer(line.text)]
        is_only_page = bool(counts) and max(counts) == 1  # 共1页, whatever its buttons call
        is_close = i < last + _MAX_LINES_CLOSE_BELOW
        total = 1 if is_only_page else max(*counts, _highest_scripted(line), _highest_in_run(line, is_close))
        if total > 1 and here <= total:
            return here, total
    return 1, 1


def _has_only_pager_links(line: Line) -> bool:
    """Whether a line has nothing but the links of a pager; a single 下一页 is enough."""
    return line.is_links and bool(line.links) and all(is_pager_label(label) for label, _ in line.links)


def _highest_scripted(line: Line) -> int:
    """The highest page to which a pager's links lead by a script that only a browser runs; 1 for none.

    A button for the next page that calls the same as the one for the first leads nowhere: there is no other page.
    """
    most = 1
    first = {href for label, href in line.links if label_number(label) == 1 or FIRST.fullmatch(label)}
    for label, href in line.links:
        if _SCRIPT_CALL.match(href) and is_forward(label) and href not in first:
            most = max(most, 2)
        elif href == "#" or href[:11].lower() == "javascript:":
            most = max(most, label_number(label) or 1)
    return most


def _highest_in_run(line: Line, is_close: bool) -> int:
    """The last number of a run 1, 2, 3 close to an article, whatever its links are; 1 if there is none."""
    linked = [
        number
        for label, href in line.links
        if (number := label_number(label)) is not None and not _IN_PAGE.match(href)
    ]
    first = 2 if _STARTS_WITH_ONE.match(line.text) and linked[:1] != [1] else 1
    is_run = is_close and linked and linked == list(range(first, first + len(linked)))
    return linked[-1] if is_run else 1
