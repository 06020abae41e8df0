"""Do one report step: fetch the page of a report, extract the article with all its pages, and archive it.

`crawler.extract` reads the page; here it is decided whether the result is a report that the site's entry wants.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import NamedTuple

from crawler.address import canonical
from crawler.crawl.visit import Visit, note_outcome
from crawler.discover import address_key, judge_title, link_key
from crawler.errors import ExtractError, FetchError, Gone, NotAReport, NotSaved, PartOnly
from crawler.extract import check_whole, extract, join_pages
from crawler.field.regions import region_of
from crawler.model import Capture, Clue, Ending, Link, Outcome, Page, Rendering, Report, Site
from crawler.reading.pages import PageProcess

MAX_FURTHER_PAGES = 50
"""Pages of one article after its first. An article with more pages is not archived."""


MAX_SHOWN_CHARS = 200
"""Characters of a title that an outcome shows."""


async def report_page(visit: Visit, link: Link) -> AsyncGenerator[Outcome, None]:
    """Yield the Outcome of one report's page; none if this visit requested it before, or if it is gone and not due."""
    if (key := canonical(link.url)) in visit.requested or key in visit.not_due:
        return
    visit.requested.add(key)
    visit.shown.add(key)
    try:
        outcome = await _fetch_and_store(visit, link)
        visit.gone_keys -= _keys(link)
        yield outcome
    except FetchError as error:
        before = visit.memory.gone if visit.memory else frozenset()
        _note_missed(visit, link, error)
        # another address: the target of a redirect, or a further page of the article
        where = "" if canonical(error.url) == key else f"{error.url}: "
        outcome = note_outcome(visit, error.ending, link.url, where + error.reason)
        again = outcome.ending is Ending.GONE and not before.isdisjoint(_keys(link))
        # an outcome with a version: that the report is gone is now confirmed, which is news
        yield replace(outcome, as_before=again and outcome.version is None)
    except NotAReport as error:
        yield note_outcome(visit, Ending.SKIPPED, link.url, error.reason)
    except ExtractError as error:
        _note_missed(visit, link, error)
        yield note_outcome(visit, Ending.FAILED, link.url, error.reason)


def _keys(link: Link) -> set[str]:
    """Return the digests by which a gone report is remembered: of its list entry and of its address."""
    return {link_key(link), address_key(link.url)}


def _note_missed(visit: Visit, link: Link, error: FetchError | ExtractError) -> None:
    """Note a list entry that failed: the next visit requests it, even where it does not walk the list so far down."""
    if isinstance(error, Gone):
        visit.gone_keys |= _keys(link)
    elif link.found_on and not isinstance(error, NotSaved):
        visit.missed.append(link)


async def _fetch_and_store(visit: Visit, link: Link) -> Outcome:
    if visit.archive is None:
        return note_outcome(visit, Ending.SKIPPED, link.url, f"dry run; would be fetched: {link.title}")
    validators = None if visit.full else visit.archive.validators(link.url)
    page = await visit.fetcher.page(link.url, validators, site=visit.site)
    if isinstance(page, Capture) and page.status == 304:
        return visit.archive.confirm(link.url, page, visit.site)
    article, note = await _article(visit, link, page), ""
    if short := visit.archive.describe_truncation(article.report, article.page):
        page = await visit.fetcher.page(link.url, site=visit.site)
        article, note = await _article(visit, link, page), f"requested twice; the first answer: {short}"
    return visit.archive.store(
        article.report, article.page, visit.site, further=article.further, shown=visit.shown, note=note
    )


class _Article(NamedTuple):
    """A whole article and the pages it was read from."""

    report: Report
    page: Page
    further: list[Page]


async def _article(visit: Visit, link: Link, page: Page) -> _Article:
    first = accept_report(await read_page(page, visit.site, visit.page_process), link, visit.site)
    further = await _further_pages(visit, first)
    if further is None:
        first, further = replace(first, continues=None, total=1), []
    whole = join_pages([first, *(each for each, _ in further)])
    check_whole(whole)
    return _Article(whole, page, [each for _, each in further])


async def _further_pages(visit: Visit, first: Report) -> list[tuple[Report, Page]] | None:
    """Fetch the pages after the first of an article. Raises FetchError if one is missing: a part is never archived.

    Return None if `?page=2` of the same address shows the same text: then it pages through comments or a list beside the
    article, and the article has one page. Raises PartOnly if another address shows text of an earlier page again.
    """
    pages: list[tuple[Report, Page]] = []
    read = [first]
    seen = {canonical(first.url or "")}
    following = first.continues
    while following and canonical(following) not in seen and len(pages) < MAX_FURTHER_PAGES:
        seen.add(canonical(following))
        try:
            page = await visit.fetcher.page(following, site=visit.site)
        except Gone as gone:  # the article itself is not gone
            raise FetchError(gone.url, f"a further page of the article: {gone.reason}") from gone
        report = await read_page(page, visit.site, visit.page_process)
        if set(report.body.split("\n")) <= {line for each in read for line in each.body.split("\n")}:
            if len(read) == 1 and _without_query(following) == _without_query(first.url or ""):
                return None
            raise PartOnly(
                first.url, f"short: {following} should go on, and shows text of an earlier page again"
            )
        read.append(report)
        pages.append((report, page))
        following = report.continues
    if following and canonical(following) in seen:  # the last page leads back to the first
        pages[-1:] = [(replace(report, continues=None), page) for report, page in pages[-1:]]
    visit.requested |= seen
    return pages


def _without_query(url: str) -> str:
    return canonical(url).partition("?")[0]


async def read_page(page: Page, site: Site, page_process: PageProcess) -> Report:
    """Extract one page of a site by itself. A clue says so where a browser rendered it. Raises ExtractError."""
    report = await page_process.run(
        extract, page.body, page.headers, page.url, hint=site.body, seen=page.fetched_at
    )
    if not isinstance(page, Rendering):
        return report
    rendered = Clue(field="body", value=page.browser, weight=1.0, where=page.note)
    return replace(report, clues=(*report.clues, rendered))


def accept_report(report: Report, link: Link, site: Site) -> Report:
    """Return the report of a wanted page, with title, year, issuer and region from the link and the site where it has none.

    Raises NotAReport when neither the page's title nor the link's names a report, or when its year is not wanted. A page
    under `pages` in the site's entry is wanted whatever its year. This is about titles and the entry's `match`;
    `Report.kind` is about title and text, and does not decide what is archived.
    """
    on_page = judge_title(report.title, match=site.match)
    on_list = judge_title(link.title, match=site.match)
    if not on_page.report:
        if not on_list.report:
            raise NotAReport(
                report.url, f"no report: its title is {report.title[:MAX_SHOWN_CHARS]!r}: {on_page.why}"
            )
        report = replace(report, title=link.title)
    year = on_page.year or on_list.year or report.year
    if year is not None and year not in site.years and link.url not in site.pages:
        raise NotAReport(report.url, f"a report on {year}, and {site.years} is wanted")
    issuer = report.issuer or site.name
    region = region_of(issuer, within=site.region) or site.region
    return replace(report, year=year, issuer=issuer, region=region)
