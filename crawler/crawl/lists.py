"""Do one list step: fetch a page of a list, parse it, and put its reports and its next page into the frontier.

`crawler.discover` parses the page and judges titles; here the verdicts become steps. `reports` fetches the reports.
"""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace

from crawler.address import canonical
from crawler.crawl.columns import MAX_COLUMNS, is_column, is_full, queue
from crawler.crawl.first_steps import list_urls
from crawler.crawl.visit import MAX_WAITING_STEPS, Visit, list_key, note_outcome
from crawler.discover import (
    End,
    Verdict,
    Walk,
    address_key,
    discover,
    is_cut,
    link_key,
    may_be_report,
    search_page,
)
from crawler.errors import ExtractError, FetchError, Halted, ProxyGivenUp
from crawler.field.counting import counted
from crawler.model import Ending, Link, Listing, ListStep, News, Outcome, Page, Rendering

log = logging.getLogger(__name__)

MAX_URL_CHARS = 2048
"""Addresses of a sitemap that are longer are not looked at: sitemaps.org allows no longer ones."""

MAX_LINKS_PER_PAGE = 5000
"""Further links of a page are ignored. A page of a list has tens."""

MAX_LINKS_PER_SITEMAP = 50_000
"""The limit of sitemaps.org. Further links are ignored."""


async def list_page(visit: Visit, page: ListStep, got: Page | None = None) -> AsyncGenerator[Outcome, None]:
    """Read one page of a list, yield its Outcome, and put first into the frontier its reports and the page after it.

    Lists that it names come last. `got`: the page, if it was fetched already.
    """
    request = page.request
    if request in visit.read_pages:
        return
    visit.read_pages.add(request)
    visit.list_keys.add(list_key(request.url))
    try:
        got = got or await visit.fetcher.page(request, site=visit.site)
        whole = await _listing(visit, page, got)
    except Halted:
        visit.read_pages.discard(request)  # it is put back into the frontier
        raise
    except ProxyGivenUp as error:  # no fault of the site: its visit ends, and goes on here next time
        raise Halted(error.reason) from error
    except FetchError as error:
        yield _missed(visit, request.url, error)
        return
    except ExtractError as error:
        yield note_outcome(visit, Ending.FAILED, request.url, error.reason)
        return
    visit.gone_keys.discard(address_key(request.url))
    limit = MAX_LINKS_PER_SITEMAP if page.kind == "sitemap" else MAX_LINKS_PER_PAGE
    listing = replace(whole, links=whole.links[:limit])
    walk = visit.walk(page)
    visit.shown.update(canonical(link.url) for link in listing.links)
    visit.list_keys.add(list_key(got.url))
    wanted = list(_wanted(visit, listing, page, walk))
    columns = list(_columns(visit, listing))
    known = sum(map(visit.is_no_report, wanted))
    end = walk.add_page(listing, request, page.number)
    _count_reports(visit, walk, end)
    if visit.keep_listings:
        visit.listings.append(listing)
    steps: list[Link | ListStep] = [*wanted, *_further_pages(page, listing, end)]
    room = max(MAX_WAITING_STEPS - len(visit.frontier), 0)
    if len(steps) > room:
        fault = (
            f"{len(steps) - room} of its addresses are dropped: more than {MAX_WAITING_STEPS} wait already"
        )
        listing = replace(listing, fault=listing.fault or fault)
    visit.frontier.extendleft(reversed(steps[:room]))
    visit.frontier.extend(columns)
    details = [listing.fault] if listing.fault else []
    details += [f"{counted(len(whole.links), 'link')}, {len(wanted)} of them reports"]
    details += [f"{known} of them were read before and are none"] if known else []
    details += [f"{len(columns)} have the name of a column and are fetched to see"] if columns else []
    details += [f"no more than {MAX_COLUMNS} columns are fetched"] if columns and is_full(visit) else []
    details += [f"only the first {limit} were read"] if listing.links != whole.links else []
    details += [f"not followed further: {end.why}"] if end and end.early else []
    if end and end.unread and page.kind == "list":
        details.append(end.unread)
        visit.unread.append((request.url, end.unread))
        log.warning(
            "list not read to its end", extra={"site": visit.site.id, "url": request.url, "why": end.unread}
        )
    details += [got.note] if isinstance(got, Rendering) else []
    if listing.fault:
        walk.partial = True  # the page is not whole, so nothing is remembered of its list
    ending = Ending.FAILED if listing.fault else Ending.LISTED
    unread = bool(end and end.unread and page.kind == "list")
    yield replace(note_outcome(visit, ending, request.url, "; ".join(details), got.fetched_at), unread=unread)
    endless = page.kind == "search"  # a search answers every page number
    if end and end.trap and listing.next and not endless:
        yield note_outcome(visit, Ending.SKIPPED, listing.next.url, f"not followed: {end.why}")


