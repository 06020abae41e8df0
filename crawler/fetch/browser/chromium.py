"""Drive Chromium with Playwright. The browser reaches no network: every request of a page is answered by a callback.

The only module that uses Playwright, which is imported when the first page is to be drawn. What a request is answered
with is decided in `drawing`.
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
from crawler.fetch.browser.drawing import Answer, MainThreadFree
from crawler.fetch.browser.render import Drawn
from crawler.fetch.session import Subresource

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Frame, Page, Playwright, Request, Route

PROGRAMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

NO_PLAYWRIGHT = "`render: true` in its entry needs a browser: pip install 'fazhi[browser]'"
NO_CHROMIUM = "`render: true` in its entry needs Chromium: apt-get install chromium"

_ARGUMENTS = (
    "--host-resolver-rules=MAP * ~NOTFOUND",  # no host name or IP address resolves
    "--proxy-server=http://nowhere.invalid:9",  # for whatever does not use the resolver
    "--proxy-bypass-list=<-loopback>",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",  # else WebRTC sends to any address that a page gives
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-dev-shm-usage",  # small in containers
    "--js-flags=--max-old-space-size=512",  # MB of JavaScript heap per page
)
_METHODS: dict[str, Literal["GET", "POST"]] = {"GET": "GET", "POST": "POST"}
_START_SECONDS = 30.0
_CLOSE_SECONDS = 5.0  # after which a page that hangs is ended together with its browser

Answering = Callable[[Subresource], Awaitable[Answer | None]]


class Chromium:
    """One browser for a crawl: started when first needed, restarted if it has crashed, ended by `aclose`."""

    def __init__(self) -> None:
        self.name = "Chromium"
        self._lock = asyncio.Lock()
        self._driver: Playwright | None = None
        self._browser: Browser | None = None
        self._fault: str | None = None

    async def ready(self, url: str) -> None:
        """Start the browser unless it runs. Raises Unrendered, saying what to install or why it does not start."""
        async with self._lock:
            if self._fault is None and (self._browser is None or not self._browser.is_connected()):
                self._fault = await self._start()
            if self._fault is not None:
                raise Unrendered(url, self._fault)

    async def _start(self) -> str | None:
        """Start driver and browser. Return None, or the reason why that failed."""
        try:
            from playwright.async_api import Error, async_playwright
        except ImportError:
            return NO_PLAYWRIGHT
        program = next(filter(None, map(shutil.which, PROGRAMS)), None)
        if program is None:
            return NO_CHROMIUM
        try:
            if self._driver is None:
                _ignore_end_of_driver(asyncio.get_running_loop())
                self._driver = await async_playwright().start()
            self._browser = await self._driver.chromium.launch(
                executable_path=program,
                args=_ARGUMENTS,
                chromium_sandbox=os.geteuid() != 0,  # it does not work as root
                timeout=_START_SECONDS * 1000,
                # signals are handled by the crawl, which finishes pages under way first
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
            )
        except (Error, OSError) as error:
            return f"{program} does not start: {_first_line(error)}"
        self.name = f"Chromium {self._browser.version}"
        return None

    async def draw(
        self,
        url: str,
        page: Answer,
        answer: Answering,
        until_settled: Callable[[MainThreadFree], Awaitable[None]],
    ) -> Drawn:
        """Return the document at `url` once `until_settled` has returned. See render.Browser."""
        await self.ready(url)
        from playwright.async_api import Error

        assert self._browser is not None
        try:
            # each page has its own context, so cookies and storage are not shared
            context = await self._browser.new_context(
                service_workers="block", accept_downloads=False, locale="zh-CN"
            )
            try:
                return await _Tab(context, url, page, answer).draw(until_settled)
            finally:
                await self._close_context(context)
        except Error as error:
            raise Unrendered(url, f"the browser failed: {_first_line(error)}") from error

    async def _close_context(self, context: BrowserContext) -> None:
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await context.close()
        except TimeoutError:
            await self._end_browser()

    async def _end_browser(self) -> None:
        browser, self._browser = self._browser, None
        if browser is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await browser.close()

    async def aclose(self) -> None:
        """End the browser and its driver, if they were started."""
        await self._end_browser()
        driver, self._driver = self._driver, None
        if driver is not None:
            await driver.stop()


class _Tab:
    """One page in its own browser context."""

    def __init__(self, context: BrowserContext, url: str, page: Answer, answer: Answering) -> None:
        from playwright.async_api import Error

        self._error = Error
        self._context = context
        self._url = url
        self._unserved: Answer | None = page  # until the browser has requested it
        self._answer = answer
        self._page: Page | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        # set if the drawing ends before the page has settled: by a navigation or an error
        self._early_end: asyncio.Future[Drawn] = asyncio.get_running_loop().create_future()
        self._over = False
        # Playwright calls back from its own task, without the context variables of this visit
        self._context_variables = contextvars.copy_context()

    async def draw(self, until_settled: Callable[[MainThreadFree], Awaitable[None]]) -> Drawn:
        """Return the settled document, or the address it navigates to. Raises what answering a request raised."""
        try:
            await self._context.route("**/*", self._routed)
            await self._context.route_web_socket("**/*", lambda socket: None)  # open, and never answered
            self._page = await self._context.new_page()
            self._context.on("page", lambda page: self._create_task(page.close()))
            work = self._create_task(self._settled_html(self._page, until_settled))
            await asyncio.wait({work, self._early_end}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._over = True
            await self._cancel_tasks()
        return self._early_end.result() if self._early_end.done() else Drawn(html=work.result())

    async def _settled_html(
        self, page: Page, until_settled: Callable[[MainThreadFree], Awaitable[None]]
    ) -> str:
        # no timeout here: the caller has one
        await page.goto(self._url, wait_until="domcontentloaded", timeout=0)
        await until_settled(lambda: page.evaluate("0"))
        html: str = await page.content()
        return html

    def _create_task(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(work, context=self._context_variables.copy())
        self._tasks.add(task)
        return task

    async def _cancel_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _routed(self, route: Route) -> None:
        if not self._over:
            self._create_task(self._fulfill(route)).add_done_callback(self._fulfilled)

    def _fulfilled(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None and not self._early_end.done():
            self._early_end.set_exception(error)

    async def _fulfill(self, route: Route) -> None:
        answer = await self._answer_to(route.request)
        with suppress(self._error):  # the page may be closed by now
            if answer is None:
                await route.abort("aborted")  # any other error code would show the browser's error page
            else:
                await route.fulfill(status=answer.status, content_type=answer.content_type, body=answer.body)

    async def _answer_to(self, request: Request) -> Answer | None:
        method, frame = _METHODS.get(request.method), self._frame(request)
        if method is None or frame is None or frame.page != self._page:  # a window that the page opens
            return None
        if request.is_navigation_request() and frame.parent_frame is None:
            return self._navigated(request.url)
        return await self._answer(
            Subresource(
                kind=request.resource_type,
                url=request.url,
                method=method,
                headers=tuple(request.headers.items()),
                body=request.post_data_buffer or b"",
            )
        )

    def _navigated(self, url: str) -> Answer | None:
        """Return the page itself the first time. Later, another address ends the drawing; its own is not answered."""
        page, self._unserved = self._unserved, None
        elsewhere = url.partition("#")[0] != self._url.partition("#")[0]
        if page is None and elsewhere and not self._early_end.done():
            self._early_end.set_result(Drawn(target=url))
        return page

    def _frame(self, request: Request) -> Frame | None:
        try:
            return request.frame
        except self._error:  # the request of a window that is being opened
            return None


def _ignore_end_of_driver(loop: asyncio.AbstractEventLoop) -> None:
    """Keep the event loop from reporting an error of Playwright that nothing retrieves: that its driver has ended.

    A signal from a terminal goes to the driver as well. The pages under way report it.
    """
    before = loop.get_exception_handler()

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if str(context.get("exception")).startswith("Connection closed while reading from the driver"):
            return
        if before is None:
            loop.default_exception_handler(context)
        else:
            before(loop, context)

    loop.set_exception_handler(handle)


def _first_line(error: Exception) -> str:
    """Return the first line of Playwright's message; logs follow it."""
    return str(error).strip().partition("\n")[0]
