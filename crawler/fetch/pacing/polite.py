"""Politeness: limit the requests at a time to one server, keep a gap between two, and back off when it fails or is slow.

A server is an IP address, not a host name: hosts that share an address share one schedule. Behind a proxy no address is
known, and a server is a host name. What robots.txt asks for
comes from `robots`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

import httpcore
import httpx

from crawler.errors import Unreachable
from crawler.fetch.answers.judge import retry_after
from crawler.fetch.connections.guard import port_of
from crawler.fetch.figures import HostTallies
from crawler.fetch.limits import Limits
from crawler.fetch.turns import CURRENT_TURN, Turn, Turns
from crawler.model import Site

Sleep = Callable[[float], Awaitable[None]]
Monotonic = Callable[[], float]
Addresses = Callable[[str, int], Awaitable[list[str]]]

_BUSY_STATUSES = (429, 503)
_SLOW_ANSWER_SECONDS = 3.0  # an answer that takes longer makes the gap as long as it took
_MIN_FIRST_BACKOFF_SECONDS = 1.0
_MIN_BACKOFF_SECONDS = 0.05  # a smaller one becomes 0


class ServerSchedule:
    """State of one server: its requests under way, when the next one may start, and its current backoff."""

    def __init__(self, at_once: int) -> None:
        self.slots = asyncio.Semaphore(at_once)
        self.start_lock = asyncio.Lock()
        self._last: float | None = None  # start of the last request, monotonic time
        self._backoff = 0.0  # seconds
        self._closed_until = 0.0  # monotonic time, by its Retry-After

    def gap(self, delay: float) -> float:
        """Return the seconds from one request to the next."""
        return max(delay, self._backoff)

    def seconds_until_due(self, delay: float, now: float) -> float:
        """Return the seconds until a request may start; negative if it may start now."""
        due = self._closed_until if self._last is None else self._last + self.gap(delay)
        return max(due, self._closed_until) - now

    def started(self, now: float) -> None:
        """Note that a request starts."""
        self._last = now

    def succeeded(self, took: float, longest: float) -> None:
        """Note an answer after `took` seconds: a slow one sets the backoff to that time, any other one halves it."""
        self._backoff = min(took, longest) if took > _SLOW_ANSWER_SECONDS else self._backoff / 2
        if self._backoff < _MIN_BACKOFF_SECONDS:
            self._backoff = 0.0

    def failed(self, delay: float, longest: float) -> None:
        """Note that no answer came, or one that says "too many requests": doubles the backoff."""
        self._backoff = min(max(2 * self._backoff, 2 * delay, _MIN_FIRST_BACKOFF_SECONDS), longest)

    def close(self, until: float) -> None:
        """Start no request before this time."""
        self._closed_until = max(self._closed_until, until)


class ServerSchedules:
    """The schedule of each host. Hosts with an IP address in common share one."""

    def __init__(self) -> None:
        self._by_host: dict[str, ServerSchedule] = {}
        self._by_address: dict[str, ServerSchedule] = {}
        self._servers: dict[str, tuple[str, ...]] = {}

    def known(self, host: str) -> ServerSchedule | None:
        """Return the schedule of a host that was asked before, else None."""
        return self._by_host.get(host)

    def servers(self, host: str) -> tuple[str, ...]:
        """Return what a host's turns are asked for by: its IP addresses, or its name where none is known."""
        return self._servers.get(host) or (host,)

    def of(self, host: str, addresses: Sequence[str], at_once: int) -> ServerSchedule:
        """Return the schedule of a host with these IP addresses; create it for `at_once` requests at a time if need be."""
        found = [self._by_address[address] for address in addresses if address in self._by_address]
        schedule = found[0] if found else self._by_host.get(host) or ServerSchedule(at_once)
        self._by_host[host] = schedule
        self._servers[host] = tuple(addresses)
        for address in addresses:
            self._by_address.setdefault(address, schedule)
        return schedule


class Polite(httpx.AsyncBaseTransport):
    """Hold each request until its server may be asked. The gap in seconds is the request's extension `delay`.

    `turns`: where the turns of servers that other processes ask too are kept; None: only this process asks them.
    """

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        *,
        addresses: Addresses,
        tallies: HostTallies,
        limits: Limits,
        turns: Turns | None = None,
        sleep: Sleep = asyncio.sleep,
        monotonic: Monotonic = time.monotonic,
    ) -> None:
        self._inner = inner
        self._addresses = addresses
        self._tallies = tallies
        self._limits = limits
        self._turns = turns
        self._sleep = sleep
        self._monotonic = monotonic
        self._schedules = ServerSchedules()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Wait until the server may be asked, then return the inner transport's response. Keeps a slot until it has come."""
        site: Site | None = request.extensions.get("site")
        delay = float(request.extensions.get("delay", 0.0))
        schedule = await self._schedule_of(request.url, site)
        async with schedule.slots:
            async with schedule.start_lock:
                await self._until_due(schedule, delay, request.url.host)
            if self._turns is None:
                return await self._send(schedule, request, delay)
            servers = self._schedules.servers(request.url.host)
            async with self._turns.turn(servers, schedule.gap(delay)) as turn:
                CURRENT_TURN.set(turn)
                try:
                    schedule.started(self._monotonic())
                    return await self._send(schedule, request, delay, turn)
                finally:
                    CURRENT_TURN.set(None)

    async def _send(
        self, schedule: ServerSchedule, request: httpx.Request, delay: float, turn: Turn | None = None
    ) -> httpx.Response:
        started = self._monotonic()
        try:
            response = await self._inner.handle_async_request(request)
        except (httpx.TransportError, Unreachable):
            schedule.failed(delay, self._limits.backoff)
            if turn is not None:
                turn.close_for(schedule.gap(delay))
            raise
        self._note_answer(schedule, response, delay, self._monotonic() - started, turn)
        return response

    async def _schedule_of(self, url: httpx.URL, site: Site | None) -> ServerSchedule:
        at_once = site.at_once if site else 1
        if schedule := self._schedules.known(url.host):
            return schedule
        if site and site.proxy:  # which resolves the name
            return self._schedules.of(url.host, [], at_once)
        try:
            addresses = await self._addresses(url.host, port_of(url))
        except (httpcore.ConnectError, httpcore.ConnectTimeout):  # connecting raises the same error again
            addresses = []
        return self._schedules.of(url.host, addresses, at_once)

    async def _until_due(self, schedule: ServerSchedule, delay: float, host: str) -> None:
        wait = schedule.seconds_until_due(delay, self._monotonic())
        if wait > 0:
            self._tallies.of(host).waited += wait
            await self._sleep(wait)
        schedule.started(self._monotonic())

    def _note_answer(
        self,
        schedule: ServerSchedule,
        response: httpx.Response,
        delay: float,
        took: float,
        turn: Turn | None,
    ) -> None:
        if response.status_code not in _BUSY_STATUSES:
            schedule.succeeded(took, self._limits.backoff)
            return
        schedule.failed(delay, self._limits.backoff)
        asked = retry_after(response.extensions["capture"])
        if asked is not None:
            wait = min(asked, self._limits.retry_after)
            schedule.close(self._monotonic() + wait)
            if turn is not None:
                turn.close_for(wait)

    async def aclose(self) -> None:
        """Close the inner transport."""
        await self._inner.aclose()
