"""Lists that come as JSON, whatever their makers call its keys: entries are the objects that have a title and an address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from selectolax.lexbor import LexborHTMLParser

from crawler.cms.lists.links import links_of
from crawler.cms.lists.near_json import parsed
from crawler.cms.preset import ListPage
from crawler.field.text import iso_date, one_line
from crawler.model import Link, ListRequest

_TITLE = ("title", "doctitle", "infotitle", "maintitle", "name")
_URL = ("url", "docpuburl", "puburl", "linkurl", "infourl", "visiturl", "link", "href")
_DATE = (
    "display_publish_time", "first_publish_time", "date", "pubdate", "docpubtime", "publishtime", "infodate",
    "docreltime", "created_at", "create_time", "createtime", "savetime", "time",
)  # fmt: skip
"""Keys in the order of trust, in small letters: of gkmlpt, TRS igs, 大汉 jsearch, 开普云 irs and 国泰新点, as seen."""

_PAGES = ("totalpages", "totalpage", "pagecount", "pages")
_TOTAL = ("total", "totalelements", "totalcount", "totalrecord", "count")
_NUMBER = ("page", "pagenumber", "pageno", "pageindex", "pagenum", "currentpage", "p")
_SIZE = ("pagesize", "perpage", "rows", "limit", "size")

_DEPTH = 12  # levels that are looked into
_CHINA = timedelta(hours=8)


def records(page: ListPage) -> Iterator[Link]:
    """The entries of a JSON answer, in order; those that are pieces of HTML too."""
    for thing in _things(parsed(page.html)):
        if isinstance(thing, str):
            yield from links_of(LexborHTMLParser(thing), page.base, found_on=page.first.url)
        elif link := _link(thing, page):
            yield link


def _things(value: Any, depth: int = _DEPTH) -> Iterator[Mapping[str, Any] | str]:
    """Objects that could be entries, and texts that are HTML with links, from the outside in."""
    if isinstance(value, str):
        if "<a" in value and "href" in value:
            yield value
        elif value[:1] in ("{", "["):  # JSON within JSON, as epoint's `custom` has it
            yield from _things(parsed(value), depth - 1)
    elif depth and isinstance(value, list):
        for item in value:
            yield from _things(item, depth - 1)
    elif depth and isinstance(value, dict):
        keys = {key.lower() for key in value}
        if keys.intersection(_TITLE) and keys.intersection(_URL):
            yield value
        else:
            yield from _things(list(value.values()), depth - 1)


def _link(entry: Mapping[str, Any], page: ListPage) -> Link | None:
    low = {key.lower(): value for key, value in entry.items()}
    url = page.base.join(str(_first(low, _URL) or ""))
    title = _first(low, _TITLE)
    if url is None or not isinstance(title, str):
        return None
    shown = LexborHTMLParser(title).text() if "<" in title else title  # words searched for stand in <em>
    title = one_line(shown)
    return (
        Link(url=url, title=title, date=_day(_first(low, _DATE)), found_on=page.first.url) if title else None
    )


def _first(entry: Mapping[str, Any], keys: Iterable[str]) -> Any:
    return next((entry[key] for key in keys if entry.get(key) not in (None, "")), None)


def _day(value: Any) -> str | None:
    """An ISO day, in China, of a text or of seconds or milliseconds since 1970."""
    if isinstance(value, str) and not re.fullmatch(r"\d{9,13}", value):
        return (iso_date(value) or "")[:10] or None
    try:
        seconds = float(value)
        seconds /= 1000 if seconds > 1e11 else 1
        return (datetime.fromtimestamp(seconds, UTC) + _CHINA).date().isoformat()
    except (TypeError, ValueError, OverflowError, OSError):
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageParameter:
    """The page's number is a parameter of the address or the form; the answer may say how many there are."""

    per_page: int | None = None  # entries of a page, where the request does not say

    def next(self, page: ListPage) -> ListRequest | None:
        """The same request with the number after this one; None at the end and where there is no such parameter."""
        answer = parsed(page.html)
        held = sum(1 for _ in records(page)) if answer is not None else 0
        query = urlsplit(page.request.url).query
        pairs = list(page.request.form) or parse_qsl(
            query, keep_blank_values=True, encoding="latin-1"
        )  # or GBK
        at = next(
            (i for i, (name, value) in enumerate(pairs) if _is(name, _NUMBER) and value.isdigit()), None
        )
        if at is None or not held:
            return None
        number = int(pairs[at][1])
        size = next((int(v) for name, v in pairs if _is(name, _SIZE) and v.isdigit()), self.per_page)
        if _is_last(answer, max(number, 1), size):
            return None
        pairs[at] = (pairs[at][0], str(number + 1))
        if page.request.form:
            return ListRequest(url=page.request.url, method="POST", form=tuple(pairs))
        return ListRequest(
            url=urlunsplit(urlsplit(page.request.url)._replace(query=urlencode(pairs, encoding="latin-1")))
        )


def _is_last(answer: Any, number: int, size: int | None) -> bool:
    if (pages := _count(answer, _PAGES)) is not None:
        return number >= pages
    total = _count(answer, _TOTAL)
    return total is not None and bool(size) and number * (size or 0) >= total


def _count(value: Any, keys: tuple[str, ...], depth: int = 3) -> int | None:
    """A number that the answer gives under one of the keys, at the top or some levels below."""
    if not isinstance(value, dict) or not depth:
        return None
    for key, number in value.items():
        if _is(key, keys) and str(number).isdigit():
            return int(number)
    return next((n for inner in value.values() if (n := _count(inner, keys, depth - 1)) is not None), None)


def _is(name: str, names: tuple[str, ...]) -> bool:
    return name.lower() in names
