"""`ArchiveClient`: requests to web archives and their indexes, at each archive's own rate, until it asks to be left alone.

Guard, TLS and limits are those of a crawl. There is no robots.txt: it says what crawlers may copy, and these are services for
programs, asked one request at a time. No cookie is kept. What an answer means is decided by its caller.
"""

from __future__ import annotations

import asyncio
import copy
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

import httpx

from crawler.address import host_port, normal
from crawler.errors import FetchError, LeftAlone
from crawler.fetch.answers.judge import retry_after
from crawler.fetch.answers.redirects import REDIRECT_STATUSES, redirect_target
from crawler.fetch.client import NO_SITE, refuse_unfetchable, utc_now
from crawler.fetch.connections.failures import HTTPX_ERRORS, fetch_error
from crawler.fetch.connections.guard import ConnectTo, GuardedBackend, Resolver, system_resolver
from crawler.fetch.connections.network import Network
from crawler.fetch.figures import HostTallies
from crawler.fetch.limits import Limits
from crawler.fetch.pacing.polite import Monotonic, Sleep
from crawler.fetch.record import Recorder
from crawler.fetch.session import service_agent
from crawler.model import Capture

ARCHIVE_LIMITS = Limits(body=64 * 1024 * 1024, decoded=64 * 1024 * 1024, total=300.0, head=120.0, read=90.0)
"""An index answers thousands of lines, and takes its time to begin."""

BUSY_SECONDS = 60.0
"""Wait after 429 or 503 without Retry-After. The Internet Archive blocks an address that goes on within a minute."""
MAX_WAIT_SECONDS = 900.0
"""An archive that asks to wait longer is not asked again in this run."""
MAX_BUSY_ANSWERS = 3
"""In a row; then the archive is not asked again in this run."""
MAX_ATTEMPTS = 3
"""At one request: without an answer, or answered with 500, 502 or 504."""
MAX_REDIRECTS = 5

_BUSY_STATUSES = (429, 503)
_BROKEN_STATUSES = (500, 502, 504)
_FIRST_RETRY_SECONDS = 3.0  # doubled at each further attempt

_SETTINGS = replace(NO_SITE, headers="lenient")  # header lines of the archived server may be passed on

IsPlayed = Callable[[Capture], bool]


