"""How far a list is followed: to its end, to what is known, to what is too old, or to the trap that it turns out to be.

Pure: it is told of each page as it is read, and says whether the next one is to be asked for.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from crawler.address import canonical
from crawler.discover.memory import ListMemory, link_key
from crawler.model import Link, Listing, ListRequest, Years

PAGES = 200
"""Pages that one list is followed for; what has more is a trap, or wants a narrower list."""

BELOW = 2
"""Known entries that must stand below the last new one, for it to be believed that all further ones are known too."""

DATED = 5
"""Entries with a date that a page must show, for its order to be believed."""

TELLING = 0.8
"""Share of the addresses new on a page that must have a title and date of their own, before a page that looks like another
is taken for the same: where forty departments' reports of one year came in on one day, each page looks like the next."""

_NO_ENTRY = re.compile(r"^(?:\W|\d|[首上下前后尾末]一?页|第|共|页|条|年|月|日|更多|more|next|prev)*$", re.I)
_LEAST_TITLE = 4  # characters; 首页, 更多 and the days of a calendar are shorter


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Why a list is not followed further."""

    why: str
    early: bool = False  # more pages follow; they are known, or too old
    trap: bool = False  # more pages follow, without end as it seems


@dataclass(slots=True, kw_only=True)
class Walk:
    """One list, page by page."""

    years: Years
    memory: ListMemory | None = None  # None: nothing is known, or everything is to be read
    begun: bool = False  # its first page was read by an earlier run, which says nothing of it
    pages: list[tuple[str, ...]] = field(default_factory=list)  # digests of the entries of each
    reports: dict[str, int | None] = field(default_factory=dict)
    ended: End | None = None
    _seen: set[str] = field(default_factory=set)
    _shown: set[tuple[tuple[str, str | None], ...]] = field(default_factory=set)
    _asked: set[str] = field(default_factory=set)

    def fresh(self, link: Link) -> bool:
        """Whether an entry was not there at the last walk."""
        return self.memory is None or link_key(link) not in self._known()

    def read(self, listing: Listing, request: ListRequest, number: int) -> End | None:
        """Take in a page, the `number`th of its list. None: the page after it is wanted."""
        entries = [link for link in listing.links if is_entry(link)]
        keys = [link_key(link) for link in entries]
        shown = tuple((link.title, link.date) for link in entries)
        new = {key: look for key, look in zip(keys, shown, strict=True) if key not in self._seen}
        telling = len(set(new.values())) >= TELLING * len(new)
        repeated = bool(self.pages) and (not new or (telling and shown in self._shown))
        if not repeated:
            self.pages.append(tuple(keys))
        self._seen.update(keys)
        self._shown.add(shown)
        self._asked.add(_identity(request))
        self.ended = self._end(listing, entries, keys, number, repeated=repeated)
        return self.ended

    def _end(
        self, listing: Listing, entries: Sequence[Link], keys: Sequence[str], number: int, *, repeated: bool
    ) -> End | None:
        following = listing.next
        if following is None:
            return End(why="")
        if repeated:
            return End(why="this page shows nothing that those before it did not", trap=True)
        if _identity(following) in self._asked:
            return End(why="the next page is one that was read before")
        if grows(following.url):
            return End(why=f"the addresses of its pages grow without end: {following.url}", trap=True)
        if self.memory is not None and self._all_known_below(entries, keys):
            return End(why="all further entries are known", early=True)
        if too_old(entries, self.years):
            return End(why=f"all further entries are older than the years wanted ({self.years})", early=True)
        if number >= PAGES:
            return End(why=f"the list goes on after {PAGES} pages", trap=True)
        return None

    def _known(self) -> frozenset[str]:
        return frozenset((*self.memory.entries, *self.memory.common)) if self.memory else frozenset()

    def _all_known_below(self, entries: Sequence[Link], keys: Sequence[str]) -> bool:
        """Whether this page reaches what the last walk saw: nothing on it is new, or only the top of what is in order.

        At least one entry must be a known one: a page of menus says nothing.
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
        return not undated_new and len(dated) - 1 - last >= BELOW and days == sorted(days, reverse=True)

    def lesson(self) -> ListMemory | None:
        """What is to be remembered of the list; None where this walk did not see enough of it to say."""
        if self.begun or self.ended is None:
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
    """Whether a link could be an entry of a list: not a page's number, a day of a calendar, or 更多."""
    return not link.title or (len(link.title) >= _LEAST_TITLE and not _NO_ENTRY.match(link.title))


def too_old(entries: Sequence[Link], years: Years) -> bool:
    """Whether a page, newest first, lies wholly before the first reports wanted could appear: the end of their year."""
    days = [link.date for link in entries if link.date]
    in_order = sum(later >= earlier for later, earlier in itertools.pairwise(days))
    return len(days) >= DATED and in_order >= len(days) - 2 and max(days) < f"{years.first}-10-01"


def grows(url: str) -> bool:
    """Whether an address repeats itself as those do that a wrong relative link makes: /list/list/list/."""
    folders = [part for part in urlsplit(url).path.split("/") if part]
    counts = Counter(itertools.pairwise(folders))
    tripled = any(a == b == c for a, b, c in zip(folders, folders[1:], folders[2:], strict=False))
    return len(url) > 2000 or tripled or any(number > 2 for number in counts.values())


def _identity(request: ListRequest) -> str:
    return " ".join((request.method, canonical(request.url), *(f"{k}={v}" for k, v in request.form)))


def _ends(flags: Sequence[bool]) -> tuple[int, int]:
    """Places of the first and the last true one; (0, -1) when there is none."""
    places = [i for i, flag in enumerate(flags) if flag]
    return (places[0], places[-1]) if places else (0, -1)
