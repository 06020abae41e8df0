"""State of one site's visit: its tools, what it has seen, and its frontier, which is the queue of steps to be done.

Also the digest of what a site's entry wants; its first steps are in `first_steps`. `site`, `lists` and `reports` do the steps.
"""

from __future__ import annotations

import hashlib
import re
from collections import deque
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol

from crawler.address import canonical
from crawler.archive import Archive, KnownPages
from crawler.crawl.first_steps import first_steps, list_urls, start_urls
from crawler.crawl.halt import Halt
from crawler.discover import ListMemory, SiteMemory, Verdict, Walk, judge_title, page_key
from crawler.extract import EXTRACTOR
from crawler.model import (
    ENDED_BEFORE,
    TROUBLE_ENDINGS,
    Capture,
    Ending,
    Link,
    Listing,
    ListRequest,
    ListStep,
    Outcome,
    Page,
    Site,
    SiteVisit,
    Validators,
)
from crawler.reading.pages import PageProcess

MAX_WAITING_STEPS = 50_000
"""Steps of a site's frontier. What lists name beyond it is not noted, and they fail."""

MAX_SHOWN_ADDRESSES = 500_000
"""Addresses that the lists of a site show in one crawl. With more of them its visit ends, and the next crawl goes on."""

FULL_WALK_INTERVAL = timedelta(days=30)
"""After this time lists are walked to their ends again. That finds entries that were inserted below known ones."""

NOT_A_REPORT_INTERVAL = timedelta(days=90)
"""A page that is no report is requested again after this time, or when its entry on the list or the rules have changed."""

_INDEX_PAGE = re.compile(r"/(?:index|default)\.[a-z]{2,5}$")

MAX_NOT_REPORTS = 20_000
"""Pages that are remembered as no reports, the latest. Beyond it the oldest are requested again."""


class Pages(Protocol):
    """What a visit needs of a `Fetcher`. Pages may come from elsewhere, as from a web archive."""

    async def get(
        self,
        request: str | ListRequest,
        validators: Validators | None = None,
        *,
        site: Site = ...,
        max_bytes: int | None = None,
    ) -> Capture:
        """Return the answer to a request. Raises FetchError."""

    async def page(
        self, request: str | ListRequest, validators: Validators | None = None, *, site: Site = ...
    ) -> Page:
        """Return the page at an address. Raises FetchError."""

    def spent(self, site: Site) -> str:
        """Return how a site has used up the budget of its entry; empty if it has not."""

    def given_up(self, site: Site) -> str:
        """Return why a site's proxy is not used any more; empty if it is."""


