"""Decide which links of a list are lists themselves: columns such as 部门法治政府建设年度报告.

A title does not tell for sure, and some governments title a report so. The page is fetched once: a report is archived, a
list is read as any other. `lists` queues such links, `reports` fetches them.
"""

from __future__ import annotations

import itertools
import re

from crawler.address import canonical, host_of, registrable_domain
from crawler.crawl.first_steps import start_urls
from crawler.crawl.visit import Visit, list_key
from crawler.discover import discover
from crawler.errors import NotAReport
from crawler.field.organs import organ_in
from crawler.field.text import fold
from crawler.model import Link, Listing, ListRequest, ListStep, Page, Report

MIN_SUMMARY_CHARS = 20
"""Length of a line behind a title that can be its summary. A date is shorter."""

_DOCUMENT = re.compile(r"\.(?:pdf|docx?|wps|ofd|rtf|txt|xlsx?|zip|rar)(?:$|\?)", re.I)

MAX_COLUMNS = 60
"""Lists of one site that other lists name. A government has a few: departments, towns, earlier years."""


def queue(visit: Visit, link: Link) -> bool:
    """Note a link that may be a list, and return whether it is to be fetched: each is once in a visit, MAX_COLUMNS in all."""
    key = list_key(link.url)
    if key in visit.list_keys or is_full(visit):
        return False
    visit.list_keys.add(key)
    visit.columns.append(link)
    return True


def is_full(visit: Visit) -> bool:
    """Whether no more columns are queued in this visit."""
    return len(visit.columns) >= MAX_COLUMNS


def is_column(visit: Visit, link: Link) -> bool:
    """Whether a link has a column's name."""
    return visit.judge(link.title).column


def first_page(link: Link) -> ListStep:
    """Return the step that reads a link as a list."""
    request = ListRequest(url=link.url)
    return ListStep(request=request, first=request)


async def is_list(visit: Visit, link: Link, page: Page) -> bool:
    """Whether a page that is no report is a list to be read.

    Its title has no year or no organ. Under a column's name it has links, under another title it has reports. Raises NotAReport
    for a list that is not read: one of another site, one whose reports were all seen, and one beyond MAX_COLUMNS.
    """
    if names_year_and_organ(visit, link.title):
        return False
    listing = await _listing(visit, page)
    named = [each for each in listing.links if visit.judge(each.title).report]
    if not (listing.links if is_column(visit, link) else named):
        return False
    if not _is_of_site(visit, page.url):
        raise NotAReport(page.url, "no report: a list of another site")
    if is_column(visit, link):
        return True
    if all(canonical(each.url) in visit.shown for each in named):
        raise NotAReport(page.url, "no report: a list, and other lists show all its reports")
    if not queue(visit, link):
        raise NotAReport(page.url, f"no report: a list, and no more than {MAX_COLUMNS} are read")
    return True


def names_year_and_organ(visit: Visit, title: str) -> bool:
    """Whether a title can only be that of one report."""
    return visit.judge(title).year is not None and organ_in(title) is not None


async def shows_reports(visit: Visit, page: Page, report: Report) -> bool:
    """Whether what was read as a report shows titles of others, each with a link to its page: a list with summaries.

    Behind a title comes its summary: a row of titles at the end of an article is a box beside it. Links to documents do not
    count: they are attachments. Without the text of a report, a link to one that no list has shown is enough.
    """
    lines = [_squeezed(line) for line in (report.title, *report.body.split("\n"))]
    listing = await _listing(visit, page)
    others = [
        each
        for each in listing.links
        if names_year_and_organ(visit, each.title)
        and canonical(each.url) != canonical(page.url)
        and not _DOCUMENT.search(each.url)
    ]
    if report.kind is None and not report.attachments:
        return any(canonical(each.url) not in visit.shown for each in others)
    titles = {_squeezed(each.title) for each in others}
    return any(
        line in titles and behind not in titles and len(behind) >= MIN_SUMMARY_CHARS
        for line, behind in itertools.pairwise(lines)
    )


def _squeezed(text: str) -> str:
    return "".join(fold(text).split())


async def _listing(visit: Visit, page: Page) -> Listing:
    listing: Listing = await visit.page_process.run(
        discover, page.body, page.headers, page.url, cms=visit.site.cms
    )
    return listing


def _is_of_site(visit: Visit, url: str) -> bool:
    domains = {registrable_domain(host_of(each)) for each in start_urls([visit.site])}
    return registrable_domain(host_of(url)) in domains
