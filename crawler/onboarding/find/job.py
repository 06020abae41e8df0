"""Search many portals at once, one task for each host, and note in the state file what was read and what came of each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace

from crawler.address import host_of
from crawler.errors import CrawlerError, ProxyGivenUp
from crawler.fetch import Fetcher
from crawler.onboarding.find.model import FindResult, Options, Target
from crawler.onboarding.find.pages import Pages
from crawler.onboarding.find.portal import search_portal
from crawler.onboarding.find.state import NoState, State
from crawler.onboarding.limits import DEFAULT_HOSTS_AT_ONCE
from crawler.reading.pages import PageProcess

OnResult = Callable[[FindResult, bool], None]
"""Called with each result, and whether it was known from the state file."""


async def find_portals(
    targets: Iterable[Target],
    options: Options,
    *,
    fetcher: Fetcher,
    page_process: PageProcess,
    state: State | NoState,
    today: str,
    on_result: OnResult,
    hosts_at_once: int = DEFAULT_HOSTS_AT_ONCE,
) -> None:
    """Search portals; portals of one host one after the other. A portal that an earlier run finished is not asked again.

    Raises CrawlerError when a proxy fails, and what `on_result` and the state file raise, such as ConfigError on a full disk;
    what was found so far is in the state file.
    """
    by_host: dict[str, list[Target]] = {}
    for target in targets:
        if (known := state.result(target.key, options)) is not None:
            on_result(known, True)
        else:
            by_host.setdefault(host_of(target.home), []).append(target)
    slots = asyncio.Semaphore(hosts_at_once)

    async def one_host(waiting: list[Target]) -> None:
        async with slots:
            for target in waiting:
                pages = _pages(target, options, fetcher, page_process, state)
                result = await search_portal(target, options, pages, today)
                state.note_result(target.key, options, result)
                on_result(result, False)

    try:
        async with asyncio.TaskGroup() as tasks:
            for waiting in by_host.values():
                tasks.create_task(one_host(waiting))
    except ExceptionGroup as group:
        told = [error for error in group.exceptions if isinstance(error, CrawlerError)]
        if len(told) < len(group.exceptions):
            raise  # a fault of the program
        given_up = next((error for error in told if isinstance(error, ProxyGivenUp)), None)
        if given_up is None:
            raise told[0] from None
        raise CrawlerError(f"the search ends: {given_up.reason}") from given_up


async def find(
    targets: Iterable[Target],
    *,
    fetcher: Fetcher,
    page_process: PageProcess,
    options: Options | None = None,
    today: str,
    hosts_at_once: int = DEFAULT_HOSTS_AT_ONCE,
) -> AsyncIterator[FindResult]:
    """Yield the result of each portal as it comes, without a state file. `today`: ISO date, for the results."""
    done: asyncio.Queue[FindResult | None] = asyncio.Queue()

    async def search() -> None:
        try:
            await find_portals(
                targets,
                options or Options(),
                fetcher=fetcher,
                page_process=page_process,
                state=NoState(),
                today=today,
                on_result=lambda result, _: done.put_nowait(result),
                hosts_at_once=hosts_at_once,
            )
        finally:
            done.put_nowait(None)

    task = asyncio.create_task(search())
    try:
        while (result := await done.get()) is not None:
            yield result
        await task
    finally:
        task.cancel()


def _pages(
    target: Target, options: Options, fetcher: Fetcher, page_process: PageProcess, state: State | NoState
) -> Pages:
    begun = state.begun(target.key, options)
    return Pages(
        site=replace(options.site, id=f"find {target.key}", max_requests=options.budget),
        fetcher=fetcher,
        page_process=page_process,
        known=dict(begun.answers),
        asked_before=begun.asked,
        note=state.note_page(target.key, options),
    )
