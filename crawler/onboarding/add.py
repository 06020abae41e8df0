"""Find out what an entry of sources.yaml needs, from one address of a site.

Takes the address of a list page or of a report, fetches it and a few list pages, and gives a `Finding`: the government,
its region code, the CMS, the list that leads to the reports. `crawler.cli.adding` writes the entry.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from crawler.address import canonical
from crawler.cms import recognise
from crawler.crawl import read_page
from crawler.discover import discover, judge_title
from crawler.discover.owner import REPORT_COLUMN, Owner, candidate_lists, owner_of
from crawler.errors import ExtractError, FetchError, Unread
from crawler.extract.page.decode import decode
from crawler.fetch import Fetcher
from crawler.model import Capture, Headers, Link, Listing, ListRequest, Report, Site
from crawler.onboarding.limits import DEFAULT_LIST_PAGES
from crawler.reading.pages import PageProcess

MAX_CANDIDATE_LISTS = 5
"""Lists that are tried for a report whose own list is not known."""

_MIN_REPORT_CHARACTERS = 200
_MAX_EXAMPLES = 5  # near misses and columns that a Finding keeps
_MAX_COLUMN_TITLE_CHARACTERS = 11

_GENERIC_HOST_LABELS = frozenset(("www", "gov", "com", "cn", "org", "net", "zwgk", "xxgk"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is known of an address; fields that could not be determined are None or empty."""

    url: str
    cms: str | None = None
    paging: str | None = None  # address of the list's second page
    name: str | None = None
    region: str | None = None
    where: tuple[tuple[str, str], ...] = ()  # ("name" or "region", where it was read), for people
    lists: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    links: int = 0
    list_pages: int = 0
    reports: tuple[tuple[Link, int | None], ...] = ()
    near_misses: tuple[tuple[Link, str], ...] = ()
    columns: tuple[Link, ...] = ()  # links that could lead to the right column
    tried: tuple[str, ...] = ()  # lists that were tried for a report
    report: Report | None = None  # None if the address is a list
    problem: str | None = None  # why there is no entry

    @property
    def ok(self) -> bool:
        """Whether there is enough for an entry."""
        return self.problem is None and bool(self.reports) and bool(self.name) and bool(self.region)


@dataclass(slots=True)
class _ListRead:
    """A list whose first pages were read."""

    url: str
    cms: str = "generic"
    paging: str | None = None
    pages: int = 0
    links: dict[str, Link] = field(default_factory=dict)

    def reports(self) -> list[tuple[Link, int | None]]:
        verdicts = [(link, judge_title(link.title)) for link in self.links.values()]
        return [(link, verdict.year) for link, verdict in verdicts if verdict.report]


async def look(
    url: str,
    fetcher: Fetcher,
    page_process: PageProcess,
    *,
    list_pages: int = DEFAULT_LIST_PAGES,
    defaults: Site | None = None,
) -> Finding:
    """Return what is found at an address, a list or one report. A failure of the site becomes the Finding's `problem`.

    `defaults`: the settings of a site without an entry, such as the proxy.
    """
    reader = _Reader(fetcher, page_process, list_pages, defaults or _UNKNOWN)
    try:
        capture = await fetcher.get(url, site=reader.site)
        cms, owner, candidates = await page_process.run(_facts, capture.body, capture.headers, url)
        report = await _report(capture, page_process)
        finding = Finding(url=url, cms=cms, name=owner.name, region=owner.region, where=owner.where)
        if report is not None:
            return await _from_report(replace(finding, report=report), report, candidates, reader)
        return _with_list(finding, await reader.read_list(url, capture))
    except FetchError as error:
        return Finding(url=url, problem=f"cannot be fetched: {error.reason}")
    except Unread as error:
        return Finding(url=url, problem=f"cannot be read: {error.reason}")


def _facts(body: bytes, headers: Headers, url: str) -> tuple[str, Owner, tuple[str, ...]]:
    """Return a page's CMS, its government, and the addresses of lists that may hold it."""
    html = decode(body, headers)[0]
    return recognise(html, url).name, owner_of(html), tuple(candidate_lists(url, html)[:MAX_CANDIDATE_LISTS])


