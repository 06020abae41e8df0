"""Tell people once that the queue's database is away, and once that it is there again, in place of what its libraries log.

procrastinate and psycopg's pool log each attempt to reach a database that is away, with tracebacks, on stderr. A job that failed is
told in a line; what else they log with its traceback: it is a fault of this program.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import psycopg
from procrastinate.exceptions import ConnectorException
from psycopg_pool import PoolTimeout

from crawler.errors import CrawlerError
from crawler.spread.queue.jobs import ENTER, ENTER_READINGS, QueueAway
from crawler.spread.queue.working import MAX_RETRY_SECONDS, reach

_LOGGERS = ("procrastinate", "psycopg.pool")
_ENDS_WITH_ITS_ERROR = (ENTER, ENTER_READINGS)  # tasks: the enterer ends with the error of one
_AWAY = (QueueAway, ConnectorException, psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout)


class _Absence(logging.Handler):
    """Sets `noticed` when a record says that the database cannot be reached; tells of all others."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self.noticed = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record, from any thread."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, (CrawlerError, OSError)) and not isinstance(error, QueueAway):  # of a job
            job = getattr(record, "job", {})
            if job.get("task_name") not in _ENDS_WITH_ITS_ERROR:
                of = job.get("task_kwargs", {})
                name = of.get("server") or of.get("file") or record.getMessage()
                self._tell(f"{name}: its job failed: {error}")
        elif record.name.startswith("psycopg") or any(isinstance(each, _AWAY) for each in _causes(error)):
            self._loop.call_soon_threadsafe(self.noticed.set)
        else:
            self._tell(self.format(record))


def _causes(error: BaseException | None) -> list[BaseException]:
    """Return an error and what it came from."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


@asynccontextmanager
async def absence_told(url: str, tell: Callable[[str], None]) -> AsyncIterator[None]:
    """Tell of an absence of the queue's database while a worker or an enterer runs in the block. `url`: its address."""
    handler, ending = _Absence(tell), asyncio.Event()

    async def watch() -> None:
        while not ending.is_set():
            await handler.noticed.wait()
            try:
                await reach(url, ending, tell)
            except CrawlerError as error:  # it is there, and refuses
                tell(str(error))
                await asyncio.sleep(MAX_RETRY_SECONDS)
            handler.noticed.clear()

    loggers = [logging.getLogger(name) for name in _LOGGERS]
    for each in loggers:
        each.addHandler(handler)
    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        ending.set()
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        for each in loggers:
            each.removeHandler(handler)
