"""Read lists that come as JSON, whatever the keys are called. An entry is an object with a title and an address.

`near_json` parses the text. What is not an entry is ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from selectolax.lexbor import LexborHTMLParser

from crawler.cms.lists.links import MAX_TITLE_CHARS, links_of
from crawler.cms.lists.near_json import parsed
from crawler.cms.preset import ListPage
from crawler.field.text import iso_date, one_line
from crawler.model import Link, ListRequest

_TITLE_KEYS = ("title", "doctitle", "infotitle", "maintitle", "name")
_URL_KEYS = ("url", "docpuburl", "puburl", "linkurl", "infourl", "visiturl", "link", "href")
_DATE_KEYS = (
    "display_publish_time", "first_publish_time", "date", "pubdate", "docpubtime", "publishtime", "infodate",
    "docreltime", "created_at", "create_time", "createtime", "savetime", "time",
)  # fmt: skip
"""Keys in lower case, most reliable first. Observed in gkmlpt, TRS igs, 大汉 jsearch, 开普云 irs and 国泰新点."""

_TOTAL_PAGES_KEYS = ("totalpages", "totalpage", "pagecount", "pages")
_TOTAL_ENTRIES_KEYS = ("total", "totalelements", "totalcount", "totalrecord", "count")
_PAGE_NUMBER_KEYS = ("page", "pagenumber", "pageno", "pageindex", "pagenum", "currentpage", "p")
_PAGE_SIZE_KEYS = ("pagesize", "perpage", "rows", "limit", "size")

_MAX_DIGITS = 9  # of a number of pages or entries
_MAX_DEPTH = 12  # levels of nesting that are searched
_MAX_TOTAL_DEPTH = 3  # levels searched for a total
_CHINA_OFFSET = timedelta(hours=8)
_MIN_MILLISECONDS = 1e11  # a larger number is a time in milliseconds


def records(page: ListPage) -> Iterator[Link]:
    """Yield the entries of a JSON answer, in order, also those inside strings of HTML."""
    for item in _items(parsed(page.html)):
        if isinstance(item, str):
            yield from links_of(LexborHTMLParser(item), page.base, found_on=page.first.url)
        elif link := _link(item, page):
            yield link


def _items(value: Any, depth: int = _MAX_DEPTH) -> Iterator[Mapping[str, Any] | str]:
    """Yield objects that have the keys of an entry, and strings of HTML with links, outermost first."""
    if isinstance(value, str):
        if "<a" in value and "href" in value:
            yield value
        elif value[:1] in ("{", "["):  # JSON within JSON, as epoint's `custom` has it
            yield from _items(parsed(value), depth - 1)
    elif depth and isinstance(value, list):
        for item in value:
            yield from _items(item, depth - 1)
    elif depth and isinstance(value, dict):
        keys = {key.lower() for key in value}
        if keys.intersection(_TITLE_KEYS) and keys.intersection(_URL_KEYS):
            yield value
        else:
            yield from _items(list(value.values()), depth - 1)


def _link(entry: Mapping[str, Any], page: ListPage) -> Link | None:
    entry = {key.lower(): value for key, value in entry.items()}
    url = page.base.join(str(_first(entry, _URL_KEYS) or ""))
    title = _first(entry, _TITLE_KEYS)
    if url is None or not isinstance(title, str):
        return None
    shown = LexborHTMLParser(title).text() if "<" in title else title  # a search marks its words with <em>
    title = one_line(shown)[:MAX_TITLE_CHARS]
    return (
        Link(url=url, title=title, date=_day(_first(entry, _DATE_KEYS)), found_on=page.first.url)
        if title
        else None
    )


def _first(entry: Mapping[str, Any], keys: Iterable[str]) -> Any:
    return next((entry[key] for key in keys if entry.get(key) not in (None, "")), None)


def _day(value: Any) -> str | None:
    """Return the ISO day, China time, of a text or of a number of seconds or milliseconds since 1970."""
    if isinstance(value, str) and not re.fullmatch(r"\d{9,13}", value):
        return (iso_date(value) or "")[:10] or None
    try:
        seconds = float(value)
        seconds /= 1000 if seconds > _MIN_MILLISECONDS else 1
        return (datetime.fromtimestamp(seconds, UTC) + _CHINA_OFFSET).date().isoformat()
    except (TypeError, ValueError, OverflowError, OSError):
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageParameter:
    """The number of the page is a parameter of the query or the form; the answer may state the total."""

    per_page: int | None = None  # entries per page, where the request does not state it

    def next(self, page: ListPage) -> ListRequest | None:
        """Return the same request with the next number; None at the end and where there is no such parameter."""
        answer = parsed(page.html)
        held = sum(1 for _ in records(page)) if answer is not None else 0
        query = urlsplit(page.request.url).query
        # latin-1 keeps the bytes of any encoding, GBK too
        pairs = list(page.request.form) or parse_qsl(query, keep_blank_values=True, encoding="latin-1")
        numbers = (
            i for i, (key, value) in enumerate(pairs) if _is(key, _PAGE_NUMBER_KEYS) and _is_number(value)
        )
        at = next(numbers, None)
        if at is None or not held:
            return None
        number = int(pairs[at][1])
        size = next(
            (int(v) for name, v in pairs if _is(name, _PAGE_SIZE_KEYS) and _is_number(v)), self.per_page
        )
        if _is_last(answer, max(number, 1), size):
            return None
        pairs[at] = (pairs[at][0], str(number + 1))
        if page.request.form:
            return ListRequest(url=page.request.url, method="POST", form=tuple(pairs))
        return ListRequest(
            url=urlunsplit(urlsplit(page.request.url)._replace(query=urlencode(pairs, encoding="latin-1")))
        )


def _is_last(answer: Any, number: int, size: int | None) -> bool:
    if (pages := _count(answer, _TOTAL_PAGES_KEYS)) is not None:
        return number >= pages
    total = _count(answer, _TOTAL_ENTRIES_KEYS)
    return total is not None and bool(size) and number * (size or 0) >= total


def _count(value: Any, keys: tuple[str, ...], depth: int = _MAX_TOTAL_DEPTH) -> int | None:
    """Return the number that the answer has under one of the keys, at the top level or some levels below."""
    if not isinstance(value, dict) or not depth:
        return None
    for key, number in value.items():
        if _is(key, keys) and _is_number(str(number)):
            return int(number)
    return next((n for inner in value.values() if (n := _count(inner, keys, depth - 1)) is not None), None)


def _is_number(text: str) -> bool:
    """Whether a text is a number of pages or entries. More digits are none, and `int` refuses thousands of them."""
    return 0 < len(text) <= _MAX_DIGITS and text.isdecimal()


def _is(key: str, keys: tuple[str, ...]) -> bool:
    return key.lower() in keys