_UNKNOWN = Site(id="", name="", region="")
"""Site of an address that has no entry yet: with the default delay."""


async def _report(capture: Capture, page_process: PageProcess) -> Report | None:
    try:
        report = await read_page(capture, _UNKNOWN, page_process)
    except Unread:
        raise
    except ExtractError:
        return None
    return report if judge_title(report.title).report and len(report.body) > _MIN_REPORT_CHARACTERS else None


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads lists, at most `most` pages of each."""

    fetcher: Fetcher
    page_process: PageProcess
    most: int
    site: Site

    async def read_list(self, url: str, capture: Capture | None = None) -> _ListRead:
        """Read the first pages of a list. Raises FetchError or Unread if this fails for the first one."""
        first = ListRequest(url=url)
        listing = await self._page(first, first, None, capture)
        listed = _ListRead(url, listing.cms, listing.next.url if listing.next else None)
        _take(listed, listing)
        while listing.next is not None and listed.pages < self.most:
            try:
                listing = await self._page(listing.next, first, listed.cms)
            except (FetchError, Unread):
                break  # the first page is enough here; a crawl will report the failure
            _take(listed, listing)
        return listed

    async def _page(
        self, request: ListRequest, first: ListRequest, cms: str | None, capture: Capture | None = None
    ) -> Listing:
        got = capture or await self.fetcher.get(request, site=self.site)
        return await self.page_process.run(
            discover,
            got.body,
            got.headers,
            got.url,
            request=None if request is first else request,
            first=first,
            cms=cms,
        )


def _take(listed: _ListRead, listing: Listing) -> None:
    listed.pages += 1
    for link in listing.links:
        listed.links.setdefault(link.url, link)


def _with_list(finding: Finding, listed: _ListRead) -> Finding:
    links = list(listed.links.values())
    reports = listed.reports()
    taken = {link.url for link, _ in reports}
    verdicts = [(link, judge_title(link.title)) for link in links if link.url not in taken]
    return replace(
        finding,
        cms=listed.cms,
        paging=listed.paging,
        lists=(listed.url,) if reports else (),
        list_pages=listed.pages,
        links=len(links),
        reports=tuple(reports),
        near_misses=tuple((link, v.why) for link, v in verdicts if "法治政府" in link.title)[:_MAX_EXAMPLES],
        columns=tuple(
            link
            for link, _ in verdicts
            if REPORT_COLUMN.search(link.title) and len(link.title) <= _MAX_COLUMN_TITLE_CHARACTERS
        )[:_MAX_EXAMPLES],
        problem=finding.problem if reports else "no link with a report's title",
    )


async def _from_report(
    finding: Finding, report: Report, candidates: Sequence[str], reader: _Reader
) -> Finding:
    """Find the list that contains a report, among the page's links to columns and the lists that its address suggests."""
    tried: list[str] = []
    for url in candidates:
        tried.append(url)
        try:
            listed = await reader.read_list(url)
        except (FetchError, Unread):
            continue
        if listed.reports():
            found = _with_list(finding, listed)
            known = {canonical(link.url) for link in listed.links.values()}
            pages = () if canonical(finding.url) in known or listed.paging else (finding.url,)
            return replace(found, pages=pages, tried=tuple(tried))
    link = Link(url=finding.url, title=report.title, date=(report.published or "")[:10] or None)
    return replace(
        finding,
        pages=(finding.url,),
        reports=((link, judge_title(report.title).year or report.year),),
        tried=tuple(tried),
    )


def new_id(url: str, taken: Sequence[str], code: str | None) -> str:
    """Return a short id made from the host: wuhan for www.wuhan.gov.cn. If it is taken, the region code is appended."""
    labels = [
        label for label in (urlsplit(url).hostname or "").split(".") if label not in _GENERIC_HOST_LABELS
    ]
    name = re.sub(r"[^a-z0-9-]", "", "-".join(labels).lower()).strip("-") or "site"
    names = [name, *([f"{name}-{code}"] if code else []), *(f"{name}-{n}" for n in range(2, 1000))]
    return next(each for each in names if each not in taken)
