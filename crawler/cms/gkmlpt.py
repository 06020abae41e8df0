"""广东 gkmlpt (政府信息公开目录): a page of script at `/gkmlpt/index#505`, whose columns are JSON, a hundred entries a page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.address import join
from crawler.cms.lists.json_list import PageParameter, records
from crawler.cms.lists.near_json import is_json
from crawler.cms.preset import ListPage, Marks, Preset
from crawler.model import ListRequest

PER_PAGE = 100  # as seen: total 1234 takes 13 pages

_SITE = re.compile(r"""\bSID['"]?\s*[:=]\s*['"]?(\d+)""")  # window._CONFIG = {SID: '200025', …}


@dataclass(frozen=True, slots=True)
class FromIndex:
    """From the page that people see to its column's first JSON page; the column is the address's fragment, or all."""

    def next(self, page: ListPage) -> ListRequest | None:
        """`/gkmlpt/api/all/505?page=1&sid=200025`; None where the page does not say its site's number."""
        site = _SITE.search(page.html)
        if is_json(page.html) or not site:
            return None
        parts = urlsplit(page.first.url)
        column = parts.fragment if parts.fragment.isdigit() else "0"
        root = parts.path.partition("/gkmlpt")[0]
        url = join(page.url, f"{root}/gkmlpt/api/all/{column}?page=1&sid={site[1]}")
        return ListRequest(url=url) if url else None


GKMLPT = Preset(
    name="gkmlpt",
    maker="广东省政府信息公开目录 gkmlpt",
    marks=Marks(words=("/gkmlpt/index", "/gkmlpt/api/", "/gkmlpt/policy", "/gkmlpt/guide")),
    body=(".article-content", ".content", "#zoomcon"),
    paging=(FromIndex(), PageParameter(per_page=PER_PAGE)),
    records=records,
    by_address=True,
)
