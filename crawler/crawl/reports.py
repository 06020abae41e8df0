"""Do one report step: fetch the page of a report, extract the article with all its pages, and archive it.

`crawler.extract` reads the page; here it is decided whether the result is a report that the site's entry wants.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import NamedTuple

from crawler.address import canonical
from crawler.crawl.columns import first_page, is_column, is_list, names_year_and_organ, shows_reports
from crawler.crawl.documents import Read, missed_outcomes, read_with_documents
from crawler.crawl.lists import list_page
from crawler.crawl.visit import Visit, note_outcome
from crawler.discover import Verdict, address_key, judge_title, link_key
from crawler.errors import (
    ExtractError,
    FetchError,
    Gone,
    Halted,
    NoBody,
    NotAReport,
    NotSaved,
    NotWanted,
    PartOnly,
    ProxyGivenUp,
    UnreadDocument,
)
from crawler.extract import check_whole, extract, is_report, join_pages, text_fault, unread_report
from crawler.extract.documents.magic import magic
from crawler.field.organs import organ_in
from crawler.field.regions import region_of
from crawler.model import Capture, Clue, Ending, Link, News, Outcome, Page, Rendering, Report, Site
from crawler.reading.pages import PageProcess

MAX_FURTHER_PAGES = 50
"""Pages of one article after its first. An article with more pages is not archived."""


MAX_SHOWN_CHARS = 200
"""Characters of a title that an outcome shows."""


async def report_page(visit: Visit, link: Link) -> AsyncGenerator[Outcome, None]:
    """Yield the Outcome of one report's page; none if this visit requested it before, or if it is not due.

    Not due are pages that are gone, and pages that an earlier visit read and that are no reports. A page that is a list is
    read as one: then its Outcome is `listed`, and its reports are in the frontier.
    """
    if (key := canonical(link.url)) in visit.requested or key in visit.not_due or visit.is_no_report(link):
        return
    visit.requested.add(key)
    visit.shown.add(key)
    found: Page | None = None
    try:
        result = await _fetch_and_store(visit, link)
        visit.gone_keys -= _keys(link)
        if isinstance(result, list):
            for outcome in result:
                yield outcome
        else:
            found = result
    except ProxyGivenUp as error:  # no fault of the site: its visit ends, and goes on here next time
        raise Halted(error.reason) from error
    except FetchError as error:
        before = visit.memory.gone if visit.memory else frozenset()
        _note_missed(visit, link, error)
        # another address: the target of a redirect, or a further page of the article
        where = "" if canonical(error.url) == key else f"{error.url}: "
        outcome = note_outcome(visit, error.ending, link.url, where + error.reason)
        if outcome.ending is Ending.GONE and outcome.report_id is None:
            again = not before.isdisjoint(_keys(link))
            outcome = replace(
                outcome, news=None if again else News.MISSING, as_before=again, title=link.title
            )
        yield outcome
    except NotAReport as error:
        visit.note_no_report(link)
        yield note_outcome(visit, Ending.SKIPPED, link.url, error.reason)
    except ExtractError as error:
        _note_missed(visit, link, error)
        yield note_outcome(visit, Ending.FAILED, link.url, error.reason)
    if found is not None:
        async for listed in list_page(visit, first_page(link), found):
            yield listed


def _keys(link: Link) -> set[str]:
    """Return the digests by which a gone report is remembered: of its list entry and of its address."""
    return {link_key(link), address_key(link.url)}


def _note_missed(visit: Visit, link: Link, error: FetchError | ExtractError) -> None:
    """Note a list entry that failed: the next visit requests it, even where it does not walk the list so far down."""
    if isinstance(error, Gone):
        visit.gone_keys |= _keys(link)
    elif link.found_on and not isinstance(error, NotSaved):
        visit.missed.append(link)


async def _fetch_and_store(visit: Visit, link: Link) -> list[Outcome] | Page:
    """Return the Outcome of a report's page and those of documents that it lacks, or the page itself if it is a list."""
    may_be_list = is_column(visit, link)
    if visit.archive is None and not may_be_list:
        return [_not_fetched(visit, link)]
    may_be_unchanged = visit.archive is not None and not visit.full and not may_be_list
    validators = visit.archive.validators(link.url) if visit.archive and may_be_unchanged else None
    page = await visit.fetcher.page(link.url, validators, site=visit.site)
    if visit.archive and isinstance(page, Capture) and page.status == 304:
        return [visit.archive.confirm(link.url, page, visit.site)]
    try:
        article, note = await read_article(visit, link, page), ""
    except NotWanted:
        raise
    except (NotAReport, NoBody):
        if magic(page.body) is None and await is_list(visit, link, page):
            return page
        raise
    if visit.archive is None:
        return [_not_fetched(visit, link)]
    if short := visit.archive.describe_truncation(article.report, article.page):
        page = await visit.fetcher.page(link.url, site=visit.site)
        article, note = await read_article(visit, link, page), f"requested twice; the first answer: {short}"
    read = article.read
    outcome = visit.archive.store(
        read.report,
        article.page,
        visit.site,
        further=article.further,
        documents=read.documents,
        shown=visit.shown,
        note="; ".join(filter(None, (_unread_note(read.report), note, read.note(visit.site.documents.most)))),
    )
    return [outcome, *missed_outcomes(visit, article.page.url, read, outcome.report_id)]


