"""What is remembered of a site's lists from one visit to the next. Addresses are kept as short digests: there are many.

`walk` and `crawler.crawl.visit` make and use these values; `crawler.archive` stores them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from crawler.address import canonical, family
from crawler.model import Link

KEY_HEX_DIGITS = 12
"""Length of a digest. In a list of ten thousand entries two share a digest once in ten million lists."""


def link_key(link: Link) -> str:
    """Return the digest by which a list entry is remembered. An entry of a sitemap with a new date is a new entry.

    Where a parameter of the address may be a cache-buster, it is left out and the title is taken in.
    """
    key, without_parameter = canonical(link.url), family(link.url)
    more = f" {link.date}" if not link.title and link.date else ""
    if key != without_parameter:
        key, more = without_parameter, more + f" {link.title}"
    return hashlib.sha256((key + more).encode("utf-8", "surrogatepass")).hexdigest()[:KEY_HEX_DIGITS]


def page_key(link: Link, rules: str) -> str:
    """Return the digest by which a page that is no report is remembered: of its address, its entry and the rules.

    An entry with another title or date is another key. `rules`: a digest of what decides.
    """
    text = "\n".join((rules, canonical(link.url), link.title, link.date or ""))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:KEY_HEX_DIGITS]


def address_key(url: str) -> str:
    """Return the digest of an address alone."""
    return link_key(Link(url=url, title=url))


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMemory:
    """One list at its last walk. All strings are digests (`link_key`)."""

    entries: tuple[str, ...] = ()  # links on one page of the list only, newest first
    common: tuple[str, ...] = ()  # links on several pages: menus, footers
    reports: Mapping[str, int | None] = field(default_factory=dict)  # entries that name reports, with years


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteMemory:
    """What is remembered of one site."""

    walked_at: datetime  # when all its lists were last walked to their ends
    rules: str = ""  # digest of the keys of its entry that say which links are wanted
    lists: Mapping[str, ListMemory] = field(default_factory=dict)  # by the address of the list's first page
    missed: tuple[Link, ...] = ()  # reports found on lists that could not be fetched or read
    gone: frozenset[str] = frozenset()  # digests of the addresses of reports that are gone
    # `page_key` of pages that are no reports, each with the day on which it was read
    not_reports: Mapping[str, str] = field(default_factory=dict)
