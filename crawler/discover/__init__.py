"""List page to Listing: bytes and an address in, links and the next request out. No network, no clock, no disk."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from crawler.cms import BY_NAME, ListPage, recognise
from crawler.cms.links import is_cut, links_of
from crawler.discover.memory import ListMemory, SiteMemory, address_key, link_key
from crawler.discover.searches import search_page
from crawler.discover.sitemaps import is_sitemap, read_sitemap
from crawler.discover.titles import Verdict, judge_title, may_be_report, title_year
from crawler.discover.walk import End, Walk
from crawler.extract.decode import decode
from crawler.model import Headers, Link, Listing, ListRequest

__all__ = [
    "End",
    "ListMemory",
    "SiteMemory",
    "Verdict",
    "Walk",
    "address_key",
    "discover",
    "is_cut",
    "judge_title",
    "link_key",
    "may_be_report",
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
) -> Listing:
    """The links of a list page, in page order, and the request for the page after it.

    `url` is where the page came from in the end; `request` what was asked for, `first` what was asked for to get
    the list's first page (both default to a GET of `url`); `cms` names a preset instead of recognising one.
    A sitemap is a list too.
    """
    if is_sitemap(body, url):
        return read_sitemap(body, url, first or ListRequest(url=url))
    html = decode(body, headers)[0]
    here = ListRequest(url=url)
    page = ListPage(
        url=url, html=html, tree=LexborHTMLParser(html), request=request or here, first=first or here
    )
    preset = BY_NAME[cms] if cms else recognise(html, page.first.url)
    links: dict[str, Link] = {}
    for link in (
        *(preset.records(page) if preset.records else ()),
        *links_of(page.tree, url, found_on=page.first.url),
    ):
        links.setdefault(link.url, link)
    following = next(filter(None, (way.next(page) for way in preset.paging)), None)
    return Listing(links=tuple(links.values()), next=following, cms=preset.name)
