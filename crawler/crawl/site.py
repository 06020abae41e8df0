"""One site: list → links → title filter → fetch → record → extract → store. One bad page never stops it."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime

from crawler.address import canonical
from crawler.archive import Archive
from crawler.crawl.halt import Halt
from crawler.discover import Verdict, discover, is_cut, judge_title
from crawler.errors import ArchiveError, ExpectationError, ExtractError, FetchError, Halted, NotAReport
from crawler.extract import extract, join_pages
from crawler.fetch import Fetcher
from crawler.model import (
    Capture,
    Clue,
    Ending,
    Link,
    Listing,
    ListRequest,
    ListStep,
    Outcome,
    Page,
    Rendering,
    Report,
    Site,
    SiteVisit,
)
from crawler.regions import region_of

ARTICLE_PAGES = 50
"""Pages that one article is followed for."""

LIST_PAGES = 200
"""Pages that one list is followed for; what has more is a trap, or wants a narrower list."""

TROUBLE = (Ending.FAILED, Ending.REFUSED, Ending.CHALLENGED, Ending.DRIED_UP)

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Visit:
    """One site's crawl under way: what it works with, what it has seen, and what it has still to ask for."""

    site: Site
    fetcher: Fetcher
    archive: Archive | None  # None: a dry run, that only reads lists
    full: bool = False  # ask without validators
    limit: int = LIST_PAGES
    halt: Halt = field(default_factory=Halt)
    keep: bool = False  # listings and verdicts, for who looks at them; in a crawl they fill the memory
    asked: set[str] = field(default_factory=set)  # canonical addresses
    read: set[ListRequest] = field(default_factory=set)  # pages of lists
    years: set[int] = field(default_factory=set)  # of the reports found on lists
    found: int = 0
    listings: list[Listing] = field(default_factory=list)
    verdicts: list[tuple[Link, Verdict]] = field(default_factory=list)
    frontier: deque[Link | ListStep] = field(init=False)
    troubled: bool = False
    requests: int = 0  # exchanges
    bytes: int = 0  # of their bodies
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.frontier = deque(_beginning(self.site))

    def forget(self) -> None:
        """Let go of what was read, once the visit has ended: thousands of visits end before their run does."""
        self.asked.clear()
        self.read.clear()

    def go_on(self, last: SiteVisit) -> bool:
        """Take up a visit where it was left; not when it was killed or the site's entry has changed since."""
        if not last.frontier or last.entries != tuple(entries([self.site])):
            return False
        self.frontier = deque(last.frontier)
        self.found, self.years, self.troubled = last.found, set(last.years), last.troubled
        return True


def _beginning(site: Site) -> list[Link | ListStep]:
    firsts = [ListRequest(url=url) for url in site.lists]
    return [
        *(ListStep(request=first, first=first) for first in firsts),
        *(Link(url=url, title="") for url in site.pages),
    ]


async def crawl_site(visit: Visit) -> AsyncGenerator[Outcome, None]:
    """One site: its lists page by page, the reports of each page as it is read, then the pages given outright.

    When the crawl is to end, so does this, with the rest in `visit.frontier`.
    """
    while visit.frontier and visit.halt.may_begin():
        step, ended = visit.frontier.popleft(), False
        work = _list_page(visit, step) if isinstance(step, ListStep) else _report(visit, step)
        try:
            with visit.halt.page():
                async with aclosing(_contained(visit, step.url, work)) as outcomes:
                    async for outcome in outcomes:
                        ended = True
                        yield outcome
        except (Halted, asyncio.CancelledError) as cut_short:
            if not ended:
                visit.frontier.appendleft(step)
            if not isinstance(cut_short, Halted):
                raise
    if not visit.frontier:
        try:
            _check_expectations(visit)
        except ExpectationError as error:
            yield noted(visit, Ending.DRIED_UP, front(visit.site), str(error))


async def _contained(
    visit: Visit, url: str, step: AsyncGenerator[Outcome, None]
) -> AsyncGenerator[Outcome, None]:
    """The boundary around each page: what no room foresaw fails this one, and no other."""
    try:
        async for outcome in step:
            yield outcome
    except (ArchiveError, Halted):
        raise
    except Exception as error:
        log.exception("a fault of ours", extra={"site": visit.site.id, "url": url})
        yield noted(visit, Ending.FAILED, url, f"a fault of ours, please report it: {error!r}")


async def _list_page(visit: Visit, page: ListStep) -> AsyncGenerator[Outcome, None]:
    """One page of a list; what it leads to is asked for next: its reports, then the page after it."""
    request = page.request
    if request in visit.read:
        return
    if page.number > visit.limit:
        detail = f"the list goes on after {visit.limit} pages; not followed"
        yield noted(visit, Ending.SKIPPED, request.url, detail)
        return
    visit.read.add(request)
    try:
        got = await visit.fetcher.page(request, site=visit.site)
    except FetchError as error:
        yield noted(visit, error.ending, request.url, _reason(error, canonical(request.url)))
        return
    listing = discover(got.body, got.headers, got.url, request=request, first=page.first, cms=visit.site.cms)
    wanted = _wanted(visit, listing)
    if visit.keep:
        visit.listings.append(listing)
    if listing.next is not None:
        visit.frontier.appendleft(ListStep(request=listing.next, first=page.first, number=page.number + 1))
    visit.frontier.extendleft(reversed(wanted))
    detail = f"{len(listing.links)} links, {len(wanted)} of them reports"
    if isinstance(got, Rendering):
        detail += f"; {got.note}"
    yield noted(visit, Ending.LISTED, request.url, detail, got.fetched_at)