@dataclass(slots=True)
class Visit:
    """State of one site's visit."""

    site: Site
    fetcher: Pages
    archive: Archive | None  # None: a dry run, which only reads lists
    page_process: PageProcess
    full: bool = False  # request without validators
    halt: Halt = field(default_factory=Halt)
    keep_listings: bool = False  # and verdicts, for a caller who shows them; in a crawl they are too many
    memory: SiteMemory | None = None  # of the visit before
    walk_whole: bool = True  # walk every list to its end
    archived: tuple[Link, ...] = ()  # addresses of archived reports, to be requested again
    not_due: set[str] = field(default_factory=set)  # canonical addresses of gone reports, not yet to request
    requested: set[str] = field(default_factory=set)  # canonical addresses
    shown: set[str] = field(default_factory=set)  # canonical addresses on its lists, and those requested
    began_at: datetime | None = None  # start of this run; None where the archive notes no visits
    read_pages: set[ListRequest] = field(default_factory=set)  # pages of lists
    walks: dict[str, Walk] = field(default_factory=dict)  # by the address of the list's first page
    years: set[int] = field(default_factory=set)  # of the reports found on lists
    found: int = 0  # reports found on lists
    missed: list[Link] = field(default_factory=list)  # reports on lists that could not be fetched or read
    gone_keys: set[str] = field(default_factory=set)  # digests of the addresses of reports that are gone
    unread: list[tuple[str, str]] = field(
        default_factory=list
    )  # lists that state more than was read, and what
    held: frozenset[str] = frozenset()  # canonical addresses of the archived reports that are due
    not_reports: dict[str, str] = field(default_factory=dict)  # see SiteMemory
    list_keys: set[str] = field(init=False)  # of list pages that were read or are to be
    columns: list[Link] = field(default_factory=list)  # links to be fetched that may be lists themselves
    listings: list[Listing] = field(default_factory=list)
    verdicts: list[tuple[Link, Verdict]] = field(default_factory=list)
    frontier: deque[Link | ListStep] = field(init=False)  # steps still to be done, in order
    stopped: str = ""  # why this visit ended before its frontier was worked off, if not by the crawl's end
    resumed: bool = False  # an earlier run began this visit
    troubled: bool = False  # an outcome so far is trouble
    dried_up: bool = False
    requests: int = 0  # exchanges
    bytes: int = 0  # of their payloads
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.frontier = deque(first_steps(self.site))
        self.list_keys = set(map(list_key, self.site.lists))

    def resume(self, last: SiteVisit) -> bool:
        """Continue an earlier visit where it ended. Return False when it was killed or the site's entry has changed."""
        if not last.frontier or last.entries != tuple(start_urls([self.site])):
            return False
        self.frontier, self.resumed = deque(last.frontier), True
        self.found, self.years, self.troubled = last.found, set(last.years), last.troubled
        return True

    def spent(self) -> str:
        """Return why the visit must end before its frontier is worked off: budget or proxy; empty if it need not."""
        if len(self.shown) > MAX_SHOWN_ADDRESSES:
            return f"its lists show more than {MAX_SHOWN_ADDRESSES} addresses"
        used = self.fetcher.spent(self.site)
        return f"its budget is used up: {used}" if used else self.fetcher.given_up(self.site)

    def release(self) -> None:
        """Free the memory of a visit that has ended: thousands of visits end before their run does."""
        self.requested.clear()
        self.shown.clear()
        self.read_pages.clear()
        self.list_keys.clear()
        self.walks.clear()

    def load_past(self, memory: SiteMemory | None, watched: KnownPages, now: datetime) -> None:
        """Load what earlier visits saw: archived reports, missed reports, and lists unless they must be walked whole."""
        self.began_at = now
        self.archived = watched.due
        self.held = frozenset(canonical(link.url) for link in watched.due)
        self.not_due = set(watched.not_due)
        if memory is None:
            return
        self.memory, self.gone_keys = memory, set(memory.gone)
        self.not_reports = {
            key: day
            for key, day in memory.not_reports.items()
            if not _is_past(day, now, NOT_A_REPORT_INTERVAL)
        }
        self.frontier.extend(link for link in memory.missed if link not in self.frontier)
        since_full_walk = now - memory.walked_at  # negative: the clock was wrong then
        is_time = not timedelta(0) <= since_full_walk < FULL_WALK_INTERVAL
        self.walk_whole = self.full or is_time or memory.rules != rules_digest(self.site)

    def judge(self, title: str) -> Verdict:
        """Return the verdict on a title by the site's entry."""
        return judge_title(title, match=self.site.match, spans=self.site.spans)

    def note_no_report(self, link: Link) -> None:
        """Remember a page that is no report, so that later visits do not request it for some time.

        Not one that was archived as a report and may be one again, and not one that the site's entry names.
        """
        was_report = canonical(link.url) in self.held and self.judge(link.title).report
        if self.began_at is not None and not was_report:
            self.not_reports[self._page_key(link)] = self.began_at.date().isoformat()

    def is_no_report(self, link: Link) -> bool:
        """Whether an earlier visit read a page, with the same entry and by the same rules, and it was no report."""
        return not self.full and link.url not in self.site.pages and self._page_key(link) in self.not_reports

    def _page_key(self, link: Link) -> str:
        return page_key(link, f"{EXTRACTOR} {rules_digest(self.site)}")

    def walk(self, step: ListStep) -> Walk:
        """Return the walk of the list that a page belongs to; make it at the first page."""
        key = step.first.url
        if key not in self.walks:
            known = self.memory.lists.get(key) if self.memory and not self.walk_whole else None
            self.walks[key] = Walk(years=self.site.years, memory=known, partial=step.number > 1)
        return self.walks[key]

    def memory_after(self, now: datetime) -> SiteMemory:
        """Return what the next visit must know of this one and of those before."""
        lists: dict[str, ListMemory] = dict(self.memory.lists) if self.memory else {}
        if not self.dried_up:  # otherwise the next visit would accept the few reports left as all there are
            lists |= {key: walked for key, walk in self.walks.items() if (walked := walk.memory_after())}
        all_walked = self.walk_whole and not self.resumed and not self.frontier
        left = [step for step in self.frontier if isinstance(step, Link) and step.found_on]
        return SiteMemory(
            walked_at=now if all_walked or self.memory is None else self.memory.walked_at,
            rules=rules_digest(self.site),
            lists=lists,
            missed=tuple(dict.fromkeys((*self.missed, *left))),
            gone=frozenset(self.gone_keys),
            not_reports=dict(sorted(self.not_reports.items(), key=lambda item: item[1])[-MAX_NOT_REPORTS:]),
        )


def rules_digest(site: Site) -> str:
    """Return a digest of those keys of an entry that say which links are wanted. When it changes, lists are walked anew."""
    rules = (site.match, site.years, site.cms, site.urls, *(["spans"] if site.spans else []))
    return hashlib.sha256(repr(rules).encode()).hexdigest()[:12]


def _is_past(day: str, now: datetime, interval: timedelta) -> bool:
    """Whether a time has passed since a day. A day in the future was written by a wrong clock."""
    return not 0 <= (now.date() - date.fromisoformat(day[:10])).days < interval.days


def list_key(url: str) -> str:
    """Return the key of a list: its canonical address, without the name of an index page."""
    return _INDEX_PAGE.sub("/", canonical(url))


def note_outcome(visit: Visit, ending: Ending, url: str, detail: str, at: datetime | None = None) -> Outcome:
    """Return an outcome that stored no report. Note it in the archive if there is one."""
    outcome = Outcome(ending=ending, url=url, site_id=visit.site.id, detail=detail, at=at)
    return visit.archive.note(outcome) if visit.archive else outcome


def is_trouble(outcome: Outcome, site: Site) -> bool:
    """Whether somebody must look at an outcome. A report that is gone is news; a list that is gone is trouble."""
    return outcome.ending in TROUBLE_ENDINGS or (
        outcome.ending is Ending.GONE and outcome.url in list_urls(site)
    )


def fails_crawl(outcome: Outcome, site: Site | None, halt: Halt) -> bool:
    """Whether an outcome makes a crawl fail: trouble, or something left for the next crawl, unless it ends as planned.

    A limit of time or of requests is a plan. A signal is none, nor is the budget of a site or a proxy that fails.
    """
    if outcome.ending is Ending.LEFT:
        return not (halt.planned and outcome.detail.startswith(ENDED_BEFORE))
    return site is not None and is_trouble(outcome, site)