def _unread_note(report: Report) -> str:
    """Return for the outcome why a report has no text; empty if it has one."""
    if report.unread is None:
        return ""
    pages = f", {report.pages} pages" if report.pages else ""
    return f"without a text: {report.unread}{pages}"


def _not_fetched(visit: Visit, link: Link) -> Outcome:
    return note_outcome(visit, Ending.SKIPPED, link.url, f"dry run; would be fetched: {link.title}")


class Article(NamedTuple):
    """A whole article and the pages it was read from."""

    read: Read
    page: Page
    further: list[Page]

    @property
    def report(self) -> Report:
        """The report, with the text of the document that has it."""
        return self.read.report


async def read_article(visit: Visit, link: Link, page: Page) -> Article:
    """Return the report that begins on a page, with its further pages and its documents. Raises FetchError, ExtractError."""
    try:
        read = await read_page(page, visit.site, visit.page_process)
    except UnreadDocument as error:
        read = unread_report(error, page.url, link.title)
    first = accept_report(read, link, visit.site)
    is_document = magic(page.body) is not None
    is_sure = all(names_year_and_organ(visit, title) for title in (read.title, link.title))
    if not is_sure and not is_document and await shows_reports(visit, page, read):
        raise NotAReport(page.url, "no report: its text is a list of reports")
    further = await _further_pages(visit, first)
    if further is None:
        first, further = replace(first, continues=None, total=1), []
    whole = join_pages([first, *(each for each, _ in further)])
    check_whole(whole)
    found = await _with_documents(visit, link, whole)
    return Article(found, page, [each for _, each in further])


async def _with_documents(visit: Visit, link: Link, whole: Report) -> Read:
    """Return a page's report with the text of its document, if that has it. Raises NotAReport if that text is none."""
    if visit.archive is None:
        return Read(report=whole)
    found = await read_with_documents(visit, whole)
    if found.report.text_url is None:
        return found
    check_whole(found.report)
    return replace(found, report=accept_report(found.report, link, visit.site))


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

    A document to which a list leads straight has no page that states its date of publication: the list's date counts.
    Raises NotAReport when title or text are not those of a report, NotWanted when its year is not wanted. A page under `pages`
    in the site's entry is wanted whatever its year.
    """
    on_page = judge_title(report.title, match=site.match, spans=site.spans)
    on_list = judge_title(link.title, match=site.match, spans=site.spans)
    if why := _why_not(report, on_page, link, on_list):
        raise NotAReport(report.url, f"no report: {why}")
    is_file = report.text_from != "page" and report.text_url is None  # its title is a line of its text
    if (not on_page.report and (on_list.report or not on_page.column)) or (is_file and on_list.report):
        report = replace(report, title=link.title)
    year = on_page.year or on_list.year or report.year
    if on_page.several_years or on_list.several_years:
        year = None
    if year is not None and year not in site.years and link.url not in site.pages:
        raise NotWanted(report.url, f"a report on {year}, and {site.years} is wanted")
    issuer = report.issuer or site.name
    region = region_of(issuer, within=site.region) or site.region
    published = report.published or (link.date if is_file else None)
    return replace(report, year=year, issuer=issuer, region=region, published=published)


_OTHER_TEXTS = ("news", "an explanation", "a collection", "a report on")
"""Kinds of documents whose own title is believed, whatever the list calls them."""


def _why_not(report: Report, on_page: Verdict, link: Link, on_list: Verdict) -> str:
    """Return why a page is no report; empty if it is one. The page's own title counts more than that of its list.

    Of a title that may be a column's name, the text must be that of a report beyond doubt. Of another title it must not be
    another text: a report may be attached to a page with one line, or be scanned.
    """
    its_title = f"its title is {report.title[:MAX_SHOWN_CHARS]!r}: {on_page.why}"
    is_named = on_page.report or (on_list.report and not on_page.why.startswith(_OTHER_TEXTS))
    if not is_named and not on_page.column and not on_list.column:
        return its_title
    is_own_title = on_page.report or on_page.column
    fault = text_fault(report.body, titled=is_own_title)
    sure = on_page.report or (on_list.report and on_list.year and organ_in(link.title))
    if fault or sure:
        return fault
    title = report.title if is_own_title else link.title
    return (
        ""
        if is_report(title, report.body) or report.attachments or report.offers
        else f"{its_title}, and its text is not a report's"
    )
