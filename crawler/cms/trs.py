"""TRS WCM / 海云, the most common CMS: `t20230315_2170174.shtml`, `createPageHTML(5, 0, "index", "html")`.

Fujian's sites write the first pages of a list into one page; a POST to `/fjdzapp/search` gives the others as JSON.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.cms.base_url import is_same_site
from crawler.cms.generic import COMMON
from crawler.cms.lists.near_json import is_json
from crawler.cms.lists.query import is_number
from crawler.cms.preset import ListPage, Marks, Preset
from crawler.model import ListRequest

DEFAULT_PER_PAGE = 15

_SEARCH = re.compile(
    r"""\burl['"]?\s{0,9}:\s{0,9}['"]((?:https?:)?[\w./:-]{0,200}/(?:fjdzapp/)?search(?:\.jsp|\.do)?)['"]"""
)
_VALUE = r"""['"]?\s{0,9}:\s{0,9}(?:['"]{2}\s{0,9}\|\|\s{0,9})?(?:['"]([^'"\n]{0,300})['"]|(-?\d{1,9}))"""
_FIELDS = {
    name: re.compile(rf"""\b{key}{_VALUE}""")
    for name, key in {
        "channelid": "(?:searchId|channelid)", "sortfield": "sortfield", "classsql": "classsql", "classcol": "classcol",
        "classnum": "classnum", "classsort": "classsort", "templet": "templet",
    }.items()
}  # fmt: skip
_COUNT, _PER_PAGE, _LAST_STATIC = (
    re.compile(rf"""\b{key}{_VALUE}""") for key in ("recordCount", "prepage", "maxStaticIndex")
)


@dataclass(frozen=True, slots=True)
class SearchAfterStatic:
    """`pageChnlInfo={maxStaticIndex: 5, classsql: "chnlid=1780", recordCount: '107', prepage: 15}` in a page of Fujian."""

    def next(self, page: ListPage) -> ListRequest | None:
        """Return the request for the first page after the static ones; None where these are all."""
        if "recordCount" not in page.html or is_json(page.html):
            return None
        search = _SEARCH.search(page.html)
        url = page.base.join(search[1]) if search else None
        found = {name: _value(pattern, page.html) for name, pattern in _FIELDS.items()}
        if url is None or not is_same_site(url, page.url) or not found["channelid"] or not found["classsql"]:
            return None
        total, per_page, static = (_number(each, page.html) for each in (_COUNT, _PER_PAGE, _LAST_STATIC))
        per_page, static = per_page or DEFAULT_PER_PAGE, 1 if static is None else static
        if total is not None and total <= static * per_page:
            return None
        form = {name: value for name, value in found.items() if value}
        form |= {"page": str(static + 1), "prepage": str(per_page)}
        return ListRequest(url=url, method="POST", form=tuple(form.items()))


def _value(pattern: re.Pattern[str], html: str) -> str:
    return next((text or number for text, number in pattern.findall(html) if text or number), "")


def _number(pattern: re.Pattern[str], html: str) -> int | None:
    text = _value(pattern, html)
    return int(text) if is_number(text, 6) else None


TRS = Preset(
    name="trs",
    maker="拓尔思 TRS WCM / 海云",
    marks=Marks(
        words=("trs_editor", "trs_ueditor"),
        patterns=(
            re.compile(r"/t20\d{6}_\d+\.s?html?"),
            re.compile(r"createpage\w{0,40}\(\s*['\"]?\d+['\"]?\s*,\s*['\"]?\d"),
            re.compile(r"pager\(\s{0,9}\{\s{0,9}['\"]?\w{1,20}['\"]?\s{0,9}:"),
        ),
    ),
    body=(".TRS_Editor", ".TRS_UEDITOR", ".trs_editor_view", ".Custom_UnionStyle", ".trs_paper_default"),
    paging=(SearchAfterStatic(), *COMMON),
)
