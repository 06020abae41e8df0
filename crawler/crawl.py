"""The pipeline: list → links → title filter → fetch → record → extract → store, as a stream of Outcomes.

Every address asked for ends as one Outcome. One bad page never stops a site, one bad site never stops a crawl.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime

from crawler.address import canonical
from crawler.archive import Archive
from crawler.discover import Verdict, discover, is_cut, judge_title
from crawler.errors import ArchiveError, ExpectationError, ExtractError, FetchError, NotAReport
from crawler.extract import extract, join_pages
from crawler.fetch import Fetcher, Replay
from crawler.model import Capture, Ending, Link, Listing, ListRequest, Outcome, Report, Site
from crawler.regions import region_of

ARTICLE_PAGES = 50
"""Pages that one article is followed for."""

LIST_PAGES = 200
"""Pages that one list is followed for; what has more is a trap, or wants a narrower list."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Visit:
    """One site's crawl under way: what it works with and what it has seen."""

    site: Site
    fetcher: Fetcher
    archive: Archive | None  # None: a dry run, that only reads lists
    full: bool = False  # ask without validators
    limit: int = LIST_PAGES
    asked: set[str] = field(default_factory=set)  # canonical addresses
    years: set[int] = field(default_factory=set)  # of the reports found on lists
    found: int = 0
    listings: list[Listing] = field(default_factory=list)
    verdicts: list[tuple[Link, Verdict]] = field(default_factory=list)


async def crawl(
    sites: Sequence[Site],
    *,
    fetcher: Fetcher,
    archive: Archive | None,
    full: bool = False,
    replay: Replay | None = None,
    at_once: int = 16,
) -> AsyncGenerator[Outcome, None]:
    """Outcomes of many sites as they come, at most `at_once` sites at a time. Raises ArchiveError only.

    With `replay`, a site of which nothing is saved ends as one `skipped`.
    """
    queue: asyncio.Queue[Outcome | None] = asyncio.Queue(maxsize=at_once)
    slots = asyncio.Semaphore(at_once)

    async def one(site: Site) -> None:
        async with slots, aclosing(_guarded(Visit(site, fetcher, archive, full), replay)) as outcomes:
            async for outcome in outcomes:
                await queue.put(outcome)

    async def everything() -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for site in sites:
                    group.create_task(one(site))
        finally:
            await queue.put(None)

    work = asyncio.create_task(everything())
    try:
        while (outcome := await queue.get()) is not None:
            yield outcome
        await work
    except BaseExceptionGroup as group:
        if (fatal := group.subgroup(ArchiveError)) is not None:
            raise fatal.exceptions[0] from None  # one is enough: nothing more can be kept
        raise
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def _guarded(visit: Visit, replay: Replay | None) -> AsyncGenerator[Outcome, None]:
    """A site's outcomes; one `skipped` for a site that a replay holds nothing of."""
    site = visit.site
    if replay is not None and not any(replay.holds(url) for url in (*site.lists, *site.pages)):
        yield Outcome(ending=Ending.SKIPPED, url=_front(site), site_id=site.id, detail=NOTHING_SAVED)
        return
    async for outcome in _contained(visit, _front(site), crawl_site(visit)):
        yield outcome


async def _contained(
    visit: Visit, url: str, step: AsyncGenerator[Outcome, None]
) -> AsyncGenerator[Outcome, None]:
    """The boundary around a site and around each page: what no room foresaw fails this one, and no other."""
    try:
        async for outcome in step:
            yield outcome
    except ArchiveError:
        raise
    except Exception as error:
        log.exception("%s: %s: a fault of ours", visit.site.id, url)
        yield _noted(visit, Ending.FAILED, url, f"a fault of ours, please report it: {error!r}")


NOTHING_SAVED = "nothing of this site is saved here"


