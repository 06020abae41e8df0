"""Rules that lead from one page of a list to the next (`Paging` of `crawler.cms.preset`). Each reads one page only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from selectolax.lexbor import LexborNode

from crawler.address import canonical
from crawler.cms.preset import ListPage
from crawler.model import ListRequest

_NEXT_TEXT = re.compile(r"^[\s\[【<]*(下一?页|后一?页|下頁|next(\s*page)?|[>›»]{1,2})[\s>›»\]】]*$", re.I)
_MAX_NEXT_CHARS = 12  # of the text of such a link


@dataclass(frozen=True, slots=True)
class Numbered:
    """File names have numbers, and a script call states the total.

    `call` has the groups `total`, `current`, `name` and `ext`; `first` is the number of the first page in the call.
    """

    call: re.Pattern[str]
    first: int = 0

    def next(self, page: ListPage) -> ListRequest | None:
        """Return `index_1.html` after `index.html`, and so on, up to the total of the call."""
        found = self.call.search(page.html)
        if not found:
            return None
        following = int(found["current"]) + 1
        if following >= int(found["total"]) + self.first:
            return None
        url = page.base.join(f"{found['name']}_{following}.{found['ext']}")
        return ListRequest(url=url) if url else None


@dataclass(frozen=True, slots=True)
class Countdown:
    """博达: first `fzgz.htm`, then `fzgz/12.htm` down to `fzgz/1.htm`, so that old pages keep their addresses."""

    def next(self, page: ListPage) -> ListRequest | None:
        """Return the page with the number below this one's; from the first page, the highest number that it links to."""
        stem = re.sub(r"\.html?$", "", page.first.url)
        numbered = re.compile(re.escape(stem) + r"/(\d{1,9})(\.html?)$")
        here = numbered.match(page.url)
        if here:
            below = int(here[1]) - 1
            return ListRequest(url=f"{stem}/{below}{here[2]}") if below else None
        urls = (page.base.target(a) for a in page.tree.css("a[href]"))
        matches = [m for url in urls if url and (m := numbered.match(url))]
        highest = max(matches, key=lambda m: int(m[1]), default=None)
        return ListRequest(url=highest[0]) if highest else None


@dataclass(frozen=True, slots=True)
class NextLink:
    """A link is marked as 下一页 by its text, title, class or rel."""

    def next(self, page: ListPage) -> ListRequest | None:
        """Return the first such link that leads to another page of the same host."""
        for node in page.tree.css("a, [onclick]"):
            if not _is_next_link(node):
                continue
            url = page.base.target(node)
            if (
                url
                and canonical(url) != canonical(page.url)
                and urlsplit(url).netloc == urlsplit(page.url).netloc
            ):
                return ListRequest(url=url)
        return None


def is_next(text: str) -> bool:
    """Whether the text of a link means the next page: 下一页, 下页, Next, >."""
    return len(text) <= _MAX_NEXT_CHARS and _NEXT_TEXT.match(text) is not None


def _is_next_link(node: LexborNode) -> bool:
    text = node.text(strip=True)
    if is_next(text):
        return True
    attributes = node.attributes
    classes = (attributes.get("class") or "").lower().split()
    return (
        bool(_NEXT_TEXT.match(attributes.get("title") or ""))
        or "next" in classes
        or attributes.get("rel") == "next"
    )


_PROXY = re.compile(r"""['"]?(/module/web/jpage/\w+\.jsp(?:\?[^'"<>\s\]]*)?)""")
_PARAMETER = re.compile(
    r"""['"]?\b(col|appid|webid|path|columnid|sourceContentType|unitid|webname|permissiontype)['"]?\s*[:=]\s*['"]?([^'",;&}\s]*)"""
)
_PER_PAGE = re.compile(r"""\bper[pP]age['"]?\s*[:=]\s*['"]?(\d{1,9})""")
_TOTAL = re.compile(r"""total[rR]ecord['"]?\s*(?:[:=]\s*['"]?|>)(\d{1,9})""")


@dataclass(frozen=True, slots=True)
class DataProxy:
    """大汉 jpage: the page has the first records; a POST to `dataproxy.jsp` gives any further range of them."""

    def next(self, page: ListPage) -> ListRequest | None:
        """Return the request for the next range, as long as this answer; None past the total."""
        held = page.html.count("<record>")
        if not held:
            return None
        asked = dict(page.request.form)
        form = asked or self._parameters(page.html)
        start = int(asked.get("endrecord") or held) + 1 if asked else held + 1
        total = _TOTAL.search(page.html)
        if not form or (start > int(total[1]) if total else bool(asked) and held < self._asked_for(asked)):
            return None
        per_page = int(asked.get("perpage") or (m[1] if (m := _PER_PAGE.search(page.html)) else held))
        end = start + max(held if not asked else self._asked_for(asked), per_page) - 1
        if total:
            end = min(end, int(total[1]))
        form |= {"startrecord": str(start), "endrecord": str(end), "perpage": str(per_page)}
        url = page.request.url if asked else self._proxy(page)
        return ListRequest(url=url, method="POST", form=tuple(form.items())) if url else None

    @staticmethod
    def _asked_for(form: dict[str, str]) -> int:
        return int(form["endrecord"]) - int(form["startrecord"]) + 1

    @staticmethod
    def _proxy(page: ListPage) -> str | None:
        found = _PROXY.search(page.html)
        return page.base.join(found[1].partition("?")[0]) if found else None

    @staticmethod
    def _parameters(html: str) -> dict[str, str]:
        proxy = _PROXY.search(html)
        if not proxy:
            return {}
        query = dict(parse_qsl(proxy[1].partition("?")[2].replace("&amp;", "&"), keep_blank_values=True))
        query.pop("page", None)
        if "columnid" in query:
            return query
        return query | dict(_PARAMETER.findall(html))
