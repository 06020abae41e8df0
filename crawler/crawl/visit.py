"""One site's crawl under way: what it works with, what it has seen, what it has still to ask for."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from crawler.archive import Archive, KnownPages
from crawler.crawl.halt import Halt
from crawler.crawl.page_process import Readers
from crawler.discover import ListMemory, SiteMemory, Verdict, Walk, search_page
from crawler.fetch import Fetcher
from crawler.model import Ending, Link, Listing, ListKind, ListRequest, ListStep, Outcome, Site, SiteVisit

TROUBLE = (Ending.FAILED, Ending.REFUSED, Ending.CHALLENGED, Ending.SHRUNK, Ending.DRIED_UP)

WHOLE_EVERY = timedelta(days=30)
"""After so long lists are walked to their ends again: what was put in below their tops is found then."""


@dataclass(slots=True)
class Visit:
    """One site's crawl under way."""

    site: Site
    fetcher: Fetcher
    archive: Archive | None  # None: a dry run, that only reads lists
    full: bool = False  # ask without validators
    halt: Halt = field(default_factory=Halt)
    readers: Readers = field(default_factory=Readers.only_here)
    keep: bool = False  # listings and verdicts, for who looks at them; in a crawl they fill the memory
    memory: SiteMemory | None = None
    whole: bool = True  # walk every list to its end
    known: tuple[Link, ...] = ()  # addresses of reports that are held, to be asked for again
    resting: set[str] = field(
        default_factory=set
    )  # canonical addresses of reports that are gone, to be asked for later
    asked: set[str] = field(default_factory=set)  # canonical addresses
    shown: set[str] = field(default_factory=set)  # canonical addresses on its lists and of what was asked for
    began_at: datetime | None = None  # when this run began, in a visit that is kept
    read: set[ListRequest] = field(default_factory=set)  # pages of lists
    walks: dict[str, Walk] = field(default_factory=dict)  # by the address of the first page
    years: set[int] = field(default_factory=set)  # of the reports found on lists
    found: int = 0
    owed: list[Link] = field(default_factory=list)  # reports found on lists that could not be had
    gone: set[str] = field(default_factory=set)  # digests of reports' addresses
    listings: list[Listing] = field(default_factory=list)
    verdicts: list[tuple[Link, Verdict]] = field(default_factory=list)
    frontier: deque[Link | ListStep] = field(init=False)
    went_on: bool = False  # an earlier run began it
    troubled: bool = False
    dried_up: bool = False
    requests: int = 0  # exchanges
    bytes: int = 0  # of their bodies
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.frontier = deque(_beginning(self.site))

    def go_on(self, last: SiteVisit) -> bool:
        """Take up a visit where it was left; not when it was killed or the site's entry has changed since."""
        if not last.frontier or last.entries != tuple(entries([self.site])):
            return False
        self.frontier, self.went_on = deque(last.frontier), True
        self.found, self.years, self.troubled = last.found, set(last.years), last.troubled
        return True

    def forget(self) -> None:
        """Let go of what was read, once the visit has ended: thousands of visits end before their run does."""
        self.asked.clear()
        self.shown.clear()
        self.read.clear()
        self.walks.clear()

    def remember(self, memory: SiteMemory | None, watched: KnownPages, now: datetime) -> None:
        """Take in what earlier visits saw: reports held, reports owed, and lists, unless it is time to walk them whole."""
        self.began_at = now
        self.known = watched.due
        self.resting = set(watched.not_due)
        if memory is None:
            return
        self.memory, self.gone = memory, set(memory.gone)
        self.frontier.extend(link for link in memory.owed if link not in self.frontier)
        is_time = (
            not timedelta(0) <= now - memory.walked_at < WHOLE_EVERY
        )  # a walk in the future had a wrong clock
        self.whole = self.full or is_time or memory.rules != rules(self.site)

    def walk(self, step: ListStep) -> Walk:
        """The walk of the list that a page belongs to."""
        key = step.first.url
        if key not in self.walks:
            known = self.memory.lists.get(key) if self.memory and not self.whole else None
            self.walks[key] = Walk(years=self.site.years, memory=known, begun=step.number > 1)
        return self.walks[key]

    def lesson(self, now: datetime) -> SiteMemory:
        """What the next visit is to know."""
        lists: dict[str, ListMemory] = dict(self.memory.lists) if self.memory else {}
        if not self.dried_up:  # else the next visit would take what is left for what there is
            lists |= {key: learnt for key, walk in self.walks.items() if (learnt := walk.lesson())}
        all_walked = self.whole and not self.went_on and not self.frontier
        left = [step for step in self.frontier if isinstance(step, Link) and step.found_on]
        return SiteMemory(
            walked_at=now if all_walked or self.memory is None else self.memory.walked_at,
            rules=rules(self.site),
            lists=lists,
            owed=tuple(dict.fromkeys((*self.owed, *left))),
            gone=frozenset(self.gone),
        )


def rules(site: Site) -> str:
    """A digest of what an entry says of the links that are wanted. When it changes, what is known says nothing."""
    said = (site.match, site.years, site.cms, site.urls)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:12]


def _beginning(site: Site) -> list[Link | ListStep]:
    return [
        *(_first(ListRequest(url=url)) for url in site.lists),
        *(_first(ListRequest(url=url), "sitemap") for url in site.sitemaps),
        *_search(site),
        *(Link(url=url, title="") for url in site.pages),
    ]


def _first(request: ListRequest, kind: ListKind = "list") -> ListStep:
    return ListStep(request=request, first=request, kind=kind)


def _search(site: Site) -> Iterable[ListStep]:
    if site.search and (request := search_page(site.search, 1)):
        yield ListStep(request=request, first=ListRequest(url=site.search), kind="search")


def noted(visit: Visit, ending: Ending, url: str, detail: str, at: datetime | None = None) -> Outcome:
    """An outcome that stored nothing, kept in the archive if there is one."""
    outcome = Outcome(ending=ending, url=url, site_id=visit.site.id, detail=detail, at=at)
    return visit.archive.note(outcome) if visit.archive else outcome


def is_trouble(outcome: Outcome, site: Site) -> bool:
    """Whether an outcome is something to look after. A report that is gone is news; a list that is gone is trouble."""
    return outcome.ending in TROUBLE or (outcome.ending is Ending.GONE and outcome.url in lists_of(site))


def lists_of(site: Site) -> list[str]:
    """The addresses that a site's lists begin with."""
    return [step.url for step in _beginning(site) if isinstance(step, ListStep)]


def front(site: Site) -> str:
    """The address that stands for a site: its first."""
    return next(iter(entries([site])), "")


def entries(sites: Iterable[Site]) -> list[str]:
    """The addresses that a crawl of these sites begins with."""
    return [step.url for site in sites for step in _beginning(site)]
