"""Test an entry of sources.yaml: walk its lists, read its newest report, and give what was found as a `Check`.

It uses the same pipeline as a crawl, without an archive. `crawler.cli.contributing.checking` prints the result.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from crawler.crawl import Visit, accept_report, crawl_site, read_page
from crawler.crawl.documents import read_with_documents
from crawler.discover import Verdict
from crawler.errors import ExtractError, FetchError
from crawler.fetch import Fetcher
from crawler.model import Ending, Link, Outcome, Report, Site
from crawler.reading.pages import PageProcess

MAX_NEAR_MISSES = 5
MIN_NEAR_MISS_CHARACTERS = 10
"""Length of a title that can be a near miss; shorter ones are columns and menus."""

MAX_UNTITLED_PAGES = 5
"""Pages that are fetched where lists give no titles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What was found at one site."""

    site: Site
    cms: str | None
    list_pages: int
    links: int
    reports: tuple[tuple[Link, int | None], ...]  # each with the year in its title
    columns: tuple[tuple[Link, int], ...]  # lists that its lists name, each with the reports on it
    untitled: tuple[Link, ...]  # links without a title: a crawl fetches the pages to see what they are
    near_misses: tuple[tuple[Link, str], ...]  # similar titles, and why they are not taken
    remarks: tuple[str, ...]  # crawler traps found, pages that a replay does not have
    newest: Report | None
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether the entry works: a report was found and read, and nothing failed."""
        return not self.problems


async def check_site(site: Site, fetcher: Fetcher, page_process: PageProcess) -> Check:
    """Walk a site's lists and read the newest report found. Nothing is stored."""
    visit = Visit(site, fetcher, None, page_process, keep_listings=True)
    outcomes = [outcome async for outcome in crawl_site(visit)]
    problems = [f"{o.url}: {o.ending.value}: {o.detail}" for o in outcomes if _is_problem(o)]
    problems += [f"{url}: {unread}" for url, unread in visit.unread]
    problems += [visit.stopped] if visit.stopped else []
    verdicts = {link.url: (link, verdict) for link, verdict in visit.verdicts}
    reports = [(link, verdict.year) for link, verdict in verdicts.values() if verdict.report]
    reports += [(Link(url=url, title="(given outright)"), None) for url in site.pages]
    taken = {link.url for link, _ in reports}
    followed = {o.url for o in outcomes if o.detail.startswith("dry run")}
    untitled = [link for url, (link, _) in verdicts.items() if url in followed - taken]
    newest = None
    if not reports and untitled:
        reports, newest = await _find_untitled(untitled, visit)
    if not reports:
        problems.append(
            "no report found; check that this is the right column, or accept more titles with `match`"
        )
    elif newest is None:
        try:
            newest = await _newest(reports, visit)
        except (FetchError, ExtractError) as error:
            problems.append(str(error))
    return Check(
        site=site,
        cms=visit.listings[0].cms if visit.listings else site.cms,
        list_pages=len(visit.listings),
        links=sum(len(listing.links) for listing in visit.listings),
        reports=tuple(reports),
        columns=tuple(_columns(visit)),
        untitled=tuple(untitled),
        near_misses=tuple(_near_misses(list(verdicts.values()))),
        remarks=tuple(f"{o.url}: {o.detail}" for o in outcomes if _is_remark(o)),
        newest=newest,
        problems=tuple(problems),
    )


def _columns(visit: Visit) -> Iterator[tuple[Link, int]]:
    """Yield the columns that were read as lists, each with the number of reports on it."""
    for link in visit.columns:
        if walk := visit.walks.get(link.url):
            yield link, len(walk.reports)


async def _find_untitled(
    links: list[Link], visit: Visit
) -> tuple[list[tuple[Link, int | None]], Report | None]:
    """Fetch the newest few links without a title, and return the first that is a report."""
    for link in sorted(links, key=lambda link: link.date or "", reverse=True)[:MAX_UNTITLED_PAGES]:
        try:
            report = await _read(link, visit)
        except (FetchError, ExtractError):
            continue
        return [(replace(link, title=report.title), report.year)], report
    return [], None


async def _newest(reports: list[tuple[Link, int | None]], visit: Visit) -> Report:
    """Return the newest report, with the text of its document if it stands in one. Raises FetchError, ExtractError."""
    page = await _newest_page(reports, visit)
    return (await read_with_documents(visit, page)).report


async def _newest_page(reports: list[tuple[Link, int | None]], visit: Visit) -> Report:
    """Return the newest report: by the dates of the entry's own lists, or, without a list, by the years in the pages."""
    if visit.site.lists:
        own = [pair for pair in reports if pair[0].found_on in visit.site.lists]  # not those of its columns
        reports = own or reports
        return await _read(max(reports, key=lambda pair: (pair[0].date or "", pair[1] or 0))[0], visit)
    return max([await _read(link, visit) for link, _ in reports], key=lambda report: report.year or 0)


async def _read(link: Link, visit: Visit) -> Report:
    page = await visit.fetcher.page(link.url, site=visit.site)
    return accept_report(await read_page(page, visit.site, visit.page_process), link, visit.site)


def _is_problem(outcome: Outcome) -> bool:
    return outcome.ending not in (Ending.LISTED, Ending.SKIPPED)


def _is_remark(outcome: Outcome) -> bool:
    return outcome.ending is Ending.SKIPPED and not outcome.detail.startswith("dry run")


def _near_misses(verdicts: list[tuple[Link, Verdict]]) -> list[tuple[Link, str]]:
    near = [
        (link, verdict.why)
        for link, verdict in verdicts
        if not verdict.report
        and not verdict.column
        and "法治" in link.title
        and len(link.title) >= MIN_NEAR_MISS_CHARACTERS
    ]
    return near[:MAX_NEAR_MISSES]
