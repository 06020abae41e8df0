"""`Fetcher`: one address to one Capture, with retries, redirects and conditional requests."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import httpcore
import httpx

from crawler.address import has_credentials, normal
from crawler.errors import FetchError, Refused
from crawler.fetch.answers.judge import judge, judge_redirect, uncompressed
from crawler.fetch.answers.redirects import redirect_target
from crawler.fetch.browser.chromium import Chromium
from crawler.fetch.browser.render import Browser, Renderer
from crawler.fetch.connections.failures import TABLE, failure
from crawler.fetch.connections.guard import ConnectTo, GuardedBackend, Resolver, system_resolver
from crawler.fetch.connections.network import Network
from crawler.fetch.figures import Ledger
from crawler.fetch.limits import Limits
from crawler.fetch.pacing.circuit_breaker import Breaker
from crawler.fetch.pacing.polite import Monotonic, Polite, Sleep
from crawler.fetch.pacing.retries import Patience
from crawler.fetch.pacing.robots import Robots
from crawler.fetch.record import Recorder, Sink
from crawler.fetch.session import Sessions, same_page, step
from crawler.model import Capture, HostFigures, ListRequest, Page, Rendering, Site, Validators

log = logging.getLogger(__name__)

Missed = Callable[[str, Site, FetchError], None]

NO_SITE = Site(id="", name="", region="", delay=0.0)
"""How an address is treated that belongs to no entry of sources.yaml."""

_CONNECT_FAILURES = (httpcore.ConnectError, httpcore.ConnectTimeout)


def utc_now() -> datetime:
    """The time now, aware, UTC, whole milliseconds (what a WARC date keeps)."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


