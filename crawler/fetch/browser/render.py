"""Pages as a browser draws them: fetched, drawn, recorded, and judged as they are then.

The browser gets nothing but what the Fetcher has fetched, so that robots.txt, politeness, the guard and the record hold
for each of a page's requests as for the page itself. Knows no browser's library: see browser.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from crawler.errors import FetchError, TooLarge, Unrendered
from crawler.fetch.answers.judge import judge, judge_redirect, uncompressed
from crawler.fetch.browser.drawing import Answer, Get, Pulse, Scripts, Showing, as_utf8
from crawler.fetch.limits import Limits
from crawler.fetch.session import Piece
from crawler.model import Capture, ListRequest, Page, Rendering, Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What has become of a page: its document, or where its scripts go on to."""

    html: str = ""
    target: str | None = None


class Browser(Protocol):
    """What a browser must be able to do for us."""

    name: str  # with its version, once it is ready

    async def ready(self, url: str) -> None:
        """Start, unless it runs. Raises Unrendered, naming `url`, where it cannot."""

    async def draw(
        self,
        url: str,
        page: Answer,
        answer: Callable[[Piece], Awaitable[Answer | None]],
        at_rest: Callable[[Pulse], Awaitable[None]],
    ) -> Drawn:
        """The document at `url`, which is `page`, when `at_rest` has returned. Raises what `answer` raises, and Unrendered.

        Everything the page asks for comes from `answer`; None means that it cannot be had.
        """

    async def aclose(self) -> None:
        """End it."""


class Renderer:
    """Draws pages, so many at the same time; keeps scripts, since the pages of a site share most of them."""

    def __init__(
        self,
        browser: Browser,
        *,
        get: Get,
        piece: Get,
        sink: Callable[[Rendering], None],
        clock: Callable[[], datetime],
        limits: Limits,
    ) -> None:
        self._browser = browser
        self._get = get
        self._piece = piece
        self._sink = sink
        self._clock = clock
        self._limits = limits
        self._tabs = asyncio.Semaphore(limits.tabs)
        self._scripts = Scripts(limits.drawn)

    async def page(self, request: ListRequest, site: Site) -> Page:
        """A page drawn, recorded, and judged as it is then; what is no HTML comes as it was served.

        A page whose scripts go on to another one is followed as a redirect is. Raises FetchError.
        """
        await self._browser.ready(request.url)  # else a server would be asked for nothing
        capture = await self._get(request, site=site)
        seen = {capture.url}
        while _is_html(body := uncompressed(capture, self._limits.decoded)):
            drawn, showing = await self._draw(capture, body, site)
            if drawn.target is None:
                return self._done(capture, drawn, showing)
            judge_redirect(capture, drawn.target)
            if drawn.target in seen or len(seen) > self._limits.hops:
                raise FetchError(request.url, "its scripts go on and on from page to page", kind="redirects")
            seen.add(drawn.target)
            following = await self._get(ListRequest(url=drawn.target), site=site)
            capture = replace(following, hops=(*capture.hops, replace(capture, hops=()), *following.hops))
        return capture

    async def _draw(self, capture: Capture, body: bytes, site: Site) -> tuple[Drawn, Showing]:
        page = Answer(content_type="text/html; charset=utf-8", body=as_utf8(capture, body))
        async with self._tabs:
            showing = Showing(capture.url, site, self._piece, self._scripts, self._limits)
            try:
                async with asyncio.timeout(self._limits.render):
                    drawn = await self._browser.draw(capture.url, page, showing.answer, showing.at_rest)
            except TimeoutError as error:
                reason = f"not drawn within {self._limits.render:g} seconds: {showing.state}"
                raise Unrendered(capture.url, reason) from error
        return drawn, showing

    def _done(self, capture: Capture, drawn: Drawn, showing: Showing) -> Rendering:
        dom = drawn.html.encode("utf-8", "replace")
        if len(dom) > self._limits.decoded:
            raise TooLarge(capture.url, f"over {self._limits.decoded} bytes when drawn")
        rendering = Rendering(
            of=capture,
            dom=dom,
            rendered_at=self._clock(),
            browser=self._browser.name,
            asked=showing.answered,
            unanswered=tuple(showing.in_vain),
        )
        self._sink(rendering)
        judge(replace(capture, payload=dom, headers=rendering.headers), dom)
        return rendering

    async def aclose(self) -> None:
        """End the browser."""
        await self._browser.aclose()


def _is_html(body: bytes) -> bool:
    start = body[:4096].lower()
    return any(
        mark in start for mark in (b"<html", b"<!doctype html", b"<head", b"<body", b"<script", b"<div")
    )