@dataclass(slots=True, kw_only=True)
class Service:
    """An archive in this run: whether it may be asked, and when its parts were asked last.

    `is_played`: whether an answer is an archived page, whose status says nothing of the archive.
    """

    name: str
    is_played: IsPlayed = lambda _: False
    closed_until: datetime | None = None  # as it asked
    given_up: str = ""  # why it is not asked any more in this run
    busy_answers: int = 0  # in a row
    failures: int = 0  # requests in a row without an answer
    last_start: dict[str, float] = field(default_factory=dict)  # monotonic time, by part

    def give_up(self, url: str, reason: str) -> LeftAlone:
        """Ask the archive nothing more in this run, and return the error that says so."""
        self.given_up = reason
        return LeftAlone(url, f"{self.name} is not asked any more: {reason}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of an archive with a rate of its own: its index, or its captures."""

    name: str
    gap: float  # seconds from the start of one request to that of the next


class ArchiveClient:
    """Sends one request at a time to each archive. An async context manager, which closes the connections."""

    def __init__(
        self,
        *,
        connect_to: ConnectTo | None = None,
        limits: Limits = ARCHIVE_LIMITS,
        resolver: Resolver = system_resolver,
        clock: Callable[[], datetime] = utc_now,
        sleep: Sleep = asyncio.sleep,
        monotonic: Monotonic = time.monotonic,
        count: Callable[[], None] = lambda: None,
    ) -> None:
        """`sleep` may raise Halted; `count` is called for each request."""
        self._limits, self._clock, self._sleep, self._monotonic = limits, clock, sleep, monotonic
        self._count = count
        self._agent = service_agent()
        backend = GuardedBackend(resolver=resolver, connect_to=connect_to)
        self._stack = Recorder(
            Network(backend), sink=_forget, clock=clock, tallies=HostTallies(), limits=limits
        )

    def on_behalf_of(self, contact: str | None) -> Self:
        """Return this client with a mail or web address in its User-Agent, over the same connections."""
        named = copy.copy(self)
        named._agent = service_agent(contact)
        return named

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def get(
        self, url: str, service: Service, part: Part, headers: Sequence[tuple[str, str]] = ()
    ) -> Capture:
        """Return the answer at the end of the redirects, whatever its status is; the redirects are its `hops`.

        A redirect that leads to another host is returned as it is. Raises LeftAlone when the archive is not to be asked any more, FetchError when no answer came, Halted.
        """
        hops: list[Capture] = []
        current = normal(url) or url
        while True:
            capture = await self._answer(current, service, part, headers)
            moves = capture.status in REDIRECT_STATUSES and not service.is_played(capture)
            target = redirect_target(capture, b"") if moves else None
            if target is None or host_port(target) != host_port(current) or len(hops) >= MAX_REDIRECTS:
                return _with_hops(capture, hops)
            hops.append(capture)
            current = target

    async def _answer(
        self, url: str, service: Service, part: Part, headers: Sequence[tuple[str, str]]
    ) -> Capture:
        """Return one answer, after waits and further attempts."""
        refuse_unfetchable(url)
        attempt = 0
        while True:
            attempt += 1
            await self._until_due(url, service, part)
            try:
                capture = await self._exchange(url, headers)
            except FetchError as error:
                await self._failed(error, service, attempt)
                continue
            service.failures = 0
            if service.is_played(capture):
                service.busy_answers = 0
                return capture
            if capture.status in _BUSY_STATUSES:
                await self._busy(capture, service)
                continue
            service.busy_answers = 0
            if capture.status in _BROKEN_STATUSES and attempt < MAX_ATTEMPTS:
                await self._sleep(_FIRST_RETRY_SECONDS * 2 ** (attempt - 1))
                continue
            return capture

    async def _until_due(self, url: str, service: Service, part: Part) -> None:
        if service.given_up:
            raise LeftAlone(url, f"{service.name} is not asked any more: {service.given_up}")
        if service.closed_until is not None:
            wait = (service.closed_until - self._clock()).total_seconds()
            if wait > MAX_WAIT_SECONDS:
                until = f"{service.closed_until:%Y-%m-%d %H:%M:%S}"
                raise service.give_up(url, f"it asked not to be asked before {until} UTC")
            if wait > 0:
                await self._sleep(wait)
        now = self._monotonic()
        due = service.last_start.get(part.name, now - part.gap) + part.gap
        if due > now:
            await self._sleep(due - now)
        service.last_start[part.name] = self._monotonic()

    async def _failed(self, error: FetchError, service: Service, attempt: int) -> None:
        if not error.retry:
            raise error
        if attempt < MAX_ATTEMPTS:
            await self._sleep(_FIRST_RETRY_SECONDS * 2 ** (attempt - 1))
            return
        service.failures += 1
        if service.failures >= MAX_ATTEMPTS:
            raise service.give_up(error.url, error.reason) from error
        raise error.after(attempt)

    async def _busy(self, capture: Capture, service: Service) -> None:
        """Wait as long as a busy archive asks. Raises LeftAlone if that is too long, or if it is still busy then."""
        service.busy_answers += 1
        asked = retry_after(capture)
        seconds = BUSY_SECONDS if asked is None else asked
        service.closed_until = self._clock() + timedelta(seconds=min(seconds, 30 * 86_400.0))
        if seconds > MAX_WAIT_SECONDS or service.busy_answers >= MAX_BUSY_ANSWERS:
            reason = f"it answers {capture.status} and asks to wait {seconds:.0f} seconds"
            raise service.give_up(capture.url, reason)

    async def _exchange(self, url: str, headers: Sequence[tuple[str, str]]) -> Capture:
        self._count()
        own = {"User-Agent": self._agent, "Accept-Encoding": "identity", "Connection": "keep-alive"}
        try:
            request = httpx.Request(
                "GET",
                url,
                headers=[*own.items(), *headers],
                extensions={"site": _SETTINGS, "timeout": self._limits.timeout},
            )
            response = await self._stack.handle_async_request(request)
        except tuple(HTTPX_ERRORS) as error:
            raise fetch_error(url, error) from error
        capture: Capture = response.extensions["capture"]
        return capture


def _with_hops(capture: Capture, hops: list[Capture]) -> Capture:
    return replace(capture, hops=tuple(hops)) if hops else capture


def _forget(_: Capture) -> None:
    """Sink: the caller keeps what it needs of the answer."""
