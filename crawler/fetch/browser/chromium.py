"""Chromium, driven by Playwright: draws pages whose every request is answered for it. It reaches no network by itself.

The only file that knows Playwright, which is imported when the first page is to be drawn, and never before.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
import shutil
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal

from crawler.errors import Unrendered
from crawler.fetch.browser.drawing import Answer, Pulse
from crawler.fetch.browser.render import Drawn
from crawler.fetch.session import Piece

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Frame, Page, Playwright, Request, Route

PROGRAMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

NO_PLAYWRIGHT = "`render: true` in its entry needs a browser: pip install 'fazhi[browser]'"
NO_CHROMIUM = "`render: true` in its entry needs Chromium: apt-get install chromium"

_ARGUMENTS = (
    "--host-resolver-rules=MAP * ~NOTFOUND",  # no name leads anywhere, nor does an address in its place
    "--proxy-server=http://nowhere.invalid:9",  # nor anything that asks no resolver
    "--proxy-bypass-list=<-loopback>",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",  # else WebRTC sends to any address a page names
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-dev-shm-usage",  # small in containers
    "--js-flags=--max-old-space-size=512",  # MB of one page's objects
)
_METHODS: dict[str, Literal["GET", "POST"]] = {"GET": "GET", "POST": "POST"}
_START = 30.0  # seconds
_CLOSE = 5.0  # seconds; a page that hangs is ended with its browser

Answering = Callable[[Piece], Awaitable[Answer | None]]


class Chromium:
    """One browser for a crawl: started when first needed, again if it has died, and ended by `aclose`."""

    def __init__(self) -> None:
        self.name = "Chromium"
        self._lock = asyncio.Lock()
        self._driver: Playwright | None = None
        self._browser: Browser | None = None
        self._fault: str | None = None

    async def ready(self, url: str) -> None:
        """Start, unless it runs. Raises Unrendered with what is to be installed, or why it does not start."""
        async with self._lock:
            if self._fault is None and (self._browser is None or not self._browser.is_connected()):
                self._fault = await self._start()
            if self._fault is not None:
                raise Unrendered(url, self._fault)

    async def _start(self) -> str | None:
        """None, or what is wrong."""
        try:
            from playwright.async_api import Error, async_playwright
        except ImportError:
            return NO_PLAYWRIGHT
        program = next(filter(None, map(shutil.which, PROGRAMS)), None)
        if program is None:
            return NO_CHROMIUM
        try:
            if self._driver is None:
                self._driver = await async_playwright().start()
            self._browser = await self._driver.chromium.launch(
                executable_path=program,
                args=_ARGUMENTS,
                chromium_sandbox=os.geteuid() != 0,  # root cannot have it
                timeout=_START * 1000,
                # a signal is ours to act on: pages under way are finished first
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
            )
        except (Error, OSError) as error:
            return f"{program} does not start: {_said(error)}"
        self.name = f"Chromium {self._browser.version}"
        return None

    async def draw(
        self, url: str, page: Answer, answer: Answering, at_rest: Callable[[Pulse], Awaitable[None]]
    ) -> Drawn:
        """The document at `url` when `at_rest` has returned; see render.Browser."""
        await self.ready(url)
        from playwright.async_api import Error

        assert self._browser is not None
        try:
            # each page has a context of its own: nothing stays with the browser
            context = await self._browser.new_context(
                service_workers="block", accept_downloads=False, locale="zh-CN"
            )
            try:
                return await _Tab(context, url, page, answer).drawn(at_rest)
            finally:
                await self._put_away(context)
        except Error as error:
            raise Unrendered(url, f"the browser failed: {_said(error)}") from error

    async def _put_away(self, context: BrowserContext) -> None:
        try:
            async with asyncio.timeout(_CLOSE):
                await context.close()
        except TimeoutError:
            await self._end_browser()

    async def _end_browser(self) -> None:
        browser, self._browser = self._browser, None
        if browser is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE):
                    await browser.close()

    async def aclose(self) -> None:
        """End the browser and its driver, if they were started."""
        await self._end_browser()
        driver, self._driver = self._driver, None
        if driver is not None:
            await driver.stop()


class _Tab:
    """One page in a context of its own."""

    def __init__(self, context: BrowserContext, url: str, page: Answer, answer: Answering) -> None:
        from playwright.async_api import Error

        self._error = Error
        self._context = context
        self._url = url
        self._served: Answer | None = page
        self._answer = answer
        self._page: Page | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._end: asyncio.Future[Drawn] = asyncio.get_running_loop().create_future()  # before it is at rest
        self._over = False
        # Playwright calls back from a task of its own, which knows nothing of the visit that the page is drawn for
        self._whose = contextvars.copy_context()

    async def drawn(self, at_rest: Callable[[Pulse], Awaitable[None]]) -> Drawn:
        """The page's document at rest, or where it goes on to. Raises what answering a request of it raised."""
        try:
            await self._context.route("**/*", self._routed)
            await self._context.route_web_socket("**/*", lambda socket: None)  # opened to nobody
            self._page = await self._context.new_page()
            self._context.on("page", lambda page: self._begin(page.close()))
            work = self._begin(self._at_rest(self._page, at_rest))
            await asyncio.wait({work, self._end}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._over = True
            await self._stop()
        return self._end.result() if self._end.done() else Drawn(html=work.result())

    async def _at_rest(self, page: Page, at_rest: Callable[[Pulse], Awaitable[None]]) -> str:
        # how long it may take is for the caller to say
        await page.goto(self._url, wait_until="domcontentloaded", timeout=0)
        await at_rest(lambda: page.evaluate("0"))
        html: str = await page.content()
        return html

    def _begin(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(work, context=self._whose.copy())
        self._tasks.add(task)
        return task

    async def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _routed(self, route: Route) -> None:
        if not self._over:
            self._begin(self._give(route)).add_done_callback(self._given)

    def _given(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None and not self._end.done():
            self._end.set_exception(error)

    async def _give(self, route: Route) -> None:
        answer = await self._answer_to(route.request)
        with suppress(self._error):  # the page may have gone meanwhile
            if answer is None:
                await route.abort("aborted")  # any other error would put its own page in place of this one
            else:
                await route.fulfill(status=answer.status, content_type=answer.content_type, body=answer.body)

    async def _answer_to(self, request: Request) -> Answer | None:
        method, frame = _METHODS.get(request.method), self._frame(request)
        if (
            method is None or frame is None or frame.page != self._page
        ):  # a window that it opens is no part of it
            return None
        if request.is_navigation_request() and frame.parent_frame is None:
            return self._served_once(request.url)
        return await self._answer(
            Piece(
                kind=request.resource_type,
                url=request.url,
                method=method,
                headers=tuple(request.headers.items()),
                body=request.post_data_buffer or b"",
            )
        )

    def _served_once(self, url: str) -> Answer | None:
        """The page itself; when it goes on to another address that ends the drawing, and to its own, nothing happens."""
        served, self._served = self._served, None
        if served is None and url.partition("#")[0] != self._url.partition("#")[0] and not self._end.done():
            self._end.set_result(Drawn(target=url))
        return served

    def _frame(self, request: Request) -> Frame | None:
        try:
            return request.frame
        except self._error:  # of a window that is only being opened
            return None


def _said(error: Exception) -> str:
    """The first line of what went wrong; Playwright's messages go on with logs."""
    return str(error).strip().partition("\n")[0]
