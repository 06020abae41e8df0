"""大汉 jpaas, the system after jcms: the page has a script for each of its parts, and the part with the list is got as JSON.

`<script url="/api-gateway/jpaas-publish-server/front/page/build/unit" queryData="{'webId':'2945','pageId':'1487002',…}">`; the
answer has HTML in `data.html`. `PageParameter` goes on from there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crawler.cms.base_url import is_same_site
from crawler.cms.lists.frames import has_entries
from crawler.cms.lists.near_json import is_json, parsed
from crawler.cms.lists.query import query_pairs, with_query
from crawler.cms.preset import ListPage
from crawler.model import ListRequest

PAGE_SIZE = 15
"""Entries asked for; what the system's own script asks for where the part states no number."""

_ADDRESS = re.compile(r"/front/page/build/unit(?:$|[?#])")
_LIST = re.compile(r"分页|列表|list|page|ajax", re.I)
_PLACE = re.compile(r"""['"]((?:https?:)?[\w./:-]{0,200}/front/page/build/unit)(?:\?[^'"\s]{0,1000})?['"]""")
_FIELD = re.compile(
    r"""\b(parseType|webId|tplSetId|pageType|tagId|editType|pageId)['"]?\s{0,5}[:=]\s{0,5}['"]([^'"<>]{1,200})['"]"""
)
_MAX_QUERY_CHARS = 4000


@dataclass(frozen=True, slots=True)
class BuildUnit:
    """Leads from a page to the part of it that has the list."""

    def next(self, page: ListPage) -> ListRequest | None:
        """Return the GET of the likeliest part's first page, or its second where the page itself has the first one.

        None where the page has no such part, and for an answer.
        """
        if "build/unit" not in page.html or is_json(page.html):
            return None
        units = list(_units(page))
        best = max(units, key=lambda unit: bool(_LIST.search(str(unit[1].get("tagId", "")))), default=None)
        if best is None:
            return None
        url, query = best
        size = next((str(query[key]) for key in ("rows", "pageSize") if str(query.get(key)).isdecimal()), "")
        asked = {"pageNo": 2 if has_entries(page) else 1, "pageSize": int(size[:4]) if size else PAGE_SIZE}
        sent = {key: str(value) for key, value in query.items()} | {
            "paramJson": json.dumps(asked, separators=(",", ":"))
        }
        pairs = [(key, value.encode().decode("latin-1")) for key, value in sent.items()]  # a character a byte
        return ListRequest(url=with_query(url, pairs))


def _units(page: ListPage) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield address and query of each part, in page order."""
    found = False
    for node in page.tree.css("[querydata], [data-querydata], [query-data]"):
        attributes = node.attributes
        place = next(
            (
                attributes[name]
                for name in ("url", "data-url", "src")
                if "build/unit" in (attributes.get(name) or "")
            ),
            "",
        )
        text = next(
            (
                attributes[name]
                for name in ("querydata", "data-querydata", "query-data")
                if attributes.get(name)
            ),
            "",
        )
        query = parsed((text or "")[:_MAX_QUERY_CHARS])
        url = page.base.join(place or "")
        if url and isinstance(query, dict) and _ADDRESS.search(url) and is_same_site(url, page.url):
            found = True
            yield url.partition("?")[0], _text_pairs(url) | query
    if not found:
        yield from _units_of_scripts(page)


def _text_pairs(url: str) -> dict[str, str]:
    """Return the parameters of an address as text."""
    return {key: value.encode("latin-1").decode("utf-8", "replace") for key, value in query_pairs(url)}


def _units_of_scripts(page: ListPage) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the part that a script asks for by itself, from the names and values in it."""
    place = _PLACE.search(page.html)
    url = page.base.join(place[1]) if place else None
    query: dict[str, Any] = {}
    for name, value in _FIELD.findall(page.html):
        query.setdefault(name, value)
    if url and is_same_site(url, page.url) and {"webId", "pageId"} <= query.keys():
        yield url.partition("?")[0], query
