"""Leads: addresses still to be read, the likeliest first, each once."""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from crawler.address import canonical
from crawler.discover.portal.page import column_fragment
from crawler.field.organs import DEPARTMENT, organ
from crawler.field.regions import region
from crawler.model import Link, ListRequest

Kind = Literal["page", "list", "report", "load", "search", "sitemap"]

MAX_DEPTH = 7
"""Links from the home page."""

MAX_READ_BELOW: tuple[tuple[int, int], ...] = ((20, 3), (30, 6), (36, 9), (50, 16))
"""(score, leads): of leads with a lower score, so many are read at most: every portal has dozens of them."""

MAX_WAITING = 3000
REPORT_SCORE = 76
"""Of the page of a report, from which its list is found: before 政务公开, behind columns on 法治政府."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """An address that may lead to the reports."""

    request: ListRequest
    score: int  # 0 to 100
    way: str
    title: str = ""  # of the link
    kind: Kind = "page"
    trail: tuple[str, ...] = ()  # titles of the links before it
    found_on: str = ""
    explicit: bool = False  # only reports that name the government are its own
    office: bool = False  # on a department's own site: titles without an organ are the department's

    @property
    def key(self) -> str:
        """Equal for leads to one page."""
        url = self.request.url
        return f"{canonical(url)} {column_fragment(url)}{self.request.body_text}".strip()


@dataclass(slots=True)
class Leads:
    """A queue of leads. Of equal ones the first is kept; one of less depth is read before a deeper one."""

    _heap: list[tuple[int, int, Lead]] = field(default_factory=list)
    _best: dict[str, int] = field(default_factory=dict)  # the score with which a lead waits, by its key
    _read: set[str] = field(default_factory=set)
    _number: int = 0
    _low: Counter[int] = field(default_factory=Counter)

    def push(self, lead: Lead) -> None:
        """Add a lead, unless it was read, waits with a better score, or is too deep."""
        key = lead.key
        too_deep = len(lead.trail) > MAX_DEPTH or len(self._heap) > MAX_WAITING
        if key in self._read or too_deep or self._best.get(key, -1) >= lead.score:
            return
        self._best[key] = lead.score
        self._number += 1
        heapq.heappush(self._heap, (len(lead.trail) - lead.score, self._number, lead))

    def pop(self, floor: int) -> Lead | None:
        """Return the likeliest lead with at least `floor`; None if there is none. It is not returned again."""
        while self._heap:
            _, _, lead = self._heap[0]
            if lead.score < floor:
                return None
            heapq.heappop(self._heap)
            if lead.key in self._read:
                continue
            below = next(((limit, most) for limit, most in MAX_READ_BELOW if lead.score < limit), None)
            if below is not None:
                if self._low[below[0]] >= below[1]:
                    continue
                self._low[below[0]] += 1
            self._read.add(lead.key)
            return lead
        return None

    def has(self, floor: int) -> bool:
        """Whether a lead with at least so high a score waits."""
        return any(lead.score >= floor and lead.key not in self._read for _, _, lead in self._heap)

    def mark_read(self, url: str) -> None:
        """Note that an address was read."""
        self._read.add(canonical(url))

    def was_read(self, url: str) -> bool:
        """Whether an address was read, as a lead or as where one led."""
        return canonical(url) in self._read


def report_lead(link: Link, way: str, trail: Iterable[str] = ()) -> Lead:
    """Return the lead to a report's page."""
    title = link.title[:60]
    return Lead(
        request=ListRequest(url=link.url),
        score=REPORT_SCORE,
        way=way,
        title=title,
        kind="report",
        trail=tuple(trail),
    )


def is_department(title: str) -> bool:
    """Whether a link leads to a department's own site or page: 兴城市教育局."""
    named = organ(title)
    return named is not None and named[1] == DEPARTMENT


def is_office_on_law(title: str) -> bool:
    """Whether a link leads to the department that answers for 法治政府建设: 武汉市司法局."""
    return re.fullmatch(r"[\u4e00-\u9fff]{0,12}司法[局厅]", title.strip()) is not None


def is_map(link: Link) -> bool:
    """Whether a link leads to an HTML site map."""
    return any(word in link.title for word in ("网站地图", "站点地图", "网站导航", "站点导航"))


def names_division(title: str, code: str | None) -> bool:
    """Whether a link's title has the name of a division: 武汉市 or 武汉."""
    row = region(code) if code else None
    return row is not None and (row.name in title or (len(row.short) > 1 and row.short in title))
