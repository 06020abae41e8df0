"""`Fetcher`: one address to one Capture, with retries, redirects and conditional requests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import httpcore
import httpx
import tenacity

from crawler import __version__
from crawler.errors import CrawlerError, FetchError, Refused
from crawler.fetch.failures import TABLE, failure
from crawler.fetch.guard import ConnectTo, Guarded, GuardedBackend
from crawler.fetch.judge import judge, redirect_target
from crawler.fetch.polite import Polite, Sleep
from crawler.fetch.record import Recorder, Sink
from crawler.fetch.robots import Robots
from crawler.model import Capture, ListRequest, Validators

MAX_REDIRECTS = 8
ATTEMPTS = 3
_TIMEOUT = httpx.Timeout(30.0, connect=15.0)
_CONNECT_FAILURES = (httpcore.ConnectError, httpcore.ConnectTimeout)
_LONGEST_WAIT = 120.0  # seconds; a server that asks for more is asked again in the next crawl


def user_agent() -> str:
    """How we introduce ourselves."""
    return f"fazhi/{__version__} (archive of public government reports; httpx)"


def utc_now() -> datetime:
    """The time now, aware, UTC, whole milliseconds (what a WARC date keeps)."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


class Fetcher:
    """Fetches through Robots(Polite(Recorder(bottom))); every exchange goes to `sink` before it is judged.

    `bottom` is the guarded network, or a Replay, to which no politeness is owed.
    """

    def __init__(
        self,
        *,
        sink: Sink,
        replay: httpx.AsyncBaseTransport | None = None,
        connect_to: ConnectTo | None = None,
        clock: Callable[[], datetime] = utc_now,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._sleep = sleep
        self._backend = GuardedBackend(connect_to=connect_to)
        recorder = Recorder(replay or Guarded(self._backend), sink=sink, clock=clock)
        paced: httpx.AsyncBaseTransport = recorder if replay else Polite(recorder, sleep=sleep)
        self._client = httpx.AsyncClient(
            transport=Robots(paced, user_agent=user_agent()),
            trust_env=False,
            timeout=_TIMEOUT,
            headers={
                "User-Agent": user_agent(),
                "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                "Accept-Language": "zh-CN,zh;q=0.9",
                "Accept-Encoding": "identity",  # keeps payload digests independent of the server's compressor
            },
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    async def get(
        self, request: str | ListRequest, validators: Validators | None = None, *, delay: float = 0.0
    ) -> Capture:
        """The capture at the end of all redirects, whose own captures are its `hops`.

        `delay` is the least gap to the last request of the host, in seconds. With `validators` the answer may be
        304. Raises FetchError: after ATTEMPTS tries where its class says retry, at once otherwise.
        """
        asked = ListRequest(url=request) if isinstance(request, str) else request
        retrying = tenacity.AsyncRetrying(
            stop=tenacity.stop_after_attempt(ATTEMPTS),
            wait=_wait,
            retry=tenacity.retry_if_exception(lambda error: isinstance(error, CrawlerError) and error.retry),
            sleep=self._sleep,
            reraise=True,
        )
        return await retrying(self._follow, asked, validators, delay)

    async def _follow(self, asked: ListRequest, validators: Validators | None, delay: float) -> Capture:
        hops: list[Capture] = []
        request = asked
        while True:
            capture = await self._exchange(request, validators if not hops else None, delay)
            location = redirect_target(capture)
            if location is None:
                judge(capture)
                return replace(capture, hops=tuple(hops))
            hops.append(capture)
            if len(hops) > MAX_REDIRECTS or any(hop.url == location and hop.method == "GET" for hop in hops):
                raise FetchError(
                    asked.url, f"redirects go round in a circle or on and on ({len(hops)} of them)"
                )
            # RFC 9110, 15.4: 307 and 308 keep the method, the others make it a GET, as every browser does
            request = (
                replace(request, url=location) if capture.status in (307, 308) else ListRequest(url=location)
            )

    async def _exchange(self, asked: ListRequest, validators: Validators | None, delay: float) -> Capture:
        headers = {}
        if validators and validators.etag:
            headers["If-None-Match"] = validators.etag
        if validators and validators.last_modified:
            headers["If-Modified-Since"] = validators.last_modified
        try:
            request = self._client.build_request(
                asked.method,
                asked.url,
                headers=headers,
                data=dict(asked.form) if asked.method == "POST" else None,
                extensions={"delay": delay},
            )
            if request.url.scheme not in ("http", "https") or not request.url.host:
                raise Refused(asked.url, "only addresses of http and https are fetched")
            if request.url.userinfo:
                raise Refused(asked.url, "an address with a password in it")
            response = await self._client.send(request, follow_redirects=False)
        except tuple(TABLE) as error:
            raise failure(asked.url, error) from error
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


def _wait(state: tenacity.RetryCallState) -> float:
    """Retry-After where the server gave one, else 1, 2, 4 … seconds with jitter."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, FetchError) else None
    if asked is not None:
        return min(asked, _LONGEST_WAIT)
    return tenacity.wait_exponential_jitter(multiplier=1.0, max=30.0, jitter=1.0)(state)
