"""One site: list → links → title filter → fetch → record → extract → store. One bad page never stops it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing

from crawler.address import canonical, family
from crawler.crawl.expectations import check_expectations
from crawler.crawl.lists import list_page
from crawler.crawl.reports import report
from crawler.crawl.visit import Visit, front, noted
from crawler.errors import ArchiveError, ExpectationError, Halted
from crawler.model import Ending, Link, ListStep, Outcome

log = logging.getLogger(__name__)


async def crawl_site(visit: Visit) -> AsyncGenerator[Outcome, None]:
    """One site: its lists page by page, the reports of each page as it is read, pages given outright, reports held.

    When the crawl is to end, so does this, with the rest in `visit.frontier`.
    """
    async for outcome in _work_off(visit):
        yield outcome
    if not visit.frontier:
        visit.frontier.extend(_not_seen(visit))  # those that the lists led to are not asked for again
        visit.known = ()
        async for outcome in _work_off(visit):
            yield outcome
    if not visit.frontier:
        try:
            check_expectations(visit)
        except ExpectationError as error:
            visit.dried_up = True
            yield noted(visit, Ending.DRIED_UP, front(visit.site), str(error))


def _not_seen(visit: Visit) -> Iterator[Link]:
    """The reports held, without those whose address has changed and that were seen at the new one."""
    archive, began = visit.archive, visit.began_at
    for link in visit.known:
        varies = family(link.url) != canonical(link.url)
        if not (varies and archive and began and archive.seen_since(link.url, began)):
            yield link


async def _work_off(visit: Visit) -> AsyncGenerator[Outcome, None]:
    """What the frontier holds, and what that leads to."""
    while visit.frontier and visit.halt.may_begin():
        step, ended = visit.frontier.popleft(), False
        work = list_page(visit, step) if isinstance(step, ListStep) else report(visit, step)
        try:
            with visit.halt.page():
                async with aclosing(_contained(visit, step.url, work)) as outcomes:
                    async for outcome in outcomes:
                        ended = True
                        yield outcome
        except (Halted, asyncio.CancelledError) as cut_short:
            if not ended:
                visit.frontier.appendleft(step)
            if not isinstance(cut_short, Halted):
                raise


async def _contained(
    visit: Visit, url: str, step: AsyncGenerator[Outcome, None]
) -> AsyncGenerator[Outcome, None]:
    """The boundary around each page: what no room foresaw fails this one, and no other."""
    try:
        async for outcome in step:
            yield outcome
    except (ArchiveError, Halted):
        raise
    except Exception as error:
        log.exception("a fault of ours", extra={"site": visit.site.id, "url": url})
        yield noted(visit, Ending.FAILED, url, f"a fault of ours, please report it: {error!r}")
