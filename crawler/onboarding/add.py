"""From one address of a site to its entry in sources.yaml: what the page is, owner_of it is, and which list leads to its reports."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from crawler.address import canonical
from crawler.cms import recognise
from crawler.crawl import read_page
from crawler.discover import discover, judge_title
from crawler.discover.owner import REPORT_COLUMN, candidate_lists, owner_of
from crawler.errors import ExtractError, FetchError
from crawler.extract.page.decode import decode
from crawler.fetch import Fetcher
from crawler.model import Capture, Link, Listing, ListRequest, Report, Site

LIST_PAGES = 3
"""Pages of a list that are looked at: enough to see whether it is the right one."""

CANDIDATES = 5
"""Lists that are tried for a report owner_of own list is not known."""

_HOST_NOISE = frozenset(("www", "gov", "com", "cn", "org", "net", "zwgk", "xxgk"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was seen, as far as it went."""

    url: str
    cms: str | None = None
    paging: str | None = None  # address of the list's second page
    name: str | None = None
    region: str | None = None
    where: tuple[tuple[str, str], ...] = ()  # (what, where it was read), for people
    lists: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    links: int = 0
    list_pages: int = 0
    reports: tuple[tuple[Link, int | None], ...] = ()
    near_misses: tuple[tuple[Link, str], ...] = ()
    columns: tuple[Link, ...] = ()  # links of the page that could be the right column
    tried: tuple[str, ...] = ()  # lists that were tried for a report
    report: Report | None = None  # where the address is a report's
    problem: str | None = None

    @property
    def ok(self) -> bool:
        """Whether there is enough for an entry."""
        return self.problem is None and bool(self.reports) and bool(self.name) and bool(self.region)


@dataclass(slots=True)
class _Listed:
    """A list, looked at."""

    url: str
    cms: str = "generic"
    paging: str | None = None
    pages: int = 0
    links: dict[str, Link] = field(default_factory=dict)

    def reports(self) -> list[tuple[Link, int | None]]:
        verdicts = [(link, judge_title(link.title)) for link in self.links.values()]
        return [(link, verdict.year) for link, verdict in verdicts if verdict.report]


async def look(url: str, fetcher: Fetcher, *, list_pages: int = LIST_PAGES) -> Finding:
    """What an address leads to: a list or one report. Never raises for what the site does: it is told as a problem."""
    try:
        capture = await fetcher.get(url, site=_UNKNOWN)
    except FetchError as error:
        return Finding(url=url, problem=f"cannot be had: {error.reason}")
    html = decode(capture.body, capture.headers)[0]
    owner = owner_of(html)
    finding = Finding(
        url=url, cms=recognise(html, url).name, name=owner.name, region=owner.region, where=owner.where
    )
    report = _report(capture)
    if report is not None:
        return await _from_report(replace(finding, report=report), report, html, fetcher, list_pages)
    listed = await _list(url, fetcher, list_pages, capture)
    return _with_list(finding, listed, html)


_UNKNOWN = Site(id="", name="", region="")
"""How an address is asked for that belongs to no entry yet: politely."""


def _report(capture: Capture) -> Report | None:
    try:
        report = read_page(capture, _UNKNOWN)
    except ExtractError:
        return None
    return report if judge_title(report.title).report and len(report.body) > 200 else None


async def _list(url: str, fetcher: Fetcher, most: int, capture: Capture | None = None) -> _Listed:
    """A list's first pages. Raises FetchError where the first one cannot be had."""
    first = ListRequest(url=url)
    capture = capture or await fetcher.get(first, site=_UNKNOWN)
    listing = discover(capture.body, capture.headers, capture.url, first=first)
    listed = _Listed(url, listing.cms, listing.next.url if listing.next else None)
    _take(listed, listing)
    while listing.next is not None and listed.pages < most:
        request = listing.next
        try:
            capture = await fetcher.get(request, site=_UNKNOWN)
        except FetchError:
            break  # the crawl will say so; the first page is what counts here
        listing = discover(
            capture.body, capture.headers, capture.url, request=request, first=first, cms=listed.cms
        )
        _take(listed, listing)
    return listed


def _take(listed: _Listed, listing: Listing) -> None:
    listed.pages += 1
    for link in listing.links:
        listed.links.setdefault(link.url, link)


def _with_list(finding: Finding, listed: _Listed, html: str) -> Finding:
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
        near_misses=tuple((link, v.why) for link, v in verdicts if "法治政府" in link.title)[:5],
        columns=tuple(
            link for link, _ in verdicts if REPORT_COLUMN.search(link.title) and len(link.title) < 12
        )[:5],
        problem=finding.problem if reports else "no report's title on it",
    )


async def _from_report(
    finding: Finding, report: Report, html: str, fetcher: Fetcher, list_pages: int
) -> Finding:
    """The list that a report stands on: of the page's own links to columns, and of those that its address tells of."""
    tried: list[str] = []
    for url in candidate_lists(finding.url, html)[:CANDIDATES]:
        tried.append(url)
        try:
            listed = await _list(url, fetcher, list_pages)
        except FetchError:
            continue
        if listed.reports():
            found = _with_list(finding, listed, html)
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
    """A short name from the host, such as wuhan of www.wuhan.gov.cn or sft-jiangsu; with the division's code where it is taken."""
    labels = [label for label in (urlsplit(url).hostname or "").split(".") if label not in _HOST_NOISE]
    name = re.sub(r"[^a-z0-9-]", "", "-".join(labels).lower()).strip("-") or "site"
    names = [name, *([f"{name}-{code}"] if code else []), *(f"{name}-{n}" for n in range(2, 1000))]
    return next(each for each in names if each not in taken)