async def crawl_site(visit: Visit) -> AsyncGenerator[Outcome, None]:
    """One site: its lists page by page, the reports of each page as it is read, then the pages given outright."""
    for url in visit.site.lists:
        async for outcome in _walk(visit, url):
            yield outcome
    for url in visit.site.pages:
        async for given in _contained(visit, url, _report(visit, Link(url=url, title=""))):
            yield given
    try:
        _check_expectations(visit)
    except ExpectationError as error:
        yield _noted(visit, Ending.DRIED_UP, _front(visit.site), str(error))


async def _walk(visit: Visit, url: str) -> AsyncGenerator[Outcome, None]:
    """A list from its first page to its last, each page's reports after the page itself."""
    first = ListRequest(url=url)
    request: ListRequest | None = first
    pages: set[ListRequest] = set()
    while request is not None and request not in pages:
        if len(pages) >= visit.limit:
            yield _noted(
                visit,
                Ending.SKIPPED,
                request.url,
                f"the list goes on after {visit.limit} pages; not followed",
            )
            return
        pages.add(request)
        try:
            capture = await visit.fetcher.get(request, site=visit.site)
        except FetchError as error:
            yield _noted(visit, error.ending, request.url, error.reason)
            return
        listing = discover(
            capture.body, capture.headers, capture.url, request=request, first=first, cms=visit.site.cms
        )
        wanted = _wanted(visit, listing)
        visit.listings.append(listing)
        detail = f"{len(listing.links)} links, {len(wanted)} of them reports"
        yield _noted(visit, Ending.LISTED, request.url, detail, capture.fetched_at)
        for link in wanted:
            async for outcome in _contained(visit, link.url, _report(visit, link)):
                yield outcome
        request = listing.next


def _wanted(visit: Visit, listing: Listing) -> list[Link]:
    """The links of a page that say they lead to a report of a year wanted, or whose cut title leaves it open."""
    wanted = []
    for link in listing.links:
        verdict = judge_title(link.title, match=visit.site.match)
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
        where = "" if canonical(error.url) == key else f"{error.url}: "  # a redirect's target, a further page
        yield _noted(visit, error.ending, link.url, where + error.reason)
    except NotAReport as error:
        yield _noted(visit, Ending.SKIPPED, link.url, error.reason)
    except ExtractError as error:
        yield _noted(visit, Ending.FAILED, link.url, error.reason)


async def _visit(visit: Visit, link: Link) -> Outcome:
    if visit.archive is None:
        return _noted(visit, Ending.SKIPPED, link.url, f"dry run; would be fetched: {link.title}")
    validators = None if visit.full else visit.archive.validators(link.url)
    capture = await visit.fetcher.get(link.url, validators, site=visit.site)
    if capture.status == 304:
        return visit.archive.confirm(link.url, capture, visit.site)
    report = understand(read_page(capture, visit.site), link, visit.site)
    whole = join_pages([report, *await _further_pages(visit, report)])
    return visit.archive.store(whole, capture, visit.site)


async def _further_pages(visit: Visit, report: Report) -> list[Report]:
    """The pages after the first of an article set on several. One that cannot be had fails the article, not half of it."""
    pages: list[Report] = []
    seen = {canonical(report.url or "")}
    following = report.continues
    while following and canonical(following) not in seen and len(pages) < ARTICLE_PAGES:
        seen.add(canonical(following))
        pages.append(read_page(await visit.fetcher.get(following, site=visit.site), visit.site))
        following = pages[-1].continues
    visit.asked |= seen
    return pages


def read_page(capture: Capture, site: Site) -> Report:
    """What a page of a site says, by itself."""
    return extract(capture.body, capture.headers, capture.url, hint=site.body)


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


def _noted(visit: Visit, ending: Ending, url: str, detail: str, at: datetime | None = None) -> Outcome:
    outcome = Outcome(ending=ending, url=url, site_id=visit.site.id, detail=detail, at=at)
    return visit.archive.note(outcome) if visit.archive else outcome


def _front(site: Site) -> str:
    return next(iter((*site.lists, *site.pages)), "")


def entries(sites: Iterable[Site]) -> list[str]:
    """The addresses that a crawl of these sites begins with."""
    return [url for site in sites for url in (*site.lists, *site.pages)]
