"""Read one page of a portal: its links, those of its menus, its searches, and which government it is of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from crawler.cms.base_url import Base
from crawler.discover import discover
from crawler.discover.owner import candidate_lists, owner_of
from crawler.discover.portal.menus import is_markup, loads, menu_links
from crawler.discover.portal.more_links import named_links
from crawler.discover.portal.search_forms import search_requests
from crawler.extract.page.decode import decode
from crawler.extract.page.markup_limits import limit_markup
from crawler.field.text import one_line
from crawler.model import Headers, Link, ListRequest

MAX_LINKS = 2500
"""Links of a page that are kept. A portal's home page has some hundreds."""

MAX_TITLE_CHARS = 120
_BROKEN = re.compile("%22|%5C", re.I)
MAX_CANDIDATES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalPage:
    """What one page of a portal shows."""

    url: str  # after redirects
    title: str = ""  # of the document
    cms: str = "generic"
    owner: str | None = None  # name of the site's government or department
    region: str | None = None  # its division
    links: tuple[Link, ...] = ()
    menu: tuple[Link, ...] = ()  # links in scripts, JSON and attributes that are not in `links`
    loads: tuple[tuple[str, int], ...] = ()  # files that may hold a menu, each with a score
    searches: tuple[ListRequest, ...] = ()
    next: ListRequest | None = None  # the list's next page
    others: tuple[str, ...] = ()  # further sitemaps
    lists: tuple[str, ...] = ()  # lists that the page can be on, if it is a report's

    @property
    def is_whole_catalogue(self) -> bool:
        """Whether it shows all columns of 广东 gkmlpt together, whatever the name of the link to it."""
        return self.cms == "gkmlpt" and not column_fragment(self.url)


def read_portal_page(
    body: bytes,
    headers: Headers,
    url: str,
    request: ListRequest | None = None,
    first: ListRequest | None = None,
) -> PortalPage:
    """Return what a page shows: HTML, a script, JSON or a sitemap.

    `request`, `first`: what was requested for it and for the list's first page, if it is a further page of a list.
    """
    listing = discover(body, headers, url, request=request, first=first)
    others = tuple(each.url for each in listing.others)
    if listing.cms == "sitemap":
        return PortalPage(url=url, cms=listing.cms, links=listing.links, others=others)
    html, encoding, _ = decode(body, headers)
    tree = LexborHTMLParser(limit_markup(html))
    base = Base.of(tree, url, encoding)
    markup = is_markup(html)
    # HTML in the strings of a script is read by `menu_links`: the parser of pages leaves the escapes in its addresses
    links = tuple(each for each in listing.links if markup or not _BROKEN.search(each.url))[:MAX_LINKS]
    links = named_links(links, tree, base)
    known = {link.url for link in links}
    owner = owner_of(html)
    title = tree.css_first("title")
    menu = tuple(link for link in menu_links(html, tree, base) if link.url not in known)
    named = {(link.title, link.url.partition("#")[0]) for link in menu if column_fragment(link.url)}
    links = tuple(link for link in links if (link.title, link.url) not in named)
    known |= {link.url for link in menu}
    return PortalPage(
        url=url,
        title=one_line(title.text())[:MAX_TITLE_CHARS] if title else "",
        cms=listing.cms,
        owner=owner.name,
        region=owner.region,
        links=links,
        menu=menu,
        loads=tuple(pair for pair in loads(html, tree, base) if pair[0] not in known),
        searches=search_requests(html, tree, base),
        next=listing.next,
        others=others,
        lists=tuple(candidate_lists(url, html)[:MAX_CANDIDATES]),
    )


def column_fragment(url: str) -> str:
    """Return the fragment of an address that names a column: #505 of gkmlpt; empty for any other."""
    fragment = urlsplit(url).fragment
    return f"#{fragment}" if fragment.isdigit() and "/gkmlpt" in url else ""


def column_name(page_title: str) -> str:
    """Return the column's name in the title of a list page: 法治政府建设 of 法治政府建设_武汉市人民政府门户网站."""
    return re.split(r"[-_—|>]", page_title)[0].strip()
