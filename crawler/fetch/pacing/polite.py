"""Politeness: so many requests at a time to a server, a least gap between the starts of two, slower when it is in trouble.

What is spared is the server, not its name: hosts that share an IP address share one turn.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable

import httpcore
import httpx

from crawler.errors import Unreachable
from crawler.fetch.answers.judge import retry_after
from crawler.fetch.figures import Ledger
from crawler.fetch.limits import Limits

Sleep = Callable[[float], Awaitable[None]]
Monotonic = Callable[[], float]
Addresses = Callable[[str, int], Awaitable[list[str]]]

_BUSY = (429, 503)
_SLOW = 3.0  # seconds; a server that takes longer gets as long a rest
_FIRST_REST = 1.0  # seconds
_CALM = 0.05  # seconds; a rest below this is over


class Turn:
    """One server: how many are with it, when it may be asked next, and how much rest it needs."""

    def __init__(self, at_once: int) -> None:
        self.places = asyncio.Semaphore(at_once)
        self.gate = asyncio.Lock()
        self._last: float | None = None
        self._rest = 0.0  # seconds of gap on account of its troubles
        self._closed_until = 0.0  # by its Retry-After

    def wait(self, delay: float, now: float) -> float:
        """Seconds until the server may be asked."""
        due = self._closed_until if self._last is None else self._last + max(delay, self._rest)
        return max(due, self._closed_until) - now

    def asked(self, now: float) -> None:
        """A request starts."""
        self._last = now

    def fine(self, took: float, slowest: float) -> None:
        """An answer as it should be: rest is halved, or as long as a slow answer took."""
        self._rest = min(took, slowest) if took > _SLOW else self._rest / 2
        if self._rest < _CALM:
            self._rest = 0.0

    def trouble(self, delay: float, slowest: float) -> None:
        """No answer, or one that says too much was asked: rest is doubled."""
        self._rest = min(max(2 * self._rest, 2 * delay, _FIRST_REST), slowest)

    def close(self, until: float) -> None:
        """Nothing is asked before this time."""
        self._closed_until = max(self._closed_until, until)


class Turns:
    """Each host's turn; of hosts that have an address in common, the same one."""

    def __init__(self) -> None:
        self._by_host: dict[str, Turn] = {}
        self._by_address: dict[str, Turn] = {}

    def known(self, host: str) -> Turn | None:
        """The turn of a host that was asked before."""
        return self._by_host.get(host)

    def of(self, host: str, addresses: Iterable[str], at_once: int) -> Turn:
        """The turn of a host with these addresses. How many it takes at once, its first visitor's entry decides."""
        found = [self._by_address[address] for address in addresses if address in self._by_address]
        turn = found[0] if found else self._by_host.get(host) or Turn(at_once)
        self._by_host[host] = turn
        for address in addresses:
            self._by_address.setdefault(address, turn)
        return turn


class Polite(httpx.AsyncBaseTransport):
    """Holds each request until its server is due. The gap in seconds is the request's extension `delay`."""

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        *,
        addresses: Addresses,
        ledger: Ledger,
        limits: Limits,
        sleep: Sleep = asyncio.sleep,
        monotonic: Monotonic = time.monotonic,
    ) -> None:
        self._inner = inner
        self._addresses = addresses
        self._ledger = ledger
        self._limits = limits
        self._sleep = sleep
        self._monotonic = monotonic
        self._turns = Turns()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The inner transport's response, once the server is due; the place is held until that has come."""
        site, delay = request.extensions.get("site"), float(request.extensions.get("delay", 0.0))
        turn = await self._turn(request.url, site.at_once if site else 1)
        async with turn.places:
            async with turn.gate:
                await self._until_due(turn, delay, request.url.host)
            started = self._monotonic()
            try:
                response = await self._inner.handle_async_request(request)
            except (httpx.TransportError, Unreachable):
                turn.trouble(delay, self._limits.slowest)
                raise
            self._learn(turn, response, delay, self._monotonic() - started)
            return response

    async def _turn(self, url: httpx.URL, at_once: int) -> Turn:
        if turn := self._turns.known(url.host):
            return turn
        try:
            addresses = await self._addresses(url.host, url.port or (443 if url.scheme == "https" else 80))
        except (httpcore.ConnectError, httpcore.ConnectTimeout):  # the connection will say so itself
            addresses = []
        return self._turns.of(url.host, addresses, at_once)

    async def _until_due(self, turn: Turn, delay: float, host: str) -> None:
        wait = turn.wait(delay, self._monotonic())
        if wait > 0:
            self._ledger.of(host).waited += wait
            await self._sleep(wait)
        turn.asked(self._monotonic())

    def _learn(self, turn: Turn, response: httpx.Response, delay: float, took: float) -> None:
        if response.status_code not in _BUSY:
            turn.fine(took, self._limits.slowest)
            return
        turn.trouble(delay, self._limits.slowest)
        asked = retry_after(response.extensions["capture"])
        if asked is not None:
            turn.close(self._monotonic() + min(asked, self._limits.retry_after))

    async def aclose(self) -> None:
        """Close what lies below."""
        await self._inner.aclose()
