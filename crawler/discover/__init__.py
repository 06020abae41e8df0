"""Parse list pages: bytes and an address in; links and the request for the next page out. No network, clock or disk.

- `titles`: which links lead to a report
- `sitemaps`, `searches`: two other kinds of lists
- `walk`: how far a list is followed; `memory`: what is remembered of a list until the next visit
- `owner`: which government a site belongs to, for new entries

`crawler.cms` knows the content management systems; `crawler.crawl` fetches what is found here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from selectolax.lexbor import LexborHTMLParser

from crawler.cms import BY_NAME, ListPage, Preset, recognise
from crawler.cms.base_url import Base
from crawler.cms.lists.encoded import with_decoded
from crawler.cms.lists.json_list import records as json_records
from crawler.cms.lists.links import is_cut, links_of
from crawler.cms.lists.near_json import is_json, parsed
from crawler.cms.lists.stated import stated
from crawler.discover.memory import ListMemory, SiteMemory, address_key, link_key, page_key
from crawler.discover.searches import search_page
from crawler.discover.sitemaps import is_sitemap, read_sitemap
from crawler.discover.titles import (
    Verdict,
    is_article,
    judge_title,
    leads_to_report,
    may_be_report,
    title_year,
)
from crawler.discover.walk import End, Walk
from crawler.extract.page.decode import decode
from crawler.extract.page.markup_limits import limit_markup
from crawler.model import Headers, Link, Listing, ListRequest

_SERVICE = re.compile(r"/api-gateway/|/messageController/|/rest/", re.I)
"""In the address of what gives parts of a page."""

__all__ = [
    "End",
    "ListMemory",
    "SiteMemory",
    "Verdict",
    "Walk",
    "address_key",
    "discover",
    "is_article",
    "is_cut",
    "judge_title",
    "leads_to_report",
    "link_key",
    "list_page",
    "may_be_report",
    "page_key",
    "search_page",
    "title_year",
]


def discover(
    body: bytes,
    headers: Headers,
    url: str,
    *,
    request: ListRequest | None = None,
    first: ListRequest | None = None,
    cms: str | None = None,
    sitemap: bool = False,
) -> Listing:
    """Return the links of a list page, in page order, and the request for the page after it.

    - `url`: address of the page after redirects
    - `request`, `first`: what was requested for this page and for the list's first page; default: a GET of `url`
    - `cms`: name of a preset; default: recognised from the page
    - `sitemap`: the page must be a sitemap; anything else gives a Listing with a `fault`. Without it, a sitemap is
      read too where one is found.
    """
    if sitemap or is_sitemap(body, headers, url):
        return read_sitemap(body, headers, url, first or ListRequest(url=url))
    page = list_page(body, headers, url, request=request, first=first)
    html = page.html
    preset = BY_NAME[cms] if cms else recognise(html, page.first.url)
    links: dict[str, Link] = {}
    for link in _links(page, preset):
        links.setdefault(link.url, link)
    following = next(filter(None, (way.next(page) for way in preset.paging)), None)
    if following is not None and _is_asked_by_script(following, page):
        following = replace(following, referer=page.first.url)
    unread = not links and is_json(html) and parsed(html) is None
    pages, entries = stated(page)
    return Listing(
        links=tuple(links.values()),
        next=following,
        cms=preset.name,
        stated_pages=pages,
        stated_entries=entries,
        fault="it looks like JSON and cannot be parsed; it may be cut off" if unread else "",
    )


def list_page(
    body: bytes,
    headers: Headers,
    url: str,
    *,
    request: ListRequest | None = None,
    first: ListRequest | None = None,
) -> ListPage:
    """Return a page as the rules of presets get it. Arguments as of `discover`."""
    html, encoding, _ = decode(body, headers)
    html = html if is_json(html) else with_decoded(html)
    here, tree = ListRequest(url=url), LexborHTMLParser(limit_markup(html))
    base = Base.of(tree, url, encoding)
    return ListPage(url=url, html=html, tree=tree, base=base, request=request or here, first=first or here)


def _is_asked_by_script(request: ListRequest, page: ListPage) -> bool:
    """Whether a page's script asks for the next part of the list, where otherwise a link leads to it."""
    return request.method == "POST" or is_json(page.html) or bool(_SERVICE.search(request.url))


def _links(page: ListPage, preset: Preset) -> Iterator[Link]:
    """Yield the links of a page. The markup within JSON is read as such only: outside of it, its quotes are escaped."""
    if is_json(page.html):
        yield from json_records(page)
        return
    if preset.records:
        yield from preset.records(page)
    yield from links_of(page.tree, page.base, found_on=page.first.url)
