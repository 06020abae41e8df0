"""Find what may lead to other pages of an article: links with the label of a pager, and numbered addresses in the source.

Takes markup and returns addresses. `pager` decides which of them are pages of the article.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from typing import NamedTuple

from crawler.cms.base_url import Base
from crawler.extract.documents.page_address import SUFFIX, PageAddress, parse
from crawler.extract.roles.pager_lines import MAX_LABEL_LENGTH, MAYBE_PAGER_LABEL, is_pager_label
from crawler.field.text import fold

_IN_TAG = r"(?:[^<>]|<(?!a ))*+"  # ends at the next <a, so that no text is read twice
_ANCHOR = re.compile(
    rf"<a ({_IN_TAG})>((?:<(?!/a>|a ){_IN_TAG}>|\s)*+([^<]{{0,{MAX_LABEL_LENGTH}}}+)(?:<(?!/a>|a ){_IN_TAG}>|\s)*+)</a>"
)
_ALT_OR_TITLE = re.compile(rf'\b(?:alt|title)="([^"]{{1,{MAX_LABEL_LENGTH}}})"')
_LINK_ATTRIBUTE = re.compile(r'\b(href|onclick)="([^"]*)"')
QUOTED_ADDRESS = re.compile(r"""['"]([^'"\s]{1,400})['"]""")
_BEFORE_ADDRESS = re.compile(r"""["'\s<>()=\\]""")
_MAX_ADDRESS_START = 400  # characters of an address before its last segment
_ARTICLE_NAME = re.compile(r"\d{8}|[0-9a-f]{16}")  # t20230315_2170174: no other article's name begins so
_SECOND_IN_QUERY = ('=2"', "=2&amp;", "=2'")  # in markup, the end of a query that asks for page 2


class PagerLink(NamedTuple):
    """A link with the label of a pager."""

    url: str
    address: PageAddress
    label: str


class PageLink(NamedTuple):
    """An address of a page of the article."""

    url: str
    number: int  # in its address; 0 where the address has none
    label: str  # empty for an address that is in no link


def is_article_name(name: str) -> bool:
    """Whether a file name is long enough to be one article's alone."""
    return _ARTICLE_NAME.search(name) is not None


def may_have_pager(html: str, own: PageAddress) -> bool:
    """Whether markup can hold a link to another page of the article. Saves the search for links, which takes long."""
    if own.asks_for_page:
        return True
    endings = [f"{own.name or 'index'}{mark}" for mark in "_-/"]
    if found := SUFFIX.fullmatch(own.name):
        endings += [f"{found['base']}{mark}" for mark in ("_", "-", own.ext)]
    return any(ending in html for ending in endings) or (
        "=2" in html and any(ending in html for ending in _SECOND_IN_QUERY)
    )


def pager_links(html: str, base: Base, own: PageAddress | None = None) -> Iterator[PagerLink]:
    """Yield the links whose label is a pager's, with each address that the link or its script opens.

    A relative link is resolved against `<base>`. An address in the folder of `<base>` counts as one beside the page itself.
    """
    base_address = parse(base.url)
    for found in _ANCHOR.finditer(html):
        label = found[3].strip()
        if not label:
            shown = _ALT_OR_TITLE.search(found[2]) or _ALT_OR_TITLE.search(found[1])
            label = shown[1] if shown else ""
        if not (label := _pager_label(label)):
            continue
        for attribute, value in _LINK_ATTRIBUTE.findall(found[1]):
            value = unescape(value)
            by_script = attribute == "onclick" or value.lower().startswith("javascript:")
            for href in QUOTED_ADDRESS.findall(value) if by_script else (value,):
                if (target := base.join(href)) and (address := parse(target)):
                    if (
                        own
                        and base_address
                        and (address.host, address.folder) == (own.host, base_address.folder)
                    ):
                        address = address._replace(folder=own.folder)
                    yield PagerLink(target, address, label)


@lru_cache(maxsize=4096)  # a site's menu is on all its pages
def _pager_label(text: str) -> str:
    """The text of a link, unescaped and folded, if it is the label of a pager; empty if not."""
    if not MAYBE_PAGER_LABEL.search(text):
        return ""
    label = fold(unescape(text))
    return label if is_pager_label(label) else ""


def numbered_addresses(source: str, first: PageAddress, base: Base) -> Iterator[PageLink]:
    """Yield the addresses anywhere in the source that are the first page's own with a number added.

    Only for a name that no other article can have.
    """
    if not first.ext or not is_article_name(first.name) or first.name not in source:
        return
    for found in re.finditer(
        rf"{re.escape(first.name)}[_-](\d{{1,3}}){re.escape(first.ext)}(?![\w.])", source
    ):
        before = source[max(0, found.start() - _MAX_ADDRESS_START) : found.start()]
        target = base.join(_BEFORE_ADDRESS.split(before)[-1] + found[0])
        address = parse(target) if target else None
        if target and address and address.host == first.host:
            yield PageLink(target, int(found[1]), "")