def _wanted(visit: Visit, listing: Listing) -> list[Link]:
    """The links of a page that say they lead to a report of a year wanted, or whose cut title leaves it open."""
    wanted = []
    for link in listing.links:
        verdict = judge_title(link.title, match=visit.site.match)
        if visit.keep:
            visit.verdicts.append((link, verdict))
        if verdict.year is not None and verdict.year not in visit.site.years:
            continue
        if verdict.report or (is_cut(link.title) and may_be_report(link.title)):
            wanted.append(link)
            visit.found += verdict.report
            if verdict.year is not None and verdict.report:
                visit.years.add(verdict.year)
    return wanted


def may_be_report(cut_title: str) -> bool:
    """Whether a title cut for display could still be a report's: what is left of it is checked on the page itself."""
    return "法治" in cut_title or "依法行" in cut_title


async def _report(visit: Visit, link: Link) -> AsyncGenerator[Outcome, None]:
    """How the visit of one report's page ended; nothing when this crawl has asked for it before."""
    if (key := canonical(link.url)) in visit.asked:
        return
    visit.asked.add(key)
    try:
        yield await _visit(visit, link)
    except FetchError as error:
        yield noted(visit, error.ending, link.url, _reason(error, key))
    except NotAReport as error:
        yield noted(visit, Ending.SKIPPED, link.url, error.reason)
    except ExtractError as error:
        yield noted(visit, Ending.FAILED, link.url, error.reason)


def _reason(error: FetchError, key: str) -> str:
    """Why an address could not be had, and where that was, if elsewhere: a redirect's target, a further page."""
    return error.reason if canonical(error.url) == key else f"{error.url}: {error.reason}"


async def _visit(visit: Visit, link: Link) -> Outcome:
    if visit.archive is None:
        return noted(visit, Ending.SKIPPED, link.url, f"dry run; would be fetched: {link.title}")
    validators = None if visit.full else visit.archive.validators(link.url)
    page = await visit.fetcher.page(link.url, validators, site=visit.site)
    if isinstance(page, Capture) and page.status == 304:
        return visit.archive.confirm(link.url, page, visit.site)
    report = understand(read_page(page, visit.site), link, visit.site)
    further = await _further_pages(visit, report)
    whole = join_pages([report, *(each for each, _ in further)])
    return visit.archive.store(whole, page, visit.site, further=[each for _, each in further])


async def _further_pages(visit: Visit, report: Report) -> list[tuple[Report, Page]]:
    """The pages after the first of an article set on several. One that cannot be had fails the article, not half of it."""
    pages: list[tuple[Report, Page]] = []
    seen = {canonical(report.url or "")}
    following = report.continues
    while following and canonical(following) not in seen and len(pages) < ARTICLE_PAGES:
        seen.add(canonical(following))
        page = await visit.fetcher.page(following, site=visit.site)
        pages.append((read_page(page, visit.site), page))
        following = pages[-1][0].continues
    visit.asked |= seen
    return pages


def read_page(page: Page, site: Site) -> Report:
    """What a page of a site says, by itself, and that it was drawn by a browser where it was."""
    report = extract(page.body, page.headers, page.url, hint=site.body)
    if not isinstance(page, Rendering):
        return report
    drawn = Clue(field="body", value=page.browser, weight=1.0, where=page.note)
    return replace(report, clues=(*report.clues, drawn))


def understand(report: Report, link: Link, site: Site) -> Report:
    """What a page says as a report of a site, with what the link and the site know where the page is silent.

    Raises NotAReport when neither the page's title nor the link's names one, or the year is not wanted.
    """
    on_page = judge_title(report.title, match=site.match)
    on_list = judge_title(link.title, match=site.match)
    if not on_page.report:
        if not on_list.report:
            raise NotAReport(report.url, f"no report: its title is {report.title!r}: {on_page.why}")
        report = replace(report, title=link.title)
    year = on_page.year or on_list.year or report.year
    if year is not None and year not in site.years:
        raise NotAReport(report.url, f"a report on {year}, and {site.years} is wanted")
    issuer = report.issuer or site.name
    region = region_of(issuer, within=site.region) or site.region
    return replace(report, year=year, issuer=issuer, region=region)


def _check_expectations(visit: Visit) -> None:
    expect = visit.site.expect
    if expect is None:
        return
    missing = sorted(set(expect.years) - visit.years)
    if missing:
        found = ", ".join(map(str, sorted(visit.years))) or "none"
        raise ExpectationError(visit.site.id, f"reports on {', '.join(map(str, missing))}", found)
    if visit.found < expect.least:
        raise ExpectationError(visit.site.id, f"at least {expect.least} reports", str(visit.found))


def noted(visit: Visit, ending: Ending, url: str, detail: str, at: datetime | None = None) -> Outcome:
    """An outcome that stored nothing, kept in the archive if there is one."""
    outcome = Outcome(ending=ending, url=url, site_id=visit.site.id, detail=detail, at=at)
    return visit.archive.note(outcome) if visit.archive else outcome


def is_trouble(outcome: Outcome, site: Site) -> bool:
    """Whether an outcome is something to look after. A report that is gone is news; a list that is gone is trouble."""
    return outcome.ending in TROUBLE or (outcome.ending is Ending.GONE and outcome.url in site.lists)


def front(site: Site) -> str:
    """The address that stands for a site: its first."""
    return next(iter(entries([site])), "")


def entries(sites: Iterable[Site]) -> list[str]:
    """The addresses that a crawl of these sites begins with."""
    return [url for site in sites for url in (*site.lists, *site.pages)]
