"""Compare the addresses of one article's pages: `con.html`, `con_2.html`, `con/2.html`, `show.jsp?id=5&page=2`.

Takes addresses and returns page numbers. Reads no page: `pager_links` finds the addresses, `pager` decides what they mean.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

SUFFIX = re.compile(r"(?P<base>.+?)[_-](?P<number>\d{1,3})")
"""A name with a number added: con_2, con-2."""

_PAGE_KEYS = frozenset((
    "page", "p", "pn", "pg", "paged", "pageno", "page_no", "pagenum", "pagenumber", "page_num", "pageindex", "page_index",
    "currentpage", "curpage", "current_page", "cpage", "nowpage",
))  # fmt: skip
_NUMBER = re.compile(r"\d{1,3}")


class PageAddress(NamedTuple):
    """An address, divided at the places where systems put a page number."""

    host: str
    folder: str  # path up to the last segment
    name: str  # last segment without its extension
    ext: str  # with the dot
    query: tuple[tuple[str, str], ...]

    @property
    def asks_for_page(self) -> bool:
        """Whether the query has a page parameter."""
        return any(key.lower() in _PAGE_KEYS for key, _ in self.query)

    @property
    def page_in_query(self) -> int | None:
        """The number in the query's last page parameter; None without one."""
        pages = [value for key, value in self.query if key.lower() in _PAGE_KEYS and value.isdecimal()]
        return int(pages[-1]) if pages else None


def parse(url: str) -> PageAddress | None:
    """Divide an address; None for one that is not well formed."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    folder, _, last = parts.path.rpartition("/")
    name, dot, ext = last.rpartition(".")
    if not dot:
        name, ext = last, ""
    return PageAddress(
        parts.netloc, f"{folder}/", name, dot + ext, tuple(parse_qsl(parts.query, keep_blank_values=True))
    )


def page_number(first: PageAddress, other: PageAddress) -> int | None:
    """The page number in an address of the same article; 0 where it has none; None for no page of the article.

    `first`: address of the article's first page.
    """
    if other.host != first.host or (other.ext != first.ext and first.name):
        return None
    if (other.folder, other.name) == (first.folder, first.name):
        return _number_in_query(first, other)
    if other.query != first.query:
        return None
    if other.folder == first.folder:
        found = SUFFIX.fullmatch(other.name)
        return int(found["number"]) if found and found["base"] == (first.name or "index") else None
    is_below = first.name and other.folder == f"{first.folder}{first.name}/"
    return int(other.name) if is_below and _NUMBER.fullmatch(other.name) else None


def _number_in_query(first: PageAddress, other: PageAddress) -> int | None:
    """The page number of a query that differs in nothing else; 0 for a query without one."""
    pages = [value for key, value in other.query if key.lower() in _PAGE_KEYS]
    if _without_page(other) != _without_page(first) or len(pages) > 1:
        return None
    if not pages:
        return 0
    return int(pages[0]) if _NUMBER.fullmatch(pages[0]) else None


def _without_page(address: PageAddress) -> list[tuple[str, str]]:
    return [pair for pair in address.query if pair[0].lower() not in _PAGE_KEYS]
