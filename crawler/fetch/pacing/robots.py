"""robots.txt (RFC 9309), asked for once a site and a crawl, through the same stack as everything else."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict

import httpx
from protego import Protego

from crawler.errors import NotSaved, Refused, Unreachable
from crawler.extract.page.decode import decode
from crawler.fetch.answers.judge import lacking, retry_after
from crawler.fetch.answers.redirects import REDIRECTS, redirect_target
from crawler.model import Capture

TOKEN = "fazhi"
"""Our product token: the name by which a robots.txt can speak to us."""

_MAX_REDIRECTS = 5  # RFC 9309, 2.3.1.2
_MAX_SIZE = 512 * 1024  # bytes read of it; RFC 9309, 2.5 asks for 500 KiB at least
_OUR_GROUP = re.compile(
    rf"((?:\A|[\r\n])[ \t]*user[- ]?agent[ \t]*:?[ \t]*{TOKEN})(?![A-Za-z_-])[^\r\n]*", re.I
)
"""A line that names us with a version or more: a product token ends at the first other character (RFC 9309, 2.2.1)."""


class Robots(httpx.AsyncBaseTransport):
    """Refuses what robots.txt disallows, and makes `Crawl-delay` the least gap, up to `longest_delay` seconds."""

    def __init__(self, inner: httpx.AsyncBaseTransport, *, longest_delay: float) -> None:
        self._inner = inner
        self._longest_delay = longest_delay
        self._rules: dict[str, Protego] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The inner transport's response. Refused when disallowed, Unreachable when robots.txt is in trouble."""
        rules = await self._rules_for(request)
        if not rules.can_fetch(str(request.url), TOKEN):
            raise Refused(str(request.url), "robots.txt disallows it", kind="robots")
        if crawl_delay := rules.crawl_delay(TOKEN):
            asked = min(float(crawl_delay), self._longest_delay)
            request.extensions["delay"] = max(asked, float(request.extensions.get("delay", 0.0)))
        return await self._inner.handle_async_request(request)

    async def _rules_for(self, request: httpx.Request) -> Protego:
        origin = str(request.url.copy_with(raw_path=b"/"))
        if (known := self._rules.get(origin)) is not None:
            return known
        async with self._locks[origin]:
            if origin not in self._rules:
                self._rules[origin] = Protego.parse(await self._robots_txt(origin, request))
            return self._rules[origin]

    async def _robots_txt(self, origin: str, cause: httpx.Request) -> str:
        url = origin + "robots.txt"
        for _ in range(_MAX_REDIRECTS + 1):
            request = httpx.Request(
                "GET", url, headers=self._headers(cause), extensions=dict(cause.extensions)
            )
            try:
                response = await self._inner.handle_async_request(request)
            except NotSaved:  # a fixture need not hold one
                return ""
            capture: Capture = response.extensions["capture"]
            if capture.status in REDIRECTS and (target := redirect_target(capture, b"")):
                url = target
                continue
            return _text(capture)
        return ""

    @staticmethod
    def _headers(cause: httpx.Request) -> httpx.Headers:
        kept = ("user-agent", "from", "accept-encoding")
        return httpx.Headers({key: cause.headers[key] for key in kept if key in cause.headers})

    async def aclose(self) -> None:
        """Close what lies below."""
        await self._inner.aclose()


def _text(capture: Capture) -> str:
    """What a robots.txt says; nothing where there is none. Raises Unreachable where that cannot be known."""
    status = capture.status
    if status >= 500 or status == 429:  # RFC 9309, 2.3.1.4: unreachable means disallowed
        reason = f"robots.txt answers {status}: nothing is asked of this host"
        kind = "busy" if status in (429, 503) else "server"
        raise Unreachable(capture.url, reason, kind=kind, retry_after=retry_after(capture))
    if not 200 <= status < 300:  # RFC 9309, 2.3.1.3: any 4xx means that there are no rules
        return ""
    decoded = capture.decoded(_MAX_SIZE)
    if lack := lacking(capture) or decoded.short:
        raise Unreachable(capture.url, f"robots.txt is short: {lack}", kind="short")
    text = decode(decoded.body[:_MAX_SIZE], capture.headers)[0]
    return _OUR_GROUP.sub(r"\1", text.lstrip("\ufeff"))  # a BOM would hide the first line
