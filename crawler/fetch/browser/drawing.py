"""One page while a browser draws it: answer its requests, within limits, and detect when it has settled.

`render` fetches the page and takes the result; `chromium` drives the browser.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from crawler.errors import FetchError, LeftAlone, NotSaved, Unreachable
from crawler.extract.page.decode import decode
from crawler.fetch.answers.judge import uncompressed
from crawler.fetch.limits import Limits
from crawler.fetch.session import Subresource
from crawler.model import Capture, ListRequest, Site

FETCHED_KINDS = ("document", "script", "xhr", "fetch")
"""Kinds of requests that a page's text can depend on. Images, fonts, media and sockets are not fetched."""

TEMPORARY_ERRORS = (Unreachable, LeftAlone, NotSaved)
"""Errors that may not occur next time. If a subresource of the page's own site fails so, the page fails too."""

_TEXT_KINDS = ("document", "script")  # decoded here: a browser would assume the encoding of the page

_MAX_IDLE_REACTION_SECONDS = 0.25  # a page that takes longer to react is running a script

MainThreadFree = Callable[[], Awaitable[object]]
"""Returns when the page's main thread is free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Our answer to a request of the browser."""

    content_type: str
    body: bytes
    status: int = 200


NO_STYLE = Answer(content_type="text/css", body=b"")
"""Answer for every stylesheet: the text does not need it, but scripts may wait for it."""


class Get(Protocol):
    """`Fetcher.get` or `Fetcher.subresource`."""

    async def __call__(self, request: ListRequest, /, *, site: Site) -> Capture:
        """Return the capture. Raises FetchError."""


class ScriptCache:
    """Cache of the scripts fetched in this crawl, up to `max_bytes`; the oldest are dropped."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        # by site, since each has its own TLS setting and cookies
        self._kept: dict[tuple[str, str], Answer] = {}

    def get(self, site: Site, url: str) -> Answer | None:
        """Return a script that a page of this site has requested before, else None."""
        return self._kept.get((site.id, url))

    def keep(self, site: Site, url: str, script: Answer) -> None:
        """Keep a script for the site's later pages."""
        self._kept[site.id, url] = script
        while sum(len(kept.body) for kept in self._kept.values()) > self._max_bytes:
            del self._kept[next(iter(self._kept))]


class PageDrawing:
    """One page being drawn: answers its requests and detects when it has settled."""

    def __init__(self, url: str, site: Site, subresource: Get, scripts: ScriptCache, limits: Limits) -> None:
        self._url = url
        self._site = site
        self._subresource = subresource
        self._scripts = scripts
        self._limits = limits
        self._asked = 0
        self._under_way = 0
        self._cut_short = 0
        self._bytes = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self.answered = 0
        self.unanswered: list[str] = []

    @property
    def state(self) -> str:
        """Why the page has not settled, for people."""
        if self._cut_short:
            return f"{self._cut_short} of its {self._asked} requests were still under way"
        return "its scripts do not end"

    async def answer(self, asked: Subresource) -> Answer | None:
        """Return the answer to a request; None if there is none. Raises the FetchError of a subresource that the page needs."""
        if asked.kind == "stylesheet":
            return NO_STYLE
        if asked.kind not in FETCHED_KINDS:
            return None
        if self._asked >= self._limits.subresources or self._bytes >= self._limits.subresource_bytes:
            limits = f"{self._limits.subresources} requests or {self._limits.subresource_bytes} bytes"
            self._note_unanswered(asked, f"over the limit of {limits} per page")
            return None
        self._begin()
        try:
            found = self._cached(asked) or await self._fetch(asked)
        except FetchError as error:
            if isinstance(error, TEMPORARY_ERRORS) and _same_site(self._url, asked.url):
                raise
            self._note_unanswered(asked, error.reason)
            return None
        except asyncio.CancelledError:
            self._cut_short += 1
            raise
        finally:
            self._end()
        self.answered += 1
        return found

    def _begin(self) -> None:
        self._asked += 1
        self._under_way += 1
        self._idle.clear()

    def _end(self) -> None:
        self._under_way -= 1
        if not self._under_way:
            self._idle.set()

    def _note_unanswered(self, asked: Subresource, reason: str) -> None:
        self.unanswered.append(f"{asked.url}: {reason}")

    def _cached(self, asked: Subresource) -> Answer | None:
        return self._scripts.get(self._site, asked.url) if asked.kind == "script" else None

    async def _fetch(self, asked: Subresource) -> Answer:
        capture = await self._subresource(asked, site=self._site)
        body = uncompressed(capture, self._limits.decoded)
        self._bytes += len(body)
        content_type = capture.header("content-type") or ""
        if asked.kind in _TEXT_KINDS:
            content_type = f"{content_type.partition(';')[0] or 'text/plain'}; charset=utf-8"
            body = as_utf8(capture, body)
        answer = Answer(content_type=content_type, body=body, status=capture.status)
        if asked.kind == "script":
            self._scripts.keep(self._site, asked.url, answer)
        return answer

    async def until_settled(self, main_thread_free: MainThreadFree) -> None:
        """Return after `limits.idle` seconds without a request, in which the page's main thread was free."""
        now = asyncio.get_running_loop().time
        while True:
            await self._idle.wait()
            asked, began = self._asked, now()
            await asyncio.sleep(self._limits.idle)
            await main_thread_free()
            busy = now() - began > self._limits.idle + _MAX_IDLE_REACTION_SECONDS
            if self._asked == asked and self._idle.is_set() and not busy:
                return


def as_utf8(capture: Capture, body: bytes) -> bytes:
    """Return a text re-encoded as UTF-8, which is declared to the browser: the site's own declaration is often wrong."""
    return decode(body, capture.headers)[0].encode("utf-8", "replace")


def _same_site(url: str, other: str) -> bool:
    """Return whether two addresses belong to one site, as www.x.gov.cn and data.x.gov.cn do."""
    here, there = urlsplit(url).hostname or "", urlsplit(other).hostname or ""
    domain = here.partition(".")[2] if here.count(".") > 2 and not here.replace(".", "").isdigit() else here
    return there in (domain, here) or there.endswith("." + domain)
