"""A page of a list: fetched, understood, and what it leads to put in the order of asking."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace

from crawler.address import canonical
from crawler.crawl.visit import Visit, noted
from crawler.discover import (
    End,
    Verdict,
    Walk,
    discover,
    is_cut,
    judge_title,
    link_key,
    may_be_report,
    search_page,
)
from crawler.errors import ExtractError, FetchError
from crawler.model import Ending, Link, Listing, ListStep, Outcome, Page, Rendering

LINKS = 5000
"""Links of one page that are looked at; an honest list has tens."""


async def list_page(visit: Visit, page: ListStep) -> AsyncGenerator[Outcome, None]:
    """One page of a list; what it leads to is asked for next: its reports, then the page after it."""
    request = page.request
    if request in visit.read:
        return
    visit.read.add(request)
    try:
        got = await visit.fetcher.page(request, site=visit.site)
        whole = await _listing(visit, page, got)
    except FetchError as error:
        yield noted(visit, error.ending, request.url, error.reason)
        return
    except ExtractError as error:
        yield noted(visit, Ending.FAILED, request.url, error.reason)
        return
    most = None if page.kind == "sitemap" else LINKS  # sitemaps have a limit of their own
    listing = replace(whole, links=whole.links[:most])
    walk = visit.walk(page)
    visit.shown.update(canonical(link.url) for link in listing.links)
    wanted = list(_wanted(visit, listing, page, walk))
    end = walk.read(listing, request, page.number)
    _count(visit, walk, end)
    if visit.keep:
        visit.listings.append(listing)
    visit.frontier.extendleft(reversed([*wanted, *_following(page, listing, end)]))
    said = [listing.fault] if listing.fault else []
    said += [f"{len(whole.links)} links, {len(wanted)} of them reports"]
    said += [f"no more than {most} looked at"] if listing.links != whole.links else []
    said += [f"not followed further: {end.why}"] if end and end.early else []
    said += [got.note] if isinstance(got, Rendering) else []
    if listing.fault:
        walk.begun = True  # what it showed is not what it has: nothing is remembered of it
    ending = Ending.FAILED if listing.fault else Ending.LISTED
    yield noted(visit, ending, request.url, "; ".join(said), got.fetched_at)
    endless = page.kind == "search"  # it has a next page as long as it is asked
    if end and end.trap and listing.next and not endless:
        yield noted(visit, Ending.SKIPPED, listing.next.url, f"not followed: {end.why}")


async def _listing(visit: Visit, page: ListStep, got: Page) -> Listing:
    listing = await visit.readers.read(
        discover,
        got.body,
        got.headers,
        got.url,
        request=page.request,
        first=page.first,
        cms=visit.site.cms if page.kind == "list" else None,
        sitemap=page.kind == "sitemap",
    )
    if page.kind != "search":
        return listing
    following = search_page(page.first.url, page.number + 1) if listing.links else None
    return Listing(links=listing.links, next=following, cms="search", fault=listing.fault)


def _following(page: ListStep, listing: Listing, end: End | None) -> Iterator[ListStep]:
    """The page after this one, if it is wanted, and the lists that this one names."""
    if listing.next is not None and end is None:
        yield ListStep(request=listing.next, first=page.first, number=page.number + 1, kind=page.kind)
    for other in listing.others:
        yield ListStep(request=other, first=other, kind=page.kind)


def _wanted(visit: Visit, listing: Listing, page: ListStep, walk: Walk) -> Iterator[Link]:
    """The links of a page that lead to a report of a year wanted, or may do so."""
    for link in listing.links:
        verdict = _verdict(visit, link, page)
        if visit.keep:
            visit.verdicts.append((link, verdict))
        if verdict.year is not None and verdict.year not in visit.site.years:
            continue
        if verdict.report:
            if walk.memory is not None and walk.fresh(link):
                visit.resting.discard(canonical(link.url))  # it was dropped, and stands on the list again
            walk.reports[link_key(link)] = verdict.year
            yield link
        elif may_lead_to_one(visit, link) and walk.fresh(link):
            yield link


def _verdict(visit: Visit, link: Link, page: ListStep) -> Verdict:
    if not link.title:
        return Verdict(False, None, "its list gives no title")
    return judge_title(link.title, match=visit.site.match)


def may_lead_to_one(visit: Visit, link: Link) -> bool:
    """Whether a link whose list does not say what it leads to is worth a look. Such a look is taken once."""
    if link.title:
        return is_cut(link.title) and may_be_report(link.title)
    recent = link.date is None or link.date >= f"{visit.site.years.first}-10-01"
    return visit.site.urls is not None and recent and bool(re.search(visit.site.urls, link.url))


def _count(visit: Visit, walk: Walk, end: End | None) -> None:
    """The site's reports so far; where a list was not walked to its end, those known from further down count too."""
    if end is not None and end.early and walk.memory is not None:
        walk.reports = dict(walk.memory.reports) | walk.reports
    reports = {key: year for each in visit.walks.values() for key, year in each.reports.items()}
    visit.found = max(visit.found, len(reports))
    visit.years.update(year for year in reports.values() if year is not None)
