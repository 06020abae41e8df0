"""Fetch a page, have a browser draw it, record the drawn document and judge it.

The browser gets only what the Fetcher has fetched, so robots.txt, politeness, the guard and the record apply to each
request of a page. Independent of the browser's library: see `chromium`. One page's requests: see `drawing`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from crawler.errors import FetchError, TooLarge, Unrendered
from crawler.fetch.answers.judge import judge, judge_redirect, uncompressed
from crawler.fetch.browser.drawing import Answer, Get, MainThreadFree, PageDrawing, ScriptCache, as_utf8
from crawler.fetch.limits import Limits
from crawler.fetch.session import Subresource
from crawler.model import Capture, ListRequest, Page, Rendering, Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Result of drawing a page: its document, or the address that its scripts navigate to."""

    html: str = ""
    target: str | None = None


class Browser(Protocol):
    """Interface of a browser."""

    name: str  # with its version, once it is ready

    async def ready(self, url: str) -> None:
        """Start unless it runs. Raises Unrendered, naming `url`, if it cannot start."""

    async def draw(
        self,
        url: str,
        page: Answer,
        answer: Callable[[Subresource], Awaitable[Answer | None]],
        until_settled: Callable[[MainThreadFree], Awaitable[None]],
    ) -> Drawn:
        """Return the document at `url`, which is `page`, once `until_settled` has returned.

        Every request of the page is answered by `answer`; None is an error for the page. Raises what `answer` raises,
        and Unrendered.
        """

    async def aclose(self) -> None:
        """End the browser."""


class Renderer:
    """Draw pages, `limits.tabs` at a time; cache scripts, which the pages of a site share."""

    def __init__(
        self,
        browser: Browser,
        *,
        get: Get,
        subresource: Get,
        sink: Callable[[Rendering], None],
        clock: Callable[[], datetime],
        limits: Limits,
    ) -> None:
        self._browser = browser
        self._get = get
        self._subresource = subresource
        self._sink = sink
        self._clock = clock
        self._limits = limits
        self._tabs = asyncio.Semaphore(limits.tabs)
        self._scripts = ScriptCache(limits.subresource_bytes)

    async def page(self, request: ListRequest, site: Site) -> Page:
        """Return a page drawn, recorded and judged; what is not HTML, as it was served.

        A page whose scripts navigate to another one is followed like a redirect. Raises FetchError.
        """
        await self._browser.ready(request.url)  # before any server is asked in vain
        capture = await self._get(request, site=site)
        seen = {capture.url}
        while _is_html(body := uncompressed(capture, self._limits.decoded)):
            drawn, drawing = await self._draw(capture, body, site)
            if drawn.target is None:
                return self._done(capture, drawn, drawing)
            judge_redirect(capture, drawn.target)
            if drawn.target in seen or len(seen) > self._limits.hops:
                reason = f"its scripts redirect in a circle or more than {self._limits.hops} times"
                raise FetchError(request.url, reason, kind="redirects")
            seen.add(drawn.target)
            following = await self._get(ListRequest(url=drawn.target), site=site)
            capture = replace(following, hops=(*capture.hops, replace(capture, hops=()), *following.hops))
        return capture

    async def _draw(self, capture: Capture, body: bytes, site: Site) -> tuple[Drawn, PageDrawing]:
        page = Answer(content_type="text/html; charset=utf-8", body=as_utf8(capture, body))
        async with self._tabs:
            drawing = PageDrawing(capture.url, site, self._subresource, self._scripts, self._limits)
            try:
                async with asyncio.timeout(self._limits.render):
                    drawn = await self._browser.draw(capture.url, page, drawing.answer, drawing.until_settled)
            except TimeoutError as error:
                reason = f"not drawn within {self._limits.render:g} seconds: {drawing.state}"
                raise Unrendered(capture.url, reason) from error
        return drawn, drawing

    def _done(self, capture: Capture, drawn: Drawn, drawing: PageDrawing) -> Rendering:
        dom = drawn.html.encode("utf-8", "replace")
        if len(dom) > self._limits.decoded:
            raise TooLarge(capture.url, f"drawn document over {self._limits.decoded} bytes")
        rendering = Rendering(
            of=capture,
            dom=dom,
            rendered_at=self._clock(),
            browser=self._browser.name,
            asked=drawing.answered,
            unanswered=tuple(drawing.unanswered),
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
