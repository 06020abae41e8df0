"""The first steps of a site: its lists, sitemaps, search and pages, as its entry in sources.yaml names them."""

from __future__ import annotations

from collections.abc import Iterable

from crawler.model import Link, ListKind, ListRequest, ListStep, Site


def first_steps(site: Site) -> list[Link | ListStep]:
    """Return the steps with which a visit begins."""
    return [
        *(_first(ListRequest(url=url)) for url in site.lists),
        *(_first(ListRequest(url=url), "sitemap") for url in site.sitemaps),
        *_search(site),
        *(Link(url=url, title="") for url in site.pages),
    ]


def list_urls(site: Site) -> list[str]:
    """Return the addresses of the first pages of a site's lists."""
    return [step.url for step in first_steps(site) if isinstance(step, ListStep)]


def first_url(site: Site) -> str:
    """Return the first address of a site, for outcomes of the site as a whole."""
    return next(iter(start_urls([site])), "")


def start_urls(sites: Iterable[Site]) -> list[str]:
    """Return the addresses that a crawl of these sites begins with."""
    return [step.url for site in sites for step in first_steps(site)]


def _first(request: ListRequest, kind: ListKind = "list") -> ListStep:
    return ListStep(request=request, first=request, kind=kind)


def _search(site: Site) -> Iterable[ListStep]:
    if not site.search:
        return
    from crawler.discover import search_page  # not for `fazhi source list`, unless an entry has a search

    if (request := search_page(site.search, 1)) is not None:
        yield ListStep(request=request, first=ListRequest(url=site.search), kind="search")
