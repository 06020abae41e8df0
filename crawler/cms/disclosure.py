"""大汉 信息公开: a POST to `/module/xxgk/search.jsp` gives the list as HTML, page by page (`currpage`).

The page of the column has the request in its script, or only the frame of its tree: `/module/xxgk/tree.jsp?area=…`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.cms.base_url import is_same_site
from crawler.cms.lists.calls import data_of
from crawler.cms.lists.query import is_number, query_pairs, with_query
from crawler.cms.preset import ListPage
from crawler.model import ListRequest

_FILE = "/module/xxgk/search.jsp"
_SEARCH = re.compile(
    r"""['"]((?:https?:)?[\w./:-]{0,200}/module/xxgk/search\.jsp(?:\?[^'"<>\s]{0,2000})?)['"]"""
)
_AREA = re.compile(r"/module/xxgk/tree\.jsp\?[^'\"<>\s?]{0,200}\barea=([\w-]{1,40})")
_DIV = re.compile(r"""\bid\s*+=\s*+['"]?(div\d{1,20})\b""")
_PAGES = re.compile(r"共(?:\s|&nbsp;|<[^<>]{0,200}>){0,8}(\d{1,6})(?:\s|&nbsp;|<[^<>]{0,200}>){0,8}页")
_GOTO = re.compile(r"""gotopage\(\s{0,5}['"]?(\d{1,6})""", re.I)
_BLANK = ("infotypeId", "vc_title", "vc_number", "currpage", "vc_filenumber", "vc_all", "texttype", "fbtime")
"""Fields that the form of the tree has, all empty for a list of everything."""


@dataclass(frozen=True, slots=True)
class DisclosureSearch:
    """Leads to the search that gives the list, and from page to page of it."""

    def next(self, page: ListPage) -> ListRequest | None:
        """Return the request for the first or the next page; None at the last."""
        if _FILE in page.request.url:
            return self._following(page)
        if "/module/xxgk/" not in page.html:
            return None
        found = max(_SEARCH.finditer(page.html), key=lambda match: len(match[1]), default=None)
        url = page.base.join(found[1].replace("&amp;", "&") if found else _FILE)
        form = dict(query_pairs(url or "")) | (data_of(page.html, found.start()) if found else {})
        if not form.get("area") and (area := _AREA.search(page.html)):
            form = dict.fromkeys(_BLANK, "") | form | {"area": area[1]}
        if "divid" not in form and (div := _DIV.search(page.html)):
            form["divid"] = div[1]
        if url is None or not is_same_site(url, page.url) or not (form.get("area") or form.get("infotypeId")):
            return None
        return ListRequest(url=url, method="POST", form=tuple(form.items()))

    @staticmethod
    def _following(page: ListPage) -> ListRequest | None:
        query, form = query_pairs(page.request.url), list(page.request.form)
        here = next((value for key, value in (*form, *query) if key == "currpage" and is_number(value)), "1")
        number = max(int(here), 1) + 1
        total = _PAGES.search(page.html)
        ahead = (int(found) >= number for found in _GOTO.findall(page.html))
        if number > int(total[1]) if total else not any(ahead):
            return None
        sent = tuple((key, str(number) if key == "currpage" else value) for key, value in query)
        url = with_query(page.request.url, sent)
        if page.request.method == "GET":
            return ListRequest(
                url=url if "currpage=" in url else with_query(url, [*sent, ("currpage", str(number))])
            )
        fields = dict(form) | {"currpage": str(number)}
        return ListRequest(url=url, method="POST", form=tuple(fields.items()))
