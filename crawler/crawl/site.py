"""Visit one site: work off its frontier, then request the archived reports that no list showed, then check the expectations.

Yields an Outcome for each address. A page that fails is an outcome and never stops the site: the only broad `except` of
the crawl is here. `lists` and `reports` do the single steps.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing

from crawler.address import canonical, family
from crawler.crawl.expectations import check_expectations
from crawler.crawl.first_steps import first_url
from crawler.crawl.lists import list_page
from crawler.crawl.reports import report_page
from crawler.crawl.visit import Visit, note_outcome
from crawler.errors import ArchiveError, ExpectationError, Halted
from crawler.model import Ending, Link, ListStep, Outcome

log = logging.getLogger(__name__)


async def crawl_site(visit: Visit) -> AsyncGenerator[Outcome, None]:
    """Yield the outcomes of one site: of each list page, of the reports it leads to, of given pages, of archived reports.

    When the crawl must end, the steps not done are left in `visit.frontier`.
    """
    async for outcome in _work_off(visit):
        yield outcome
    if not visit.frontier:
        visit.frontier.extend(_archived_not_seen(visit))  # those on the lists were requested already
        visit.archived = ()
        async for outcome in _work_off(visit):
            yield outcome
    if not visit.frontier:
        try:
            check_expectations(visit)
        except ExpectationError as error:
            visit.dried_up = True
            yield note_outcome(visit, Ending.DRIED_UP, first_url(visit.site), str(error))


def _archived_not_seen(visit: Visit) -> Iterator[Link]:
    """Yield the archived reports, except those with a varying address that this visit saw in another form of it."""
    archive, began = visit.archive, visit.began_at
    for link in visit.archived:
        varies = family(link.url) != canonical(link.url)
        if not (varies and archive and began and archive.seen_since(link.url, began)):
            yield link


async def _work_off(visit: Visit) -> AsyncGenerator[Outcome, None]:
    """Do the steps of the frontier and those they add, until it is empty or the crawl must end."""
    while visit.frontier and visit.halt.may_start_page() and not visit.stopped:
        if spent := visit.spent():
            visit.stopped = spent
            level = (
                logging.INFO if visit.fetcher.given_up(visit.site) else logging.WARNING
            )  # a proxy was told once
            log.log(
                level, "visit ends", extra={"site": visit.site.id, "why": spent, "left": len(visit.frontier)}
            )
            return
        step, ended = visit.frontier.popleft(), False
        work = list_page(visit, step) if isinstance(step, ListStep) else report_page(visit, step)
        try:
            with visit.halt.page_in_flight():
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
    """Turn an unforeseen exception into a failed outcome of this page. Other pages go on."""
    try:
        async for outcome in step:
            yield outcome
    except (ArchiveError, Halted):
        raise
    except Exception as error:
        log.exception("internal error", extra={"site": visit.site.id, "url": url})
        yield note_outcome(visit, Ending.FAILED, url, f"internal error of fazhi, please report it: {error!r}")
