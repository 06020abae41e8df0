"""Decide how far a list is followed: to its end, to known entries, to entries that are too old, or to a crawler trap.

A Walk takes each parsed page and returns None when the next page is wanted, or the End. Pure: it fetches nothing. What
the next visit must know of the list comes out as a ListMemory.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from crawler.address import canonical
from crawler.discover.memory import ListMemory, link_key
from crawler.model import NOT_UNDERSTOOD, Link, Listing, ListRequest, Years

MAX_LIST_PAGES = 200
"""A longer list is treated as a crawler trap."""

MIN_KNOWN_BELOW_NEW = 2
"""Known entries below the last new one, from which follows that all further entries are known too."""

MIN_DATED_ENTRIES = 5
"""Entries with a date that a page must have, for its order to count as order by date."""

MIN_DISTINCT_SHARE = 0.8
"""A page that shows the same titles and dates as another counts as repeated only if this share of its new addresses has a
title and date of its own. Where forty departments publish on one day, all pages look alike and none is repeated."""

MAX_MISSING_SHARE = 0.05
"""Entries that a list of several pages may lack of the number that it states: it counts hidden ones and doubles too."""

_NAVIGATION = re.compile(r"^(?:\W|\d|[首上下前后尾末]一?页|第|共|页|条|年|月|日|更多|more|next|prev)*$", re.I)
_MAX_NAVIGATION_CHARS = 200  # of a title that can be a row of page numbers
_MIN_TITLE_CHARS = 4  # 首页, 更多 and the days of a calendar are shorter


_MAX_URL_CHARS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Why a list is not followed further."""

    why: str
    early: bool = False  # more pages follow, with known or too old entries
    trap: bool = False  # more pages follow, it seems without end
    unread: str = ""  # what the list states and was not read: "page 1 of 3; the rest is not understood"


