"""robots.txt (RFC 9309), asked for once a site and a crawl, through the same stack as everything else."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from urllib.parse import urljoin

import httpx
from protego import Protego

from crawler.errors import NotSaved, Refused, Unreachable
from crawler.fetch.judge import redirect_target

_MAX_REDIRECTS = 5  # RFC 9309, 2.3.1.2
_MAX_SIZE = 512 * 1024  # bytes read of it; RFC 9309, 2.5 asks for 500 KiB at least


class Robots(httpx.AsyncBaseTransport):
    """Refuses what robots.txt disallows, and makes `Crawl-delay` the least gap."""

    def __init__(self, inner: httpx.AsyncBaseTransport, *, user_agent: str) -> None:
        self._inner = inner
        self._user_agent = user_agent
        self._token = user_agent.partition("/")[0]
        self._rules: dict[str, Protego] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The inner transport's response. Refused when disallowed, Unreachable when robots.txt answers 5xx."""
        rules = await self._rules_for(request)
        if not rules.can_fetch(str(request.url), self._token):
            raise Refused(str(request.url), "robots.txt disallows it")
        if crawl_delay := rules.crawl_delay(self._token):
            request.extensions["delay"] = max(float(crawl_delay), float(request.extensions.get("delay", 0.0)))
        return await self._inner.handle_async_request(request)

    async def _rules_for(self, request: httpx.Request) -> Protego:
        origin = str(request.url.copy_with(raw_path=b"/"))
        async with self._locks[origin]:
            if origin not in self._rules:
                self._rules[origin] = Protego.parse(await self._robots_txt(origin, request))
            return self._rules[origin]

    async def _robots_txt(self, origin: str, cause: httpx.Request) -> str:
        url = urljoin(origin, "/robots.txt")
        for _ in range(_MAX_REDIRECTS + 1):
            request = httpx.Request(
                "GET", url, headers=self._headers(cause), extensions=dict(cause.extensions)
            )
            try:
                response = await self._inner.handle_async_request(request)
            except NotSaved:  # a fixture need not hold one
                return ""
            body = await response.aread()
            if target := redirect_target(response.extensions["capture"]):
                url = target
                continue
            if response.status_code >= 500:  # RFC 9309, 2.3.1.4: unreachable means disallowed
                raise Unreachable(
                    url, f"robots.txt answers {response.status_code}: nothing is asked of this host"
                )
            # RFC 9309, 2.3.1.3: any 4xx means that there are no rules. A BOM would hide the first line.
            return body[:_MAX_SIZE].decode("utf-8-sig", "replace") if response.is_success else ""
        return ""

    @staticmethod
    def _headers(cause: httpx.Request) -> httpx.Headers:
        kept = ("user-agent", "accept-encoding")
        return httpx.Headers({key: cause.headers[key] for key in kept if key in cause.headers})

    async def aclose(self) -> None:
        """Close what lies below."""
        await self._inner.aclose()
