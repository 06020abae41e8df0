"""Ending a crawl in order: nothing is begun after it was asked for, what is under way is finished."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from crawler.errors import Halted


class Halt:
    """Whether and why a crawl is to end. Asked by a signal, by a time limit, or by itself at a number of exchanges."""

    def __init__(self, *, max_requests: int | None = None) -> None:
        self.why: str | None = None
        self.under_way = 0  # pages that are being fetched
        self._max_requests = max_requests
        self._exchanges = 0
        self._asked = asyncio.Event()

    def ask(self, why: str) -> None:
        """From now on nothing more is begun, and what waits for its turn waits no longer. The first reason stands."""
        self.why = self.why or why
        self._asked.set()

    async def asked(self) -> None:
        """Return when the crawl was asked to end."""
        await self._asked.wait()

    def count(self) -> None:
        """One exchange has come in."""
        self._exchanges += 1

    def may_begin(self) -> bool:
        """Whether one more page may be asked for. A page under way counts as the exchange that it will be.

        At the limit nobody's waiting is cut short: else a small limit would be spent on robots.txt alone.
        """
        if self._max_requests is not None and self._exchanges + self.under_way >= self._max_requests:
            self.why = self.why or f"--max-requests {self._max_requests}"
        return self.why is None

    @contextmanager
    def page(self) -> Iterator[None]:
        """Around the fetching of one page."""
        self.under_way += 1
        try:
            yield
        finally:
            self.under_way -= 1

    async def sleep(self, seconds: float) -> None:
        """Wait for a turn. Raises Halted when the crawl is to end before it comes."""
        try:
            async with asyncio.timeout(seconds):
                await self._asked.wait()
        except TimeoutError:
            return
        raise Halted(f"the crawl ends before its turn: {self.why}")
