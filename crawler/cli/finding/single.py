"""The search of one portal, for `fazhi source add` with the address of a home page."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from crawler.fetch import Fetcher
from crawler.field.counting import counted
from crawler.field.times import utc_now
from crawler.model import Site
from crawler.onboarding.add import Finding
from crawler.onboarding.find.model import FindResult, Options, Result, Target
from crawler.onboarding.find.pages import Pages
from crawler.onboarding.find.portal import search_portal
from crawler.onboarding.find.targets import target_at
from crawler.reading.pages import PageProcess

_BREAKER_LOG = logging.getLogger("crawler.fetch.pacing.circuit_breaker")


async def search_one(
    url: str, fetcher: Fetcher, page_process: PageProcess, *, region: str | None, defaults: Site
) -> FindResult:
    """Return what comes of the portal with a home page. `region`: its division, if it is given."""
    target: Target = target_at(url)
    if region is not None:
        target = replace(target, code=region)
    options = Options(site=defaults)
    site = replace(options.site, id=f"find {target.key}", max_requests=options.budget)
    pages = Pages(site=site, fetcher=fetcher, page_process=page_process)
    async with no_breaker_warnings():
        return await search_portal(target, options, pages, utc_now().date().isoformat())


@asynccontextmanager
async def no_breaker_warnings() -> AsyncIterator[None]:
    """Show no warning of a host that is left alone: a search's result says why a host gave no answer."""
    before = _BREAKER_LOG.level
    _BREAKER_LOG.setLevel(logging.ERROR)
    try:
        yield
    finally:
        _BREAKER_LOG.setLevel(before)


def finding_of(result: FindResult) -> Finding:
    """Return a search's result as what `fazhi source add` prints."""
    first = result.lists[0] if result.lists else None
    return Finding(
        url=result.target.home,
        cms=first.cms if first else None,
        paging=first.next if first else None,
        name=result.name,
        region=result.code,
        lists=tuple(found.url for found in result.lists),
        pages=tuple(link.url for link, _ in result.pages),
        list_pages=len(result.lists),
        links=len(result.reports),
        reports=result.reports,
        problem=None if result.result is Result.FOUND else _problem(result),
    )


def _problem(result: FindResult) -> str:
    column = f" {result.column.title} ({result.column.url}), no report in it" if result.column else ""
    detail = f": {result.detail}" if result.detail else ""
    return f"{result.result.value}{column} after {counted(result.requests, 'request')}{detail}"
