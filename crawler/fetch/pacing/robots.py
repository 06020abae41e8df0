"""Obey robots.txt (RFC 9309). It is fetched once per origin and crawl, through the rest of the stack.

The Crawl-delay is passed on to `polite` as the request's extension `delay`.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections import defaultdict

import httpx
from protego import Protego

from crawler.errors import NotSaved, Refused, Unreachable
from crawler.extract.page.decode import decode
from crawler.fetch.answers.judge import missing_part, retry_after
from crawler.fetch.answers.redirects import REDIRECT_STATUSES, redirect_target
from crawler.model import Capture

log = logging.getLogger(__name__)

PRODUCT_TOKEN = "fazhi"
"""Our product token: the name of this crawler in a robots.txt."""

_MAX_REDIRECTS = 5  # RFC 9309, 2.3.1.2
_MAX_BYTES = 512 * 1024  # parsed of a robots.txt; RFC 9309, 2.5 asks for at least 500 KiB
_MAX_WILDCARDS = 2000  # in all rules; each is looked for in each address
_DISALLOW_ALL = "User-agent: *\nDisallow: /"
_USER_AGENT = re.compile(r"\s*+user[- ]?agent[ \t]*+:?[ \t]*+([^\s#].*)", re.I)
_OUR_TOKEN = re.compile(rf"{PRODUCT_TOKEN}(?![a-z_-])", re.I)
"""Our token, perhaps with more, such as a version: the token ends at the first other character (2.2.1)."""

_ANOTHER_TOKEN = "another"


class Robots(httpx.AsyncBaseTransport):
    """Refuse what robots.txt disallows, and raise a request's delay to the Crawl-delay, up to `max_delay` seconds."""

    def __init__(self, inner: httpx.AsyncBaseTransport, *, max_delay: float) -> None:
        self._inner = inner
        self._max_delay = max_delay
        self._rules: dict[str, Protego] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the inner transport's response. Raises Refused if disallowed, Unreachable if robots.txt is an error."""
        rules = await self._rules_for(request)
        if not rules.can_fetch(str(request.url), PRODUCT_TOKEN):
            raise Refused(str(request.url), "robots.txt disallows it", kind="robots")
        crawl_delay = float(rules.crawl_delay(PRODUCT_TOKEN) or 0.0)
        if crawl_delay > 0:  # not so for NaN
            asked = min(crawl_delay, self._max_delay)
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
            except NotSaved:  # a fixture may be without one
                return ""
            capture: Capture = response.extensions["capture"]
            if capture.status in REDIRECT_STATUSES and (target := redirect_target(capture, b"")):
                url = target
                continue
            return _text(capture)
        return ""

    @staticmethod
    def _headers(cause: httpx.Request) -> httpx.Headers:
        kept = ("user-agent", "from", "accept-encoding")
        return httpx.Headers({key: cause.headers[key] for key in kept if key in cause.headers})

    async def aclose(self) -> None:
        """Close the inner transport."""
        await self._inner.aclose()


def _text(capture: Capture) -> str:
    """Return the text of a robots.txt; empty if there is none. Raises Unreachable if it is an error or incomplete."""
    status = capture.status
    if status >= 500 or status == 429:  # RFC 9309, 2.3.1.4: unreachable means disallowed
        reason = f"robots.txt answers {status}: no page of this host is fetched"
        kind = "busy" if status in (429, 503) else "server"
        raise Unreachable(capture.url, reason, kind=kind, retry_after=retry_after(capture))
    if not 200 <= status < 300:  # RFC 9309, 2.3.1.3: any 4xx means that there are no rules
        return ""
    decoded = capture.decoded(_MAX_BYTES)
    if missing := missing_part(capture) or decoded.short:
        raise Unreachable(capture.url, f"robots.txt is short: {missing}", kind="short")
    text = decode(decoded.body[:_MAX_BYTES], capture.headers)[0]
    if text.count("*") > _MAX_WILDCARDS:
        log.warning("%s has more than %s wildcards: all is taken as disallowed", capture.url, _MAX_WILDCARDS)
        return _DISALLOW_ALL
    return "\n".join(map(_line_for_us, text.lstrip("\ufeff").splitlines()))  # a BOM would hide the first line


def _line_for_us(line: str) -> str:
    """Return a line of a robots.txt; a User-agent line of others with one name for all.

    Otherwise ten thousand names above as many rules would be a hundred million rules.
    """
    found = _USER_AGENT.match(line)
    if not found:
        return line
    if _OUR_TOKEN.match(found[1]):
        return f"User-agent: {PRODUCT_TOKEN}"
    is_all = found[1].partition("#")[0].strip() == "*"
    return f"User-agent: {'*' if is_all else _ANOTHER_TOKEN}"
