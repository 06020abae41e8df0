"""What is remembered of a site's lists from one visit to the next. Addresses stand as short digests: there are many."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from crawler.address import canonical, family
from crawler.model import Link

DIGITS = 12
"""Hex digits of an address's digest: of ten thousand entries of a list, two share one once in ten million lists."""


def link_key(link: Link) -> str:
    """The digest that an entry is remembered by. A sitemap's entry is another one when its date is.

    Where a parameter may be a cache-buster, the title tells the entries of a family apart.
    """
    key, kin = canonical(link.url), family(link.url)
    more = f" {link.date}" if not link.title and link.date else ""
    if key != kin:
        key, more = kin, more + f" {link.title}"
    return hashlib.sha256((key + more).encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]


def address_key(url: str) -> str:
    """The digest of an address alone."""
    return link_key(Link(url=url, title=url))


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMemory:
    """One list as it was last walked."""

    entries: tuple[str, ...] = ()  # links that stood on one page of the list, newest first
    common: tuple[str, ...] = ()  # links that stood on several: menus, footers
    reports: Mapping[str, int | None] = field(
        default_factory=dict
    )  # entries that name reports, with their years


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteMemory:
    """One site's lists, and what an earlier visit still owes."""

    walked_at: datetime  # when its lists were last walked whole
    rules: str = ""  # digest of those keys of its entry that say which links are wanted
    lists: Mapping[str, ListMemory] = field(default_factory=dict)  # by the address of the first page
    owed: tuple[Link, ...] = ()  # reports found on lists that could not be had
    gone: frozenset[str] = frozenset()  # digests of reports' addresses that were found gone