def _missed(visit: Visit, url: str, error: FetchError) -> Outcome:
    """Return the outcome of a page of a list that could not be fetched. One that is gone is news until the next visit."""
    outcome = note_outcome(visit, error.ending, url, error.reason)
    if outcome.ending is not Ending.GONE:
        return outcome
    key = address_key(url)
    again = outcome.as_before if url in list_urls(visit.site) else key in visit.gone_keys
    visit.gone_keys.add(key)
    return replace(outcome, news=News.LIST_GONE, as_before=again)


async def _listing(visit: Visit, page: ListStep, got: Page) -> Listing:
    listing = await visit.page_process.run(
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


def _further_pages(page: ListStep, listing: Listing, end: End | None) -> Iterator[ListStep]:
    """Yield the page after this one, unless the walk ends here, and the further lists that this one names."""
    if listing.next is not None and end is None:
        yield ListStep(request=listing.next, first=page.first, number=page.number + 1, kind=page.kind)
    for other in listing.others:
        yield ListStep(request=other, first=other, kind=page.kind)


def _wanted(visit: Visit, listing: Listing, page: ListStep, walk: Walk) -> Iterator[Link]:
    """Yield the links of a page that lead, or may lead, to a report of a year wanted."""
    for link in listing.links:
        verdict = _verdict(visit, link, page)
        if visit.keep_listings:
            visit.verdicts.append((link, verdict))
        if verdict.year is not None and verdict.year not in visit.site.years:
            continue
        if verdict.report:
            if walk.memory is not None and walk.is_new(link):
                visit.not_due.discard(canonical(link.url))  # its entry was removed and is on the list again
            walk.reports[link_key(link)] = verdict.year
            yield link
        elif may_lead_to_one(visit, link) and walk.is_new(link):
            yield link


def _columns(visit: Visit, listing: Listing) -> Iterator[Link]:
    """Yield the links of a page that have a column's name and were not seen in this visit."""
    for link in listing.links:
        if link.title and is_column(visit, link) and queue(visit, link):
            yield link


def _verdict(visit: Visit, link: Link, page: ListStep) -> Verdict:
    if not link.title:
        return Verdict(False, None, "its list gives no title")
    return visit.judge(link.title)


def may_lead_to_one(visit: Visit, link: Link) -> bool:
    """Whether a link with a cut title or without one may lead to a report. Its page is then fetched once to find out."""
    if link.title:
        return is_cut(link.title) and may_be_report(link.title)
    recent = link.date is None or link.date >= f"{visit.site.years.first}-10-01"
    wanted = (
        visit.site.urls is not None
        and len(link.url) <= MAX_URL_CHARS
        and re.search(visit.site.urls, link.url)
    )
    return recent and bool(wanted)


def _count_reports(visit: Visit, walk: Walk, end: End | None) -> None:
    """Update the site's reports found so far. Of a list not walked to its end, the known reports below count too."""
    if end is not None and end.early and walk.memory is not None:
        walk.reports = dict(walk.memory.reports) | walk.reports
    reports = {key: year for each in visit.walks.values() for key, year in each.reports.items()}
    visit.found = max(visit.found, len(reports))
    visit.years.update(year for year in reports.values() if year is not None)
