"""Read and write the queries by which lists are asked for. The names are in lower case, observed in `crawler.cms`."""

from __future__ import annotations

import string
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

PAGE_NUMBER_KEYS = (
    "page", "pageno", "pagenum", "pagenumber", "pageindex", "currentpage", "currpage", "curpage", "cur_page", "page_no",
    "page_num", "page_index", "currentpageno", "nowpage", "topage", "cpage", "current", "pn", "p",
)  # fmt: skip
"""The number of the page."""

OFFSET_KEYS = ("start", "offset", "startrow", "startindex", "skip")
"""The number of the entries before the page."""

PAGE_SIZE_KEYS = ("pagesize", "_pagesize", "perpage", "prepage", "page_size", "rows", "limit", "size")
"""How many entries a page has."""


def query_pairs(url: str) -> list[tuple[str, str]]:
    """Return the parameters of an address. Each character stands for one byte, so that any encoding is kept, GBK too."""
    query = quote(urlsplit(url).query, safe=string.printable)  # not ASCII: sent as UTF-8
    return parse_qsl(query, keep_blank_values=True, encoding="latin-1")


def with_query(url: str, pairs: Iterable[tuple[str, str]]) -> str:
    """Return an address with other parameters, as `query_pairs` gives them."""
    return urlunsplit(
        urlsplit(url)._replace(query=urlencode(list(pairs), encoding="latin-1", errors="replace"))
    )


def is_number(text: str, most_digits: int = 9) -> bool:
    """Whether a text is a number of ASCII digits that is not too long: `int` refuses thousands of them."""
    return 0 < len(text) <= most_digits and text.isascii() and text.isdigit()
