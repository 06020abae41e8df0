"""`Fetcher` takes an address and returns a Capture: it builds the stack of transports, retries and follows redirects.

What an answer means is decided in `answers`; when a request is sent, in `pacing`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Self

import httpx

from crawler.address import has_credentials, normal
from crawler.errors import FetchError, Refused
from crawler.fetch.answers.judge import judge, judge_redirect, uncompressed
from crawler.fetch.answers.redirects import redirect_target
from crawler.fetch.browser.chromium import Chromium
from crawler.fetch.browser.render import Browser, Renderer
from crawler.fetch.connections.failures import HTTPX_ERRORS, fetch_error
from crawler.fetch.connections.guard import ConnectTo, GuardedBackend, Resolver, system_resolver
from crawler.fetch.connections.network import Network
from crawler.fetch.figures import HostTallies
from crawler.fetch.limits import Limits
from crawler.fetch.pacing.circuit_breaker import CircuitBreaker
from crawler.fetch.pacing.polite import Monotonic, Polite, Sleep
from crawler.fetch.pacing.proxy_breaker import ProxyBreaker
from crawler.fetch.pacing.retries import Retries
from crawler.fetch.pacing.robots import Robots
from crawler.fetch.record import Recorder, Sink
from crawler.fetch.session import Sessions, loop_key, same_page
from crawler.fetch.turns import Turns
from crawler.field.times import utc_now as utc_now
from crawler.model import Capture, HostFigures, ListRequest, Page, Rendering, Site, Validators

log = logging.getLogger(__name__)
logging.getLogger("crawler.fetch").addHandler(logging.NullHandler())
"""Where nobody asks for a log, Python would print bare names of events on stderr."""

Missed = Callable[[str, Site, FetchError], None]

NO_SITE = Site(id="", name="", region="", delay=0.0)
"""The settings for an address that belongs to no entry of sources.yaml."""


class Fetcher:
    """Fetch through Robots(CircuitBreaker(ProxyBreaker(Polite(Recorder(bottom))))); every exchange goes to `sink` before it is judged.

    `bottom` is the guarded network or, if `replay` is given, that transport: without delays, breaker and waits between
    retries. Pages drawn by a browser go to `rendered`; `browser` is Chromium by default. `missed` is called for each
    failed attempt that may be retried. `turns`: where other processes may ask the same servers.
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
        turns: Turns | None = None,
        resolver: Resolver = system_resolver,
        clock: Callable[[], datetime] = utc_now,
        sleep: Sleep = asyncio.sleep,
        monotonic: Monotonic = time.monotonic,
    ) -> None:
        self._limits = limits or Limits()
        self._backend = GuardedBackend(resolver=resolver, connect_to=connect_to)
        self._missed = missed
        self._tallies = HostTallies()
        self._sessions = Sessions()
        retry_sleep = sleep if replay is None else _no_wait
        self._proxy_breaker: ProxyBreaker | None = None
        self._retries = Retries(budget=self._limits.patience, sleep=retry_sleep, monotonic=monotonic)
        bottom = replay or Network(self._backend)
        stack: httpx.AsyncBaseTransport = Recorder(
            bottom, sink=sink, clock=clock, tallies=self._tallies, limits=self._limits
        )
        if replay is None:
            stack = Polite(
                stack,
                addresses=self._backend.addresses,
                tallies=self._tallies,
                limits=self._limits,
                turns=turns,
                sleep=sleep,
                monotonic=monotonic,
            )
            stack = self._proxy_breaker = ProxyBreaker(stack, limits=self._limits)
            stack = CircuitBreaker(stack, limits=self._limits)
        self._stack = Robots(stack, max_delay=self._limits.crawl_delay)
        self._renderer = Renderer(
            browser or Chromium(),
            get=self.get,
            subresource=self.subresource,
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
        """Return the figures of each host so far, sorted by host name."""
        return self._tallies.figures()

    def spent(self, site: Site) -> str:
        """Return how a site has used up the budget of its entry in this crawl; empty if it has not."""
        tally = self._tallies.of_site(site.id)
        if tally.requests >= site.max_requests:
            return f"{tally.requests} requests (max_requests in its entry)"
        if tally.bytes >= site.max_megabytes * 1_000_000:
            return f"{tally.bytes // 1_000_000} megabytes (max_megabytes in its entry)"
        return ""

    def given_up(self, site: Site) -> str:
        """Return why a site's proxy is not used any more in this crawl; empty if it is, or if the site has none."""
        return self._proxy_breaker.given_up(site.proxy) if self._proxy_breaker else ""

    def requests_of(self, site: Site) -> int:
        """Return the number of requests sent for a site so far, with those for robots.txt, redirects and retries."""
        return self._tallies.of_site(site.id).requests

    async def get(
        self,
        request: str | ListRequest,
        validators: Validators | None = None,
        *,
        site: Site = NO_SITE,
        max_bytes: int | None = None,
    ) -> Capture:
        """Return the capture at the end of all redirects; the redirects are its `hops`.

        `site` has the settings for its hosts. With `validators` the answer may be 304. `max_bytes`: limit of the body, as
        transferred and decoded, instead of those for pages. Raises FetchError after the
        attempts that its kind of failure allows: see `pacing.retries`.
        """
        asked = _normalized(_as_request(request))
        return await self._with_retries(asked, validators, site, max_bytes=max_bytes)

    async def page(
        self, request: str | ListRequest, validators: Validators | None = None, *, site: Site = NO_SITE
    ) -> Page:
        """Return what `get` returns; for a site with `render`, the page as a browser draws it.

        A page to be drawn is requested without validators: a 304 says nothing about what its scripts request.
        """
        if site.render:
            return await self._renderer.page(_as_request(request), site)
        return await self.get(request, validators, site=site)

    async def subresource(self, request: ListRequest, *, site: Site) -> Capture:
        """Return the capture of a subresource. Like `get`, but only its head is judged and checked for redirects."""
        return await self._with_retries(_normalized(request), None, site, by_head=True)

    async def _with_retries(
        self,
        asked: ListRequest,
        validators: Validators | None,
        site: Site,
        *,
        by_head: bool = False,
        max_bytes: int | None = None,
    ) -> Capture:
        tally = self._tallies.of(_host(asked.url))

        async def attempt() -> Capture:
            try:
                return await self._follow(asked, validators, site, by_head=by_head, max_bytes=max_bytes)
            except FetchError as error:
                tally.errors[error.kind] += 1
                details = {"site": site.id, "url": asked.url, "kind": error.kind, "reason": error.reason}
                log.info("failed attempt", extra=details)
                if error.retry:
                    self._missed(asked.url, site, error)
                raise

        def retried() -> None:
            tally.retries += 1

        return await self._retries.run(attempt, source=site.id or asked.url, retried=retried)

    async def _follow(
        self,
        asked: ListRequest,
        validators: Validators | None,
        site: Site,
        *,
        by_head: bool,
        max_bytes: int | None,
    ) -> Capture:
        hops: list[Capture] = []
        sent: set[tuple[str, str, str]] = set()
        current = asked
        while True:
            known = validators if validators and same_page(current.url, asked.url) else None
            capture = await self._exchange(current, known, site, sent, max_bytes)
            body = b"" if by_head else uncompressed(capture, max_bytes or self._limits.decoded)
            target = redirect_target(capture, body)
            if target is None:
                judge(capture, body, conditional=known is not None)
                return replace(capture, hops=tuple(hops))
            judge_redirect(capture, target)
            hops.append(capture)
            if len(hops) > self._limits.hops:
                raise FetchError(asked.url, f"more than {self._limits.hops} redirects", kind="redirects")
            # RFC 9110, 15.4: 307 and 308 keep the method, the others make it a GET, as every browser does
            current = (
                replace(current, url=target) if capture.status in (307, 308) else ListRequest(url=target)
            )

    async def _exchange(
        self,
        asked: ListRequest,
        validators: Validators | None,
        site: Site,
        sent: set[tuple[str, str, str]],
        max_bytes: int | None,
    ) -> Capture:
        """Send one request and return its answer. `sent` are the requests of this redirect chain; adds this one."""
        try:
            refuse_unfetchable(asked.url)
            request = self._sessions.request(asked, site, validators, self._limits.timeout)
            if max_bytes is not None:
                request.extensions["max_bytes"] = max_bytes
            if (key := loop_key(request)) in sent:
                raise FetchError(asked.url, "redirects in a circle", kind="redirects")
            sent.add(key)
            response = await self._stack.handle_async_request(request)
        except tuple(HTTPX_ERRORS) as error:
            raise fetch_error(asked.url, error) from error
        self._sessions.keep(response, site)
        capture: Capture = response.extensions["capture"]
        return capture


def _as_request(request: str | ListRequest) -> ListRequest:
    return ListRequest(url=request) if isinstance(request, str) else request


def _normalized(asked: ListRequest) -> ListRequest:
    """Return the request with a normalized address, so that guard, robots.txt and connection read the same host."""
    url = normal(asked.url)
    return replace(asked, url=url) if url else asked


def refuse_unfetchable(url: str) -> None:
    """Raise Refused for what is not a web address, and for credentials: they would be kept in logs and archive.

    A host name that httpx cannot parse is refused too: two parsers must not see two hosts in one address.
    """
    if has_credentials(url):
        raise Refused(url, "the address has a user name or password in it; remove it")
    if normal(url) != url:
        raise Refused(url, "not a valid http or https address")
    try:
        host = httpx.URL(url).host
    except (UnicodeError, httpx.InvalidURL):
        host = ""
    if not host:
        raise Refused(url, "its host name is not allowed by IDNA (RFC 5891)")


def _host(url: str) -> str:
    try:
        return httpx.URL(url).host
    except (UnicodeError, httpx.InvalidURL):  # `refuse_unfetchable` refuses it
        return ""


async def _no_wait(_: float) -> None:
    """Return at once: a replay does not wait between attempts."""
