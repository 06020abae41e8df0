"""广东 gkmlpt (政府信息公开目录): `/gkmlpt/index#505` is a page of script that loads its columns as JSON, 100 entries a page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.address import join
from crawler.cms.lists.json_list import records
from crawler.cms.lists.near_json import is_json
from crawler.cms.lists.page_parameter import PageParameter
from crawler.cms.preset import ListPage, Marks, Preset
from crawler.model import ListRequest

ENTRIES_PER_PAGE = 100  # observed: a total of 1234 has 13 pages

_SITE_ID = re.compile(r"""\bSID['"]?\s*[:=]\s*['"]?(\d+)""")  # window._CONFIG = {SID: '200025', …}


@dataclass(frozen=True, slots=True)
class FromIndex:
    """Leads from the HTML page to the first JSON page of its column: the address's fragment, or 0 for all columns."""

    def next(self, page: ListPage) -> ListRequest | None:
        """Return `/gkmlpt/api/all/505?page=1&sid=200025`; None where the page does not state the id of its site."""
        site = _SITE_ID.search(page.html)
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
    paging=(FromIndex(), PageParameter(per_page=ENTRIES_PER_PAGE)),
    records=records,
    by_address=True,
)