class Fetcher:
    """Fetches through Robots(Breaker(Polite(Recorder(bottom)))); every exchange goes to `sink` before it is judged.

    `bottom` is the guarded network, or a Replay, to which neither politeness nor patience is owed. Pages as a browser
    drew them go to `rendered`; it is Chromium, if need be, unless another is given. `missed` is told of each attempt
    at an address that had no answer, or none that was of use.
    """

    def __init__(
        self,
        *,
        sink: Sink,
        replay: httpx.AsyncBaseTransport | None = None,
        rendered: Callable[[Rendering], None] = lambda _: None,
        missed: Missed = lambda *_: None,
        browser: Browser | None = None,
        connect_to: ConnectTo | None = None,
        limits: Limits | None = None,
        resolver: Resolver = system_resolver,
        clock: Callable[[], datetime] = utc_now,
        sleep: Sleep = asyncio.sleep,
        monotonic: Monotonic = time.monotonic,
    ) -> None:
        self._limits = limits or Limits()
        self._backend = GuardedBackend(resolver=resolver, connect_to=connect_to)
        self._missed = missed
        self._ledger = Ledger()
        self._sessions = Sessions()
        patience_sleep = sleep if replay is None else _no_wait
        self._patience = Patience(budget=self._limits.patience, sleep=patience_sleep, monotonic=monotonic)
        bottom = replay or Network(self._backend)
        stack: httpx.AsyncBaseTransport = Recorder(
            bottom, sink=sink, clock=clock, ledger=self._ledger, limits=self._limits
        )
        if replay is None:
            stack = Polite(
                stack,
                addresses=self._backend.addresses,
                ledger=self._ledger,
                limits=self._limits,
                sleep=sleep,
                monotonic=monotonic,
            )
            stack = Breaker(stack, limits=self._limits)
        self._stack = Robots(stack, longest_delay=self._limits.crawl_delay)
        self._renderer = Renderer(
            browser or Chromium(),
            get=self.get,
            piece=self.piece,
            sink=rendered,
            clock=clock,
            limits=self._limits,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._renderer.aclose()
        finally:
            await self._stack.aclose()

    def figures(self) -> tuple[HostFigures, ...]:
        """What has been asked of each host so far, by host name."""
        return self._ledger.figures()

    async def get(
        self, request: str | ListRequest, validators: Validators | None = None, *, site: Site = NO_SITE
    ) -> Capture:
        """The capture at the end of all redirects, whose own captures are its `hops`.

        `site` says how its hosts are to be treated. With `validators` the answer may be 304. Raises FetchError:
        after the attempts that the kind of failure is given, see patience.
        """
        return await self._patiently(_normal(_asked(request)), validators, site)

    async def page(
        self, request: str | ListRequest, validators: Validators | None = None, *, site: Site = NO_SITE
    ) -> Page:
        """What `get` gives; of a site with `render`, the page as a browser draws it, asked for without validators.

        That such a page is not modified would say nothing of what its scripts ask for.
        """
        if site.render:
            return await self._renderer.page(_asked(request), site)
        return await self.get(request, validators, site=site)

    async def piece(self, request: ListRequest, *, site: Site) -> Capture:
        """What a page asks for while a browser draws it. Like `get`, but judged and redirected by its head alone."""
        return await self._patiently(_normal(request), None, site, by_head=True)

    async def _patiently(
        self, asked: ListRequest, validators: Validators | None, site: Site, *, by_head: bool = False
    ) -> Capture:
        tally = self._ledger.of(_host(asked.url))

        async def attempt() -> Capture:
            try:
                return await self._follow(asked, validators, site, by_head=by_head)
            except FetchError as error:
                tally.errors[error.kind] += 1
                said = {"site": site.id, "url": asked.url, "kind": error.kind, "reason": error.reason}
                log.info("failed attempt", extra=said)
                if error.retry:
                    self._missed(asked.url, site, error)
                raise

        def retried() -> None:
            tally.retries += 1

        return await self._patience.attempt(attempt, source=site.id or asked.url, retried=retried)

    async def _follow(
        self, asked: ListRequest, validators: Validators | None, site: Site, *, by_head: bool
    ) -> Capture:
        hops: list[Capture] = []
        steps: set[tuple[str, str, str]] = set()
        next_one = asked
        while True:
            known = validators if validators and same_page(next_one.url, asked.url) else None
            capture = await self._exchange(next_one, known, site, steps)
            body = b"" if by_head else uncompressed(capture, self._limits.decoded)
            target = redirect_target(capture, body)
            if target is None:
                judge(capture, body, conditional=known is not None)
                return replace(capture, hops=tuple(hops))
            judge_redirect(capture, target)
            hops.append(capture)
            if len(hops) > self._limits.hops:
                raise FetchError(asked.url, f"redirects on and on ({len(hops)} of them)", kind="redirects")
            # RFC 9110, 15.4: 307 and 308 keep the method, the others make it a GET, as every browser does
            next_one = (
                replace(next_one, url=target) if capture.status in (307, 308) else ListRequest(url=target)
            )

    async def _exchange(
        self, asked: ListRequest, validators: Validators | None, site: Site, steps: set[tuple[str, str, str]]
    ) -> Capture:
        """One request and its answer. `steps` are those of the chain so far, this one to be among them."""
        try:
            _check(asked.url)
            request = self._sessions.request(asked, site, validators, self._limits.timeout)
            if (this := step(request)) in steps:
                raise FetchError(asked.url, "redirects go round in a circle", kind="redirects")
            steps.add(this)
            response = await self._stack.handle_async_request(request)
        except tuple(TABLE) as error:
            raise failure(asked.url, error) from error
        self._sessions.keep(response, site)
        capture: Capture = response.extensions["capture"]
        return capture

    async def any_reachable(self, urls: Iterable[str], *, timeout: float = 4.0) -> bool:
        """Whether a connection to the host of any of the addresses comes about within `timeout` seconds."""
        targets = {
            (url.host, url.port or (443 if url.scheme == "https" else 80)) for url in map(httpx.URL, urls)
        }
        attempts = [asyncio.create_task(self._connects(host, port, timeout)) for host, port in targets]
        try:
            for attempt in asyncio.as_completed(attempts):
                if await attempt:
                    return True
            return False
        finally:
            for task in attempts:
                task.cancel()
            await asyncio.gather(*attempts, return_exceptions=True)

    async def _connects(self, host: str, port: int, timeout: float) -> bool:
        try:
            async with asyncio.timeout(timeout):
                stream = await self._backend.connect_tcp(host, port, timeout=timeout)
        except (TimeoutError, Refused, *_CONNECT_FAILURES):
            return False
        await stream.aclose()
        return True


def _asked(request: str | ListRequest) -> ListRequest:
    return ListRequest(url=request) if isinstance(request, str) else request


def _normal(asked: ListRequest) -> ListRequest:
    """The request with its address in the one form that guard, robots.txt and connection are to read."""
    url = normal(asked.url)
    return replace(asked, url=url) if url else asked


def _check(url: str) -> None:
    """Raises Refused for what is no web address, and for credentials: they would stand in every log and archive.

    A host name that httpx cannot read back is refused too: two parsers must not see two hosts in one address.
    """
    if has_credentials(url):
        raise Refused(url, "an address with a password in it")
    if normal(url) != url:
        raise Refused(url, "only addresses of http and https are fetched")
    try:
        host = httpx.URL(url).host
    except (UnicodeError, httpx.InvalidURL):
        host = ""
    if not host:
        raise Refused(url, "its host name is not one that IDNA (RFC 5891) allows")


def _host(url: str) -> str:
    try:
        return httpx.URL(url).host
    except (UnicodeError, httpx.InvalidURL):  # `_check` refuses it
        return ""


async def _no_wait(_: float) -> None:
    """What a replay needs no time for."""
