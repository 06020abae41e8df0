"""Run the jobs of some queues until nothing waits or the end is asked for. A database that is away for a while ends nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress

import psycopg
from procrastinate.exceptions import ConnectorException
from psycopg_pool import PoolTimeout

from crawler.spread.queue.jobs import Queue, QueueAway, masked, prepare

STALLED_SECONDS = 30.0
"""A worker that has given no sign of life for so long counts as dead. Leases end before."""

_RETRY_SECONDS = 2.0
MAX_RETRY_SECONDS = 60.0
"""Longest wait between two attempts to reach a database that is away when a process begins."""
_POLL_SECONDS = 2.0

log = logging.getLogger(__name__)


async def reach(url: str, ending: asyncio.Event, tell: Callable[[str], None]) -> bool:
    """Wait until the queue's database can be reached; tell once that it cannot, and once that it can again.

    Returns False if the end was asked for before. Raises CrawlerError if it can be reached and not be used.
    """
    wait, away = _RETRY_SECONDS, False
    while not ending.is_set():
        try:
            await prepare(url)
        except QueueAway as error:
            if not away:
                tell(f"{error}; it is waited for")
            away = True
            await _wait(ending, wait)
            wait = min(2 * wait, MAX_RETRY_SECONDS)
        else:
            if away:
                tell(f"{masked(url)}: the queue's database is there")
            return True
    return False


async def _wait(ending: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await ending.wait()


async def work(
    queue: Queue,
    queues: Sequence[str],
    *,
    concurrency: int,
    ending: asyncio.Event,
    once: bool,
    stalled_seconds: float = STALLED_SECONDS,
) -> None:
    """Run jobs, at most `concurrency` at a time. `ending`: when it is set, no further job is begun, and those under way are awaited.

    `stalled_seconds`: after so long without a sign of life a worker counts as dead. `once`: end as soon as nothing waits that could be begun.
    """
    while not ending.is_set():
        worker = asyncio.create_task(
            queue.app.run_worker_async(
                queues=queues,
                concurrency=concurrency,
                wait=not once,
                fetch_job_polling_interval=_POLL_SECONDS,
                update_heartbeat_interval=stalled_seconds / 6,
                stalled_worker_timeout=stalled_seconds,
                install_signal_handlers=False,
            )
        )
        waiting = asyncio.create_task(ending.wait())
        await asyncio.wait({worker, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if not worker.done():
            worker.cancel()  # it stops in order: a cancelled worker awaits its jobs
        try:
            with suppress(asyncio.CancelledError):
                await worker
        except (ConnectorException, psycopg.OperationalError, PoolTimeout, OSError) as error:
            log.warning("queue", extra={"error": type(error).__name__})
            await _wait(ending, _RETRY_SECONDS)
            continue
        if once:
            return
