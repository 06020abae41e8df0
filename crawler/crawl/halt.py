"""End a crawl in order: no new page is started after the request to end, and pages in flight are finished."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from crawler.errors import Halted


class Halt:
    """Whether and why a crawl must end. A signal, a time limit or the limit of exchanges requests it."""

    def __init__(self, *, max_requests: int | None = None) -> None:
        self.why: str | None = None
        self.planned = False  # a limit was reached, which the caller has set
        self.pages_in_flight = 0
        self._max_requests = max_requests
        self._exchanges = 0
        self._requested = asyncio.Event()

    def request(self, why: str, *, planned: bool = False) -> None:
        """Start no further page, and wake all that wait for their turn. The first reason is kept.

        `planned`: a limit of the caller's is reached.
        """
        self._note(why, planned=planned)
        self._requested.set()

    async def requested(self) -> None:
        """Return once the end was requested."""
        await self._requested.wait()

    @property
    def exchanges(self) -> int:
        """Number of exchanges so far."""
        return self._exchanges

    def count_exchange(self) -> None:
        """Count one exchange against the limit."""
        self._exchanges += 1

    def may_start_page(self) -> bool:
        """Whether one more page may be requested. A page in flight counts as the one exchange that it will be.

        At the limit of exchanges no wait is cut short: otherwise a small limit would be spent on robots.txt alone.
        """
        if self._max_requests is not None and self._exchanges + self.pages_in_flight >= self._max_requests:
            self._note(f"--max-requests {self._max_requests}", planned=True)
        return self.why is None

    def _note(self, why: str, *, planned: bool) -> None:
        if self.why is None:
            self.why, self.planned = why, planned

    @contextmanager
    def page_in_flight(self) -> Iterator[None]:
        """Count a page as in flight while the block runs."""
        self.pages_in_flight += 1
        try:
            yield
        finally:
            self.pages_in_flight -= 1

    async def sleep(self, seconds: float) -> None:
        """Wait for so long. Raises Halted when the end is requested before."""
        try:
            async with asyncio.timeout(seconds):
                await self._requested.wait()
        except TimeoutError:
            return
        raise Halted(f"the crawl ends before its turn: {self.why}")


@contextmanager
def on_first_signal(end: Callable[[str], None]) -> Iterator[None]:
    """Call `end` with the name of the first SIGTERM or SIGINT of the block. The second one ends the process.

    For the main thread, inside its event loop.
    """
    loop = asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)

    def first(number: signal.Signals) -> None:
        for each in signals:  # before anything is printed: the second signal may follow at once
            loop.remove_signal_handler(each)
            signal.signal(each, signal.SIG_DFL)
        end(number.name)

    for each in signals:
        loop.add_signal_handler(each, first, each)
    try:
        yield
    finally:
        for each in signals:
            loop.remove_signal_handler(each)
