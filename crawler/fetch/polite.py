"""Politeness: one request at a time to a host, and a least gap between the starts of two."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable

import httpx

Sleep = Callable[[float], Awaitable[None]]


class Polite(httpx.AsyncBaseTransport):
    """Holds each request until its host is due. The gap in seconds is the request's extension `delay`."""

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        *,
        sleep: Sleep = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._inner = inner
        self._sleep = sleep
        self._monotonic = monotonic
        self._slots: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._last: dict[str, float] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The inner transport's response, once the host is due; the slot is held until that has come."""
        host = request.url.host
        async with self._slots[host]:
            if (last := self._last.get(host)) is not None:
                wait = last + float(request.extensions.get("delay", 0.0)) - self._monotonic()
                if wait > 0:
                    await self._sleep(wait)
            self._last[host] = self._monotonic()
            return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close what lies below."""
        await self._inner.aclose()
