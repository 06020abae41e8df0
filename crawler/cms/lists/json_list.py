"""Read lists that come as JSON, whatever the keys are called. An entry is an object with a title and an address.

`near_json` parses the text. What is not an entry is ignored.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from crawler.cms.lists.links import MAX_TITLE_CHARS, links_of
from crawler.cms.lists.near_json import parsed
from crawler.cms.lists.records import fragment, record_markup
from crawler.cms.preset import ListPage
from crawler.field.text import iso_date, one_line
from crawler.model import Link

_TITLE_KEYS = (
    "realtitle", "title", "doctitle", "infotitle", "maintitle", "articletitle", "subject", "title_no_tag", "name",
)  # fmt: skip
_URL_KEYS = (
    "url", "chnldocurl", "docpuburl", "puburl", "linkurl", "infourl", "visiturl", "articleurl", "pageurl", "link", "href",
)  # fmt: skip
_DATE_KEYS = (
    "display_publish_time", "first_publish_time", "date", "pubdate", "docpubtime", "publishtime", "infodate",
    "publishedtimestr", "publishedtime", "publishdate", "publish_time", "publish_date", "fbrq", "fbsj", "docreltime", "releasetime", "created_at", "create_time",
    "createtime", "createdate", "savetime", "time",
)  # fmt: skip
"""Keys in lower case, most reliable first. Observed in gkmlpt, TRS igs, 大汉 jsearch, 开普云 irs and 国泰新点."""

_TOTAL_PAGES_KEYS = ("totalpages", "totalpage", "pagecount", "pages")
_TOTAL_ENTRIES_KEYS = (
    "total", "totalelements", "totalcount", "totalrecord", "totalrecords", "recordcount", "numfound", "count",
)  # fmt: skip
_HAS_NEXT_KEYS, _IS_LAST_KEYS = ("hasnextpage", "hasnext"), ("islastpage", "islast", "last")
_OTHER_DATE_KEY = re.compile(
    r"(?<!end)(?<!update)(?<!modify)(?<!expire)_?(?:date|time|rq|sj)$"
)  # issueTime, addDate

_MAX_DIGITS = 9  # of a number of pages or entries
_MAX_DEPTH = 12  # levels of nesting that are searched
_MAX_TOTAL_DEPTH = 3  # levels searched for a total
_CHINA_OFFSET = timedelta(hours=8)
_MIN_MILLISECONDS = 1e11  # a larger number is a time in milliseconds


def records(page: ListPage) -> Iterator[Link]:
    """Yield the entries of a JSON answer, in order, also those inside strings of HTML or of XML with records."""
    for item in _items(parsed(page.html)):
        if not isinstance(item, str):
            if link := _link(item, page):
                yield link
            continue
        for markup in record_markup(item) if "<record>" in item else (item,):
            yield from links_of(fragment(markup), page.base, found_on=page.first.url)


def _items(value: Any, depth: int = _MAX_DEPTH) -> Iterator[Mapping[str, Any] | str]:
    """Yield objects that have the keys of an entry, and strings of HTML with links, outermost first."""
    if isinstance(value, str):
        inner = parsed(value) if depth and value[:1] in ("{", "[") else None
        if inner is not None:  # JSON within JSON, as epoint's `custom` has it
            yield from _items(inner, depth - 1)
            return
        if "&lt;a " in value and "<a" not in value:
            value = html.unescape(value)
        if "<a" in value and "href" in value:
            yield value
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
    return Link(url=url, title=title, date=_date(entry), found_on=page.first.url) if title else None


def _date(entry: Mapping[str, Any]) -> str | None:
    """Return the day of an entry under a known key, or else the text of a day under a key that names a date or time."""
    if (known := _first(entry, _DATE_KEYS)) is not None:
        return _day(known)
    others = (value for key, value in entry.items() if isinstance(value, str) and _OTHER_DATE_KEY.search(key))
    return next((day for value in others if (day := _day(value))), None)


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


def stated_by_json(text: str) -> tuple[int | None, int | None]:
    """Return the number of pages and of entries that a JSON answer states, also in HTML or XML within it."""
    return stated_by_answer(parsed(text))


def stated_by_answer(answer: Any) -> tuple[int | None, int | None]:
    """Return the number of pages and of entries that a parsed answer states; None for what it does not state."""
    pages = _count(answer, _TOTAL_PAGES_KEYS)
    entries = _count(answer, _TOTAL_ENTRIES_KEYS)
    for markup in () if pages is not None and entries is not None else _items(answer):
        if not isinstance(markup, str):
            continue
        if entries is None and (found := _TOTAL_IN_MARKUP.search(markup)):
            entries = int(found[1] or found[2])
        if pages is None and (found := _PAGES_IN_MARKUP.search(markup)):
            pages = int(found[1])
        if pages is None and (unit := stated_by_unit(markup)):
            pages, entries = unit
    return pages, entries


def says_last(answer: Any, depth: int = _MAX_TOTAL_DEPTH) -> bool:
    """Whether a parsed answer says that no page follows: `"hasNextPage": false`, `"last": true`."""
    if not isinstance(answer, dict) or not depth:
        return False
    flags = {key.lower(): value for key, value in answer.items() if isinstance(value, bool)}
    if any(flags.get(key) is False for key in _HAS_NEXT_KEYS) or any(flags.get(key) for key in _IS_LAST_KEYS):
        return True
    return any(says_last(inner, depth - 1) for inner in answer.values())


_TOTAL_IN_MARKUP = re.compile(r"<totalrecord>\s{0,9}(\d{1,7})\s{0,9}</totalrecord>|共 ?(\d{1,7}) ?条", re.I)
_PAGES_IN_MARKUP = re.compile(r"<totalpage>\s{0,9}(\d{1,6})\s{0,9}</totalpage>", re.I)
_ROWS = re.compile(r"""\brows=["'](\d{1,6})["']""")
_COUNT = re.compile(r"""\bcount=["'](\d{1,7})["']""")


def stated_by_unit(markup: str) -> tuple[int, int] | None:
    """Return pages and entries by the pager of 大汉 jpaas: `<div class="pagination" rows="15" count="48">`."""
    rows, count = _ROWS.search(markup), _COUNT.search(markup)
    if not rows or not count or not int(rows[1]):
        return None
    return -(-int(count[1]) // int(rows[1])), int(count[1])


def _count(value: Any, keys: tuple[str, ...], depth: int = _MAX_TOTAL_DEPTH) -> int | None:
    """Return the number that the answer has under one of the keys, at the top level or some levels below."""
    if isinstance(value, str) and value[:1] == "{":  # JSON within JSON
        value = parsed(value)
    if not isinstance(value, dict) or not depth:
        return None
    for key, number in value.items():
        if key.lower() in keys and _is_number(str(number)):
            return int(number)
    return next((n for inner in value.values() if (n := _count(inner, keys, depth - 1)) is not None), None)


def _is_number(text: str) -> bool:
    """Whether a text is a number of pages or entries. More digits are none, and `int` refuses thousands of them."""
    return 0 < len(text) <= _MAX_DIGITS and text.isdecimal()
