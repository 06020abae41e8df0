"""Read what a list page states of its own length: 共3页, 第1/3页, 共107条, `countPage = 3`, `totalRecord: 107`.

Compared with what was read, it shows whether a list was read to its end (`crawler.discover.walk`).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from crawler.cms.lists.json_list import stated_by_json, stated_by_unit
from crawler.cms.lists.near_json import is_json
from crawler.cms.lists.numbering import counting_scripts, numbering
from crawler.cms.lists.query import is_number
from crawler.cms.preset import ListPage


class Stated(NamedTuple):
    """Number of pages and of entries of a list; None where the page does not say."""

    pages: int | None = None
    entries: int | None = None


_MAX_PAGES = 9999
_MAX_ENTRIES = 999_999
_NEAR_CHARS = 120  # between a statement and the pager that it belongs to
_TAG = re.compile(r"<[^<>]*>")
_SPACES = re.compile(r"(?:&nbsp;|&#160;|\s|\xa0|\u3000)+")
_PAGES = (
    re.compile(r"共(?:有|计)? ?(\d{1,6}) ?页"),  # 共3页
    re.compile(r"(?<![\d/])\d{1,6} ?/ ?(\d{1,6}) ?页"),  # 1/3页
    re.compile(
        r"(?:页次|页码|页数|第|当前) ?[::]? ?\d{1,6} ?页? ?/ ?共? ?(\d{1,6})(?![\d/])"
    ),  # 页次:1/3, 第1页/共3
    re.compile(r"共 ?\d{1,7} ?条(?:记录|信息|数据)? ?[,|/·]? ?(?:共|分|计)? ?(\d{1,6}) ?页"),  # 共107条 7页
    re.compile(r"总?页数 ?[::] ?(\d{1,6})(?![\d/])"),
    re.compile(r"[尾末下]一?页 ?\d{1,6} ?/ ?(\d{1,6})(?![\d/])"),  # 尾页 1/11
    re.compile(r"条 ?(?:数据|记录|信息)?,? ?\d{1,6} ?/ ?(\d{1,6})(?![\d/])"),  # 共125条 1/9
)
_ENTRIES = (
    re.compile(r"(?:共|总计|合计) ?(?:有|计|找到)? ?(\d{1,7}) ?(?:条|篇|项记录|个记录|笔)"),  # 共107条
    re.compile(r"(?:总记录数?|记录总数|信息总数|总条数|总数) ?[::] ?(\d{1,7})(?!\d)"),
)
_PAGER = re.compile(
    r"[首上下前后尾末]一?页|每页|跳转|转到|第 ?\d{1,6} ?页|\d ?/ ?\d{1,6} ?页|共 ?\d{1,6} ?页|条 \d{1,6} ?/ ?\d|(?<!\d)1 2 3(?!\d)"
)
_SCRIPT_PAGES = re.compile(
    r"""(?<![\w$.])['"]?(?:countPage|pageCount|totalPages?|page_?count|total_?pages?|allPages?|maxPage)['"]?\s{0,5}[:=]\s{0,5}['"]?(\d{1,6})['"]?\s{0,5}(?=[;,}\n/<\r]|$|var\b|//)""",
    re.I,
)
_SCRIPT_ENTRIES = re.compile(
    r"""(?<![\w$.])['"]?(?:totalRecords?|recordCount|totalCount|total_?records?|countRecord|rowCount|totalRows?|recordTotal)['"]?\s{0,5}(?:[:=]\s{0,5}['"]?|>)(\d{1,7})(?!\d)""",
    re.I,
)


_FIELDS = (
    "totalpage",
    "totalpages",
    "pagecount",
    "countpage",
    "total_page",
    "total_pages",
    "page_count",
    "pagetotal",
)
_LAYPAGE = re.compile(
    r"laypage(?:\.render)?\s{0,5}\(\s{0,5}\{([^{}]{0,1000})"
)  # layui: count entries, limit a page
_LAYPAGE_COUNT = re.compile(r"""\bcount['"]?\s{0,5}:\s{0,5}['"]?(\d{1,7})\b""")
_LAYPAGE_LIMIT = re.compile(r"""\blimit['"]?\s{0,5}:\s{0,5}['"]?(\d{1,5})\b""")
_LAYPAGE_DEFAULT_LIMIT = 10


def stated(page: ListPage) -> Stated:
    """Return the number of pages and of entries that a page states."""
    if is_json(page.html):
        return Stated(*stated_by_json(page.html))
    if unit := stated_by_unit(page.html):
        return Stated(*unit)
    if laypage := _of_laypage(page.html):
        return laypage
    series, script = numbering(page.html), counting_scripts(page.html)
    if "<datastore>" in page.html:
        script = page.html  # an answer of XML
    text = _text(page.html)
    pages = series.total if series else None
    pages = pages or _first(_PAGES, text, _MAX_PAGES) or _first((_SCRIPT_PAGES,), script, _MAX_PAGES)
    pages = pages or _of_fields(page)
    entries = _near_pager(text) or _first((_SCRIPT_ENTRIES,), script, _MAX_ENTRIES)
    return Stated(pages, entries)


def _of_fields(page: ListPage) -> int | None:
    """Return the number of pages in a field: `<input type="hidden" id="totalPage" value="5">`."""
    for node in page.tree.css("input[value]"):
        attributes = node.attributes
        named = any((attributes.get(name) or "").lower() in _FIELDS for name in ("id", "name"))
        if named and is_number(value := attributes.get("value") or "", 4):
            return int(value) or None
    return None


def _of_laypage(html: str) -> Stated | None:
    call = _LAYPAGE.search(html) if "laypage" in html else None
    count = _LAYPAGE_COUNT.search(call[1]) if call else None
    if not call or not count:
        return None
    found = _LAYPAGE_LIMIT.search(call[1])
    limit = (int(found[1]) if found else 0) or _LAYPAGE_DEFAULT_LIMIT
    return Stated(max(-(-int(count[1]) // limit), 1), int(count[1]))


def _text(html: str) -> str:
    """Return the text of a page without its tags, on one line. Scripts stay in: pagers are written by them."""
    return _SPACES.sub(" ", _TAG.sub("", html)).replace("\uff1a", ":") if "页" in html or "条" in html else ""


def _first(patterns: tuple[re.Pattern[str], ...], text: str, most: int) -> int | None:
    for pattern in patterns:
        if (found := pattern.search(text)) and 0 < int(found[1]) <= most:
            return int(found[1])
    return None


def _near_pager(text: str) -> int | None:
    """Return the number of entries that a pager states. 共20条 far from a pager is part of a title."""
    for pattern in _ENTRIES:
        for found in pattern.finditer(text):
            around = text[max(found.start() - _NEAR_CHARS, 0) : found.end() + _NEAR_CHARS]
            if _PAGER.search(around) and 0 < int(found[1]) <= _MAX_ENTRIES:
                return int(found[1])
    return None
