"""Ask for a list range by range, as 大汉 jpage and TrueCMS do: `startrecord=21&endrecord=40&perpage=20`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

from crawler.cms.base_url import is_same_site
from crawler.cms.lists.query import is_number, query_pairs, with_query
from crawler.cms.preset import ListPage
from crawler.model import ListRequest

DEFAULT_PER_PAGE = 15
"""Records asked for where the page has none of its own and states no number."""

_PROXY_FILE = re.compile(
    r"/jpage/\w{1,60}\.jsp(?:\?[^'\"<>\s\]]{0,3000})?|/messageController/getMessage\.do(?:\?[^'\"<>\s\]]{0,3000})?",
    re.I,
)
_DELIMITERS = "'\"<>()[]=, \t\n\r"
_MAX_PREFIX_CHARS = 200  # of an address before /jpage/
_PARAMETER = re.compile(
    r"""['"]?\b(col|appid|webid|path|columnid|columnId|contentTemplate|sourceContentType|unitid|webname|permissiontype)['"]?\s{0,5}[:=]\s{0,5}['"]?([^'",;&}\s]*)"""
)
_PER_PAGE = re.compile(r"""\bper[pP]age['"]?\s{0,5}[:=]\s{0,5}['"]?(\d{1,9})""")
_TOTAL = re.compile(r"""total[rR]ecord['"]?\s{0,5}(?:[:=]\s{0,5}['"]?|>)(\d{1,9})""")


@dataclass(frozen=True, slots=True)
class DataProxy:
    """The page has the first records; its proxy gives any further range of them, by POST (大汉) or GET (TrueCMS)."""

    def next(self, page: ListPage) -> ListRequest | None:
        """Return the request for the next range, as long as this answer; None past the total."""
        held = page.html.count("<record>")
        asked = _asked(page.request)
        if asked:
            return self._after(page, asked, held)
        address = _proxy(page.html)
        form = _parameters(page.html, address)
        if not form:
            return None
        start, per_page = held + 1, _per_page(page.html) or held or DEFAULT_PER_PAGE
        return self._range(
            page, page.base.join(address.partition("?")[0]), form, start, max(held, per_page), per_page
        )

    def _after(self, page: ListPage, asked: dict[str, str], held: int) -> ListRequest | None:
        begin, end = int(asked["startrecord"]), int(asked["endrecord"])
        length = max(end - begin + 1, 1)
        if not held or (_total(page.html) is None and held < length):
            return None
        per_page = asked.get("perpage", "")
        return self._range(
            page, page.request.url, asked, end + 1, length, int(per_page) if is_number(per_page) else length
        )

    @staticmethod
    def _range(
        page: ListPage, url: str | None, form: dict[str, str], start: int, length: int, per_page: int
    ) -> ListRequest | None:
        total = _total(page.html)
        if url is None or not is_same_site(url, page.url) or (total is not None and start > total):
            return None
        end = start + max(length, per_page) - 1
        end = min(end, total) if total is not None else end
        sent = form | {"startrecord": str(start), "endrecord": str(end), "perpage": str(per_page)}
        if url.partition("?")[0].endswith(".do") or (page.request.method == "GET" and "endrecord" in form):
            return ListRequest(url=with_query(url, sent.items()))
        return ListRequest(url=url, method="POST", form=tuple(sent.items()))


def _asked(request: ListRequest) -> dict[str, str]:
    """Return the parameters of a request for a range; empty if it is none."""
    asked = dict(request.form) or dict(query_pairs(request.url))
    is_range = all(is_number(asked.get(key, "")) for key in ("startrecord", "endrecord"))
    return asked if is_range else {}


def _proxy(html: str) -> str:
    """Return the address of the proxy as the page has it, the one with parameters if there is any; empty without one."""
    found = []
    for match in _PROXY_FILE.finditer(html):
        head = html[max(match.start() - _MAX_PREFIX_CHARS, 0) : match.start()]
        begin = max(map(head.rfind, _DELIMITERS)) + 1
        found.append(head[begin:] + match[0].replace("&amp;", "&"))
    return max(found, key=lambda address: ("columnid=" in address.lower(), "?" in address), default="")


def _parameters(html: str, address: str) -> dict[str, str]:
    if not address:
        return {}
    query = dict(parse_qsl(address.partition("?")[2], keep_blank_values=True))
    for key in ("page", "startrecord", "endrecord", "perpage", "callback", "_"):
        query.pop(key, None)
    if "columnid" in query or "columnId" in query:
        return query
    stated = query | dict(_PARAMETER.findall(html))
    return stated if "columnid" in stated or "columnId" in stated or "<record>" in html else {}


def _per_page(html: str) -> int | None:
    found = _PER_PAGE.search(html)
    return int(found[1]) or None if found else None


def _total(html: str) -> int | None:
    """Return the number of records that a page or an answer states. An answer may have the XML within JSON."""
    found = _TOTAL.search(html)
    return int(found[1]) if found else None
