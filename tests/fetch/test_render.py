"""Pages that a browser draws, with a fake browser over a network mocked by respx. Real Chromium: see tests/browser."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace

import httpx
import pytest
import respx

from crawler.crawl import read_page
from crawler.errors import (
    Challenged,
    FetchError,
    Gone,
    Halted,
    LeftAlone,
    Refused,
    TooLarge,
    Unreachable,
    Unrendered,
)
from crawler.fetch import Fetcher, Limits
from crawler.fetch.browser.drawing import Answer, MainThreadFree
from crawler.fetch.browser.render import Drawn
from crawler.fetch.session import Subresource
from crawler.model import Page, Rendering
from crawler.reading.pages import PageProcess
from tests.conftest import BODY, Clock
from tests.fetch.conftest import HOST, PAGE, a_site

SHELL = "<html><head><title>某市人民政府</title></head><body><div id=app></div><script src=/app.js></script></body></html>"
SITE = a_site(render=True)
SCRIPT = Subresource(kind="script", url=f"{HOST}/app.js")
CALL = Subresource(kind="xhr", url=f"{HOST}/api?id=1")
ELSEWHERE = Subresource(kind="xhr", url="https://count.example.com/hit")


@dataclass
class FakeBrowser:
    """A browser that makes the given requests and then returns the given documents."""

    asks: list[Subresource] = field(default_factory=list)
    drawn: list[Drawn] = field(default_factory=lambda: [Drawn(html=f"<html><body>{BODY}</body></html>")])
    missing: str | None = None
    hangs: bool = False
    name: str = "FakeBrowser 1"
    pages: list[tuple[str, Answer]] = field(default_factory=list)
    got: list[Answer | None] = field(default_factory=list)
    most: int = 0  # pages at the same time
    ended: bool = False

    async def ready(self, url: str) -> None:
        if self.missing:
            raise Unrendered(url, self.missing)

    async def draw(
        self,
        url: str,
        page: Answer,
        answer: Callable[[Subresource], Awaitable[Answer | None]],
        until_settled: Callable[[MainThreadFree], Awaitable[None]],
    ) -> Drawn:
        self.pages.append((url, page))
        for asked in self.asks:
            self.got.append(await answer(asked))
        if self.hangs:
            await asyncio.Event().wait()
        await until_settled(self.main_thread_free)
        return self.drawn.pop(0) if len(self.drawn) > 1 else self.drawn[0]

    async def main_thread_free(self) -> None: ...

    async def aclose(self) -> None:
        self.ended = True


class RenderHarness:
    """A Fetcher with a fake browser; keeps recorded addresses and renderings."""

    def __init__(self, clock: Clock) -> None:
        self.fake_browser = FakeBrowser()
        self.renderings: list[Rendering] = []
        self.clock = clock
        self.recorded: list[str] = []
        self.fetcher = self.make()

    def make(self, **limits: float) -> Fetcher:
        return Fetcher(
            sink=lambda capture: self.recorded.append(capture.url),
            rendered=self.renderings.append,
            browser=self.fake_browser,
            resolver=self.resolve,
            clock=self.clock,
            sleep=self.sleep,
            limits=replace(Limits(idle=0.0), **limits),
        )

    async def resolve(self, host: str, port: int) -> list[str]:
        return ["59.173.12.3"]

    async def sleep(self, seconds: float) -> None: ...

    async def page(self, url: str = PAGE) -> Page:
        return await self.fetcher.page(url, site=SITE)


@pytest.fixture
async def harness(clock: Clock, web: respx.Router) -> AsyncIterator[RenderHarness]:
    web.get(PAGE).respond(html=SHELL)
    web.get(SCRIPT.url).respond(text="var a;", content_type="text/javascript")
    web.get(CALL.url).respond(json={"a": 1})
    harness = RenderHarness(clock)
    async with harness.fetcher:
        yield harness


async def test_a_page_is_what_the_browser_drew(harness: RenderHarness, clock: Clock) -> None:
    harness.fake_browser.asks = [SCRIPT, CALL]
    page = await harness.page()
    assert isinstance(page, Rendering)
    assert page.body.decode() == f"<html><body>{BODY}</body></html>"
    assert (page.url, page.status, page.rendered_at, page.of.body.decode()) == (PAGE, 200, clock(), SHELL)
    assert page.note == "rendered by FakeBrowser 1, 2 further requests"
    assert harness.renderings == [page]
    async with PageProcess() as pages:
        report = await read_page(page, SITE, pages)
    (clue,) = [clue for clue in report.clues if clue.where == page.note]
    assert (clue.field, clue.value) == ("body", "FakeBrowser 1")


async def test_everything_a_page_asks_for_is_recorded_as_any_exchange_is(harness: RenderHarness) -> None:
    harness.fake_browser.asks = [SCRIPT, CALL]
    await harness.page()
    assert harness.recorded == [f"{HOST}/robots.txt", PAGE, SCRIPT.url, CALL.url]


async def test_a_site_without_render_sees_no_browser(harness: RenderHarness) -> None:
    await harness.fetcher.page(PAGE, site=a_site())
    assert harness.fake_browser.pages == []


async def test_no_library_of_a_browser_is_imported_until_a_page_is_to_be_drawn(
    harness: RenderHarness,
) -> None:
    await harness.fetcher.page(PAGE, site=a_site())
    assert "playwright" not in sys.modules


async def test_what_is_no_html_comes_as_it_was_served(harness: RenderHarness, web: respx.Router) -> None:
    web.get(f"{HOST}/a.pdf").respond(content=b"%PDF-1.7 ...", content_type="application/pdf")
    page = await harness.page(f"{HOST}/a.pdf")
    assert page.body == b"%PDF-1.7 ..."
    assert harness.fake_browser.pages == []


async def test_the_browser_gets_texts_in_utf_8_whatever_they_were_in(
    harness: RenderHarness, web: respx.Router
) -> None:
    script = "var 标题 = '法治政府建设年度报告';"
    web.get(PAGE).mock(httpx.Response(200, content=f"<html><meta charset=utf-8>{BODY}".encode("gbk")))
    web.get(SCRIPT.url).mock(
        httpx.Response(
            200, content=script.encode("gbk"), headers={"Content-Type": "text/javascript;charset=x"}
        )
    )
    harness.fake_browser.asks = [SCRIPT]
    await harness.page()
    assert BODY in harness.fake_browser.pages[0][1].body.decode()
    assert harness.fake_browser.got == [
        Answer(content_type="text/javascript; charset=utf-8", body=script.encode())
    ]


@pytest.mark.parametrize("kind", ["image", "media", "font", "websocket", "eventsource", "ping", "other"])
async def test_what_a_text_cannot_depend_on_is_not_asked_for(harness: RenderHarness, kind: str) -> None:
    harness.fake_browser.asks = [replace(CALL, kind=kind)]
    await harness.page()
    assert harness.fake_browser.got == [None]
    assert CALL.url not in harness.recorded


async def test_stylesheets_are_empty_and_cost_no_request(harness: RenderHarness) -> None:
    harness.fake_browser.asks = [Subresource(kind="stylesheet", url=f"{HOST}/a.css")]
    await harness.page()
    assert harness.fake_browser.got == [Answer(content_type="text/css", body=b"")]
    assert f"{HOST}/a.css" not in harness.recorded


async def test_robots_txt_holds_for_what_a_page_asks_for(harness: RenderHarness, web: respx.Router) -> None:
    web.routes["robots"].respond(text="User-agent: *\nDisallow: /api")
    harness.fake_browser.asks = [CALL]
    page = await harness.page()
    assert isinstance(page, Rendering)
    assert page.unanswered == (f"{CALL.url}: robots.txt disallows it",)
    assert (
        page.note
        == f"rendered by FakeBrowser 1, 0 further requests; 1 unanswered, such as {page.unanswered[0]}"
    )


async def test_a_script_is_kept_for_the_sites_next_page_and_a_call_is_not(harness: RenderHarness) -> None:
    harness.fake_browser.asks = [SCRIPT, CALL]
    await harness.page()
    await harness.page()
    assert harness.recorded.count(SCRIPT.url) == 1
    assert harness.recorded.count(CALL.url) == 2
    await harness.fetcher.page(PAGE, site=replace(SITE, id="other"))
    assert harness.recorded.count(SCRIPT.url) == 2  # its cookies and its TLS are its own


async def test_old_scripts_make_room(harness: RenderHarness, web: respx.Router) -> None:
    other = replace(SCRIPT, url=f"{HOST}/other.js")
    web.get(other.url).respond(text="var b;")
    harness.fake_browser.asks = [SCRIPT, other, SCRIPT]
    fetcher = harness.make(subresource_bytes=10)
    await fetcher.page(PAGE, site=SITE)
    harness.fake_browser.asks = [SCRIPT]
    await fetcher.page(PAGE, site=SITE)
    assert harness.recorded.count(SCRIPT.url) == 2
    await fetcher.__aexit__(None, None, None)


@pytest.mark.parametrize("answer", [httpx.Response(500), httpx.ConnectError("no")])
async def test_a_page_fails_on_a_temporary_error_of_its_own_site(
    harness: RenderHarness, web: respx.Router, answer: httpx.Response | Exception
) -> None:
    web.get("http://data.example.gov.cn/list").mock(side_effect=[answer] * 3)
    harness.fake_browser.asks = [Subresource(kind="fetch", url="http://data.example.gov.cn/list")]
    with pytest.raises(Unreachable, match="tried 3 times"):
        await harness.page()
    assert harness.renderings == []


async def test_a_host_left_alone_fails_the_page_that_needs_it(
    harness: RenderHarness, web: respx.Router
) -> None:
    web.get(CALL.url).respond(503, headers={"Retry-After": "9999"})
    harness.fake_browser.asks = [CALL]
    with pytest.raises(Unreachable):
        await harness.page()
    with pytest.raises(LeftAlone):
        await harness.page()


async def test_a_page_is_drawn_without_what_other_sites_refuse_and_what_is_missing(
    harness: RenderHarness, web: respx.Router
) -> None:
    web.get(ELSEWHERE.url).mock(side_effect=httpx.ConnectError("no"))
    web.get(CALL.url).respond(404)
    harness.fake_browser.asks = [ELSEWHERE, CALL]
    page = await harness.page()
    assert isinstance(page, Rendering)
    assert [line.partition(": ")[0] for line in page.unanswered] == [ELSEWHERE.url, CALL.url]
    assert harness.fake_browser.got == [None, None]


async def test_a_subresource_is_judged_by_its_head_alone(harness: RenderHarness, web: respx.Router) -> None:
    notice = '{"code": 0, "message": "抱歉，您访问的页面不存在"}<script>location.href="/b.html"</script>'
    web.get(CALL.url).respond(text=notice)
    harness.fake_browser.asks = [CALL]
    await harness.page()
    (answer,) = harness.fake_browser.got
    assert answer is not None
    assert answer.body.decode() == notice


async def test_a_subresource_is_followed_to_where_it_has_moved(
    harness: RenderHarness, web: respx.Router
) -> None:
    web.get(CALL.url).respond(301, headers={"Location": "/new"})
    web.get(f"{HOST}/new").respond(json=[])
    harness.fake_browser.asks = [CALL]
    await harness.page()
    assert harness.fake_browser.got == [Answer(content_type="application/json", body=b"[]")]


async def test_what_scripts_send_goes_with_our_headers_and_not_with_the_browsers(
    harness: RenderHarness, web: respx.Router
) -> None:
    sent = web.post(f"{HOST}/api").respond(json={})
    headers = {"Content-Type": "application/json", "X-Token": "t", "Referer": PAGE, "User-Agent": "Chrome",
               "Cookie": "a=b", "Sec-Fetch-Mode": "cors", "Origin": HOST, "Accept-Encoding": "br"}  # fmt: skip
    harness.fake_browser.asks = [
        Subresource(
            kind="xhr", url=f"{HOST}/api", method="POST", body=b'{"a":1}', headers=tuple(headers.items())
        )
    ]
    await harness.page()
    request = sent.calls.last.request
    assert request.content == b'{"a":1}'
    assert [request.headers.get(name) for name in ("Content-Type", "X-Token", "Referer")] == ["application/json", "t", PAGE]  # fmt: skip
    assert request.headers["User-Agent"].startswith("fazhi/")
    assert request.headers["Accept-Encoding"] == "identity"
    assert {"cookie", "sec-fetch-mode", "origin"}.isdisjoint(request.headers)


async def test_requests_and_bytes_of_a_page_have_a_limit(harness: RenderHarness, web: respx.Router) -> None:
    web.get(path="/api").respond(text="x" * 100)
    harness.fake_browser.asks = [replace(CALL, url=f"{HOST}/api?{n}") for n in range(9)]
    for limits, served in (({"subresources": 4}, 4), ({"subresource_bytes": 250}, 3)):
        harness.fake_browser.got.clear()
        async with harness.make(**limits) as fetcher:
            page = await fetcher.page(PAGE, site=SITE)
        assert sum(answer is not None for answer in harness.fake_browser.got) == served
        assert isinstance(page, Rendering)
        assert "over the limit" in page.unanswered[-1]


async def test_a_page_that_never_settles_fails_at_the_time_limit(harness: RenderHarness) -> None:
    harness.fake_browser.hangs = True
    async with harness.make(render=0.05) as fetcher:
        with pytest.raises(Unrendered, match=r"not drawn within 0\.05 seconds: its scripts do not end"):
            await fetcher.page(PAGE, site=SITE)


async def test_a_document_over_the_limit_is_too_large(harness: RenderHarness) -> None:
    async with harness.make(decoded=500) as fetcher:
        with pytest.raises(TooLarge, match="drawn document over"):
            await fetcher.page(PAGE, site=SITE)


async def test_a_page_drawn_is_recorded_and_then_judged(harness: RenderHarness) -> None:
    notices = {
        Gone: "<html><body><p>抱歉，您访问的页面不存在或已被删除。</p></body></html>",
        Refused: "<html><body><p>您的访问被拒绝</p></body></html>",
        Challenged: "<html><body><p>请完成安全验证</p></body></html>",
    }
    for kind, notice in notices.items():
        harness.fake_browser.drawn = [Drawn(html=notice)]
        with pytest.raises(kind):
            await harness.page()
    assert [rendering.dom.decode() for rendering in harness.renderings] == list(notices.values())


async def test_where_scripts_go_on_to_is_fetched_and_drawn(harness: RenderHarness, web: respx.Router) -> None:
    web.get(f"{HOST}/b.html").respond(html=SHELL)
    harness.fake_browser.drawn = [Drawn(target=f"{HOST}/b.html"), Drawn(html=f"<html>{BODY}</html>")]
    page = await harness.page()
    assert page.url == f"{HOST}/b.html"
    assert isinstance(page, Rendering)
    assert [hop.url for hop in page.of.hops] == [PAGE]


async def test_script_redirects_in_a_circle_or_to_a_login_are_not_followed(
    harness: RenderHarness, web: respx.Router
) -> None:
    web.get(f"{HOST}/b.html").respond(html=SHELL)
    harness.fake_browser.drawn = [Drawn(target=f"{HOST}/b.html"), Drawn(target=PAGE)]
    with pytest.raises(FetchError, match="redirect in a circle or more than"):
        await harness.page()
    harness.fake_browser.drawn = [Drawn(target="https://sso.example.gov.cn/login")]
    with pytest.raises(Refused, match="redirects to a login"):
        await harness.page()


async def test_without_a_browser_no_server_is_asked_and_the_reason_is_reported(
    harness: RenderHarness,
) -> None:
    harness.fake_browser.missing = "install it"
    with pytest.raises(Unrendered, match="install it"):
        await harness.page()
    assert harness.recorded == []


async def test_without_the_extra_it_is_named(
    harness: RenderHarness, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "playwright", None)
    monkeypatch.setitem(sys.modules, "playwright.async_api", None)
    async with Fetcher(sink=lambda _: None) as fetcher:
        for _ in range(2):
            with pytest.raises(Unrendered, match=r"pip install 'fazhi\[browser\]'"):
                await fetcher.page(PAGE, site=SITE)


async def test_a_crawl_that_is_to_end_ends_the_drawing(harness: RenderHarness) -> None:
    async def halted(_: float) -> None:
        raise Halted("the crawl ends")

    harness.fake_browser.asks = [CALL]
    harness.sleep = halted  # type: ignore[method-assign]
    async with harness.make() as fetcher:
        with pytest.raises(Halted):
            await fetcher.page(PAGE, site=replace(SITE, delay=5.0))


async def test_the_browser_ends_with_the_fetcher(harness: RenderHarness) -> None:
    fetcher = harness.make()
    await fetcher.page(PAGE, site=SITE)
    assert not harness.fake_browser.ended
    await fetcher.__aexit__(ZeroDivisionError, ZeroDivisionError(), None)
    assert harness.fake_browser.ended
