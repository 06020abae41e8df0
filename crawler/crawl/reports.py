"""The visit of one report's page: fetched, understood, kept."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import NamedTuple

from crawler.address import canonical
from crawler.crawl.visit import Visit, noted
from crawler.discover import address_key, judge_title, link_key
from crawler.errors import ExtractError, FetchError, Gone, NotAReport, NotSaved
from crawler.extract import check_whole, extract, join_pages
from crawler.field.regions import region_of
from crawler.model import Capture, Clue, Ending, Link, Outcome, Page, Rendering, Report, Site

ARTICLE_PAGES = 50
"""Further pages that one article is followed for. One with more is not kept."""


async def report(visit: Visit, link: Link) -> AsyncGenerator[Outcome, None]:
    """How the visit of one report's page ended; nothing when this crawl has asked for it before, or when it is gone and
    not yet to be asked for again.
    """
    if (key := canonical(link.url)) in visit.asked or key in visit.resting:
        return
    visit.asked.add(key)
    visit.shown.add(key)
    try:
        outcome = await _visit(visit, link)
        visit.gone -= _keys(link)
        yield outcome
    except FetchError as error:
        before = visit.memory.gone if visit.memory else frozenset()
        _not_had(visit, link, error)
        where = "" if canonical(error.url) == key else f"{error.url}: "  # a redirect's target, a further page
        outcome = noted(visit, error.ending, link.url, where + error.reason)
        again = outcome.ending is Ending.GONE and not before.isdisjoint(_keys(link))
        yield replace(outcome, as_before=again and outcome.version is None)  # that it is confirmed is news
    except NotAReport as error:
        yield noted(visit, Ending.SKIPPED, link.url, error.reason)
    except ExtractError as error:
        _not_had(visit, link, error)
        yield noted(visit, Ending.FAILED, link.url, error.reason)


def _keys(link: Link) -> set[str]:
    """Those that a report is remembered by when it is gone: of its list's entry, and of its address."""
    return {link_key(link), address_key(link.url)}


def _not_had(visit: Visit, link: Link, error: FetchError | ExtractError) -> None:
    """A list's entry that could not be had is owed: the next visit asks for it, wherever in the list it stands by then."""
    if isinstance(error, Gone):
        visit.gone |= _keys(link)
    elif link.found_on and not isinstance(error, NotSaved):
        visit.owed.append(link)


async def _visit(visit: Visit, link: Link) -> Outcome:
    if visit.archive is None:
        return noted(visit, Ending.SKIPPED, link.url, f"dry run; would be fetched: {link.title}")
    validators = None if visit.full else visit.archive.validators(link.url)
    page = await visit.fetcher.page(link.url, validators, site=visit.site)
    if isinstance(page, Capture) and page.status == 304:
        return visit.archive.confirm(link.url, page, visit.site)
    article, note = await _article(visit, link, page), ""
    if short := visit.archive.describe_truncation(article.report, article.page):
        page = await visit.fetcher.page(link.url, site=visit.site)
        article, note = await _article(visit, link, page), f"asked for twice; the first answer: {short}"
    return visit.archive.store(
        article.report, article.page, visit.site, further=article.further, shown=visit.shown, note=note
    )


class _Article(NamedTuple):
    """An article, whole, and the pages it was read from."""

    report: Report
    page: Page
    further: list[Page]


async def _article(visit: Visit, link: Link, page: Page) -> _Article:
    first = understand(await _read(visit, page), link, visit.site)
    further = await _further_pages(visit, first)
    whole = join_pages([first, *(each for each, _ in further)])
    check_whole(whole)
    return _Article(whole, page, [each for _, each in further])


async def _further_pages(visit: Visit, first: Report) -> list[tuple[Report, Page]]:
    """The pages after the first of an article set on several. One that cannot be had fails the article, not half of it."""
    pages: list[tuple[Report, Page]] = []
    seen = {canonical(first.url or "")}
    following = first.continues
    while following and canonical(following) not in seen and len(pages) < ARTICLE_PAGES:
        seen.add(canonical(following))
        try:
            page = await visit.fetcher.page(following, site=visit.site)
        except Gone as gone:  # the article is there, but cannot be had whole
            raise FetchError(gone.url, f"a further page of the article: {gone.reason}") from gone
        pages.append((await _read(visit, page), page))
        following = pages[-1][0].continues
    if following and canonical(following) in seen:  # the last page leads back to the first
        pages[-1:] = [(replace(report, continues=None), page) for report, page in pages[-1:]]
    visit.asked |= seen
    return pages


async def _read(visit: Visit, page: Page) -> Report:
    report = await visit.readers.read(
        extract, page.body, page.headers, page.url, hint=visit.site.body, seen=page.fetched_at
    )
    return _drawn(report, page)


def read_page(page: Page, site: Site) -> Report:
    """What a page of a site says, by itself, and that it was drawn by a browser where it was. Raises ExtractError."""
    report = extract(page.body, page.headers, page.url, hint=site.body, seen=page.fetched_at)
    return _drawn(report, page)


def _drawn(report: Report, page: Page) -> Report:
    if not isinstance(page, Rendering):
        return report
    drawn = Clue(field="body", value=page.browser, weight=1.0, where=page.note)
    return replace(report, clues=(*report.clues, drawn))


def understand(report: Report, link: Link, site: Site) -> Report:
    """What a page says as a report of a site, with what the link and the site know where the page is silent.

    Raises NotAReport when neither the page's title nor the link's names one, or the year is not wanted. A page that
    the site's entry names outright is wanted whatever its year.
    """
    on_page = judge_title(report.title, match=site.match)
    on_list = judge_title(link.title, match=site.match)
    if not on_page.report:
        if not on_list.report:
            raise NotAReport(report.url, f"no report: its title is {report.title!r}: {on_page.why}")
        report = replace(report, title=link.title)
    year = on_page.year or on_list.year or report.year
    if year is not None and year not in site.years and link.url not in site.pages:
        raise NotAReport(report.url, f"a report on {year}, and {site.years} is wanted")
    issuer = report.issuer or site.name
    region = region_of(issuer, within=site.region) or site.region
    return replace(report, year=year, issuer=issuer, region=region)