@dataclass(slots=True, kw_only=True)
class Walk:
    """The walk of one list, page by page."""

    years: Years
    memory: ListMemory | None = None  # of the last walk; None: none, or all pages must be read
    partial: bool = False  # does not see the whole list: an earlier run began it, or a page is broken
    pages: list[tuple[str, ...]] = field(default_factory=list)  # digests of the entries of each page
    reports: dict[str, int | None] = field(default_factory=dict)  # entries that name reports, with years
    ended: End | None = None
    _stated_pages: int | None = None  # as the last page that states it
    _stated_entries: int | None = None
    _stating_from: int = 1  # number of the first page that states how many pages there are
    _dated_keys: set[str] = field(default_factory=set)  # of entries with a date
    _seen_keys: set[str] = field(default_factory=set)
    _seen_texts: set[tuple[tuple[str, str | None], ...]] = field(default_factory=set)  # titles and dates
    _requested: set[str] = field(default_factory=set)

    def is_new(self, link: Link) -> bool:
        """Whether an entry was not on the list at the last walk."""
        return self.memory is None or link_key(link) not in self._known()

    def add_page(self, listing: Listing, request: ListRequest, number: int) -> End | None:
        """Add a page, the `number`th of its list, counted from 1. Return None if the page after it is wanted."""
        entries = [link for link in listing.links if is_entry(link)]
        keys = [link_key(link) for link in entries]
        texts = tuple((link.title, link.date) for link in entries)
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._seen_keys}
        distinct = len(set(new.values())) >= MIN_DISTINCT_SHARE * len(new)
        repeated = bool(self.pages) and (not new or (distinct and texts in self._seen_texts))
        if not repeated:
            self.pages.append(tuple(keys))
        self._seen_keys.update(keys)
        self._seen_texts.add(texts)
        self._dated_keys.update(key for key, link in zip(keys, entries, strict=True) if link.date)
        self._requested.add(_identity(request))
        if listing.stated_pages is not None and self._stated_pages is None and not self.partial:
            self._stating_from = number  # a page before the list proper states nothing
        self._stated_pages = listing.stated_pages or self._stated_pages
        self._stated_entries = listing.stated_entries or self._stated_entries
        end = self._end(listing, entries, keys, number, repeated=repeated)
        self.ended = replace(end, unread=self._unread(number)) if end and not end.early else end
        return self.ended

    def _unread(self, number: int) -> str:
        """Return what the list's pages state beyond what was read; empty if that is all, or if nothing is stated."""
        if self._stated_pages is not None:
            here = number - self._stating_from + 1
            if here < self._stated_pages:
                return f"page {here} of {self._stated_pages}; {NOT_UNDERSTOOD}"
            return ""
        stated = self._stated_entries
        if stated is None or self.partial:
            return ""
        read = len(self._dated_keys or self._seen_keys)  # menus have no dates
        allowed = stated * MAX_MISSING_SHARE if number > 1 else 0
        if read + allowed < stated:
            return f"{read} of {stated} entries; {NOT_UNDERSTOOD}"
        return ""

    def _end(
        self, listing: Listing, entries: Sequence[Link], keys: Sequence[str], number: int, *, repeated: bool
    ) -> End | None:
        following = listing.next
        if following is None:
            return End(why="")
        if repeated:
            return End(why="this page shows nothing that those before it did not", trap=True)
        if _identity(following) in self._requested:
            return End(why="the next page was read before")
        if has_repeated_folders(following.url):
            return End(why=f"the addresses of its pages grow without end: {following.url}", trap=True)
        if self.memory is not None and self._all_known_below(entries, keys):
            return End(why="all further entries are known", early=True)
        if too_old(entries, self.years):
            return End(why=f"all further entries are older than the years wanted ({self.years})", early=True)
        if number >= MAX_LIST_PAGES:
            return End(why=f"the list goes on after {MAX_LIST_PAGES} pages", trap=True)
        return None

    def _known(self) -> frozenset[str]:
        return frozenset((*self.memory.entries, *self.memory.common)) if self.memory else frozenset()

    def _all_known_below(self, entries: Sequence[Link], keys: Sequence[str]) -> bool:
        """Whether all entries on further pages are known, judged by this page.

        They are if every entry of this page is known, or if new ones are only above known ones and all are dated and in
        order. At least one entry of the list proper must be known: a page of menus proves nothing.
        """
        assert self.memory is not None
        remembered, known = set(self.memory.entries), self._known()
        if not remembered.intersection(keys):
            return False
        if known.issuperset(keys):
            return True
        dated = [
            (link.date, key in known)
            for link, key in zip(entries, keys, strict=True)
            if link.date and key not in self.memory.common
        ]
        first, last = _ends([not was_known for _, was_known in dated])
        undated_new = any(not link.date and key not in known for link, key in zip(entries, keys, strict=True))
        days = [day for day, _ in dated[first:]]
        return (
            not undated_new
            and len(dated) - 1 - last >= MIN_KNOWN_BELOW_NEW
            and days == sorted(days, reverse=True)
        )

    def memory_after(self) -> ListMemory | None:
        """Return what must be remembered of the list; None where this walk did not see the whole of it."""
        if self.partial or self.ended is None:
            return None
        counts = Counter(key for page in self.pages for key in dict.fromkeys(page))
        common = {key for key, number in counts.items() if number > 1}
        entries = dict.fromkeys(key for page in self.pages for key in page if key not in common)
        reports = dict(self.reports)
        if self.memory is not None and self.ended.early:
            common |= set(self.memory.common)
            entries |= dict.fromkeys(self.memory.entries)
            reports = dict(self.memory.reports) | reports
        kept = tuple(key for key in entries if key not in common)
        return ListMemory(entries=kept, common=tuple(sorted(common)), reports=reports)


def is_entry(link: Link) -> bool:
    """Whether a link can be an entry of a list, and is no page number, day of a calendar, or 更多."""
    length = len(link.title)
    return not length or (
        length >= _MIN_TITLE_CHARS and (length > _MAX_NAVIGATION_CHARS or not _NAVIGATION.match(link.title))
    )


def too_old(entries: Sequence[Link], years: Years) -> bool:
    """Whether all entries of a page in order of dates are older than 1 October of the first year wanted."""
    days = [link.date for link in entries if link.date]
    in_order = sum(later >= earlier for later, earlier in itertools.pairwise(days))
    return len(days) >= MIN_DATED_ENTRIES and in_order >= len(days) - 2 and max(days) < f"{years.first}-10-01"


def has_repeated_folders(url: str) -> bool:
    """Whether an address repeats its folders, as a wrong relative link makes it: /list/list/list/. Or is over-long."""
    if len(url) > _MAX_URL_CHARS:
        return True
    folders = [part for part in urlsplit(url).path.split("/") if part]
    counts = Counter(itertools.pairwise(folders))
    tripled = any(a == b == c for a, b, c in zip(folders, folders[1:], folders[2:], strict=False))
    return tripled or any(number > 2 for number in counts.values())


def _identity(request: ListRequest) -> str:
    return f"{request.method} {canonical(request.url)} {request.body_text}"


def _ends(flags: Sequence[bool]) -> tuple[int, int]:
    """Return the indexes of the first and the last true flag; (0, -1) when there is none."""
    places = [i for i, flag in enumerate(flags) if flag]
    return (places[0], places[-1]) if places else (0, -1)
