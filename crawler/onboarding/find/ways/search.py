"""The site's own search, asked for 法治政府建设情况报告. What it finds are reports; each leads to its list."""

from __future__ import annotations

from crawler.discover import leads_to_report
from crawler.discover.portal.columns import score
from crawler.discover.portal.page import PortalPage
from crawler.discover.portal.search_forms import following
from crawler.model import ListRequest
from crawler.onboarding.find.hunt import Hunt
from crawler.onboarding.find.leads import Lead
from crawler.onboarding.find.places import Place

MAX_REQUESTS = 6
MAX_RESULT_PAGES = 3

_SEARCH_PAGE = ("检索", "搜索", "站内搜索", "全站搜索", "高级搜索", "智能搜索")


async def seek(hunt: Hunt) -> None:
    """Ask the searches of the pages read so far, until one shows a report of the government."""
    asked: set[ListRequest] = set()
    linked = False
    while len(asked) < MAX_REQUESTS and hunt.pages.left:
        waiting = [each for each in hunt.searches if each not in asked and _is_own(hunt, each.url)]
        if not waiting:
            if linked or not await _read_search_page(hunt):
                return
            linked = True
            continue
        asked.add(waiting[0])
        request: ListRequest | None = waiting[0]
        for _ in range(MAX_RESULT_PAGES):
            page = await hunt.pages.read(request) if request is not None else None
            if page is None or not (page.links or page.menu):
                break
            if _take(hunt, page):
                return
            request = page.next or (following(request) if request else None)


def _is_own(hunt: Hunt, url: str) -> bool:
    return hunt.places.of_address(url) is not Place.ELSEWHERE


async def _read_search_page(hunt: Hunt) -> bool:
    """Read the page of the search, where the home page has only a link to it; return whether it has a form."""
    links = (*hunt.home.links, *hunt.home.menu) if hunt.home else ()
    found = next((each for each in links if any(word in each.title for word in _SEARCH_PAGE)), None)
    page = await hunt.pages.read(ListRequest(url=found.url)) if found and _is_own(hunt, found.url) else None
    if page is None:
        return False
    hunt.searches += [each for each in page.searches if each not in hunt.searches]
    return bool(page.searches)


def _take(hunt: Hunt, page: PortalPage) -> bool:
    """Put the reports among the results, and columns by their name, among the leads; return whether there is one."""
    lead = Lead(request=ListRequest(url=page.url), score=0, way="search", kind="search")
    before = len(hunt.reports)
    hunt.push_reports(page, lead, ())
    columns = [
        link
        for link in page.links
        if score(link.title, link.url) >= 80 and not leads_to_report(link) and link.date is None
    ]
    for link in columns:
        hunt.push(link, "search", (), 0, lead)
    return len(hunt.reports) > before
