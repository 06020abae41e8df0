"""Pages that a browser draws, above a network that respx stands in for; the browser is played. The real one: tests/browser."""

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
from tests.conftest import BODY, Clock
from tests.fetch.conftest import HOST, PAGE, a_site

SHELL = "<html><head><title>某市人民政府</title></head><body><div id=app></div><script src=/app.js></script></body></html>"
SITE = a_site(render=True)
SCRIPT = Subresource(kind="script", url=f"{HOST}/app.js")
CALL = Subresource(kind="xhr", url=f"{HOST}/api?id=1")
ELSEWHERE = Subresource(kind="xhr", url="https://count.example.com/hit")


@dataclass
class Player:
    """A browser that asks for what it is told to, and then shows what it is told to."""

    asks: list[Subresource] = field(default_factory=list)
    drawn: list[Drawn] = field(default_factory=lambda: [Drawn(html=f"<html><body>{BODY}</body></html>")])
    missing: str | None = None
    hangs: bool = False
    name: str = "Player 1"
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


class Stage:
    """A fetcher with a played browser, and what came of it."""

    def __init__(self, clock: Clock) -> None:
        self.player = Player()
        self.renderings: list[Rendering] = []
        self.clock = clock
        self.recorded: list[str] = []
        self.fetcher = self.make()

    def make(self, **limits: float) -> Fetcher:
        return Fetcher(
            sink=lambda capture: self.recorded.append(capture.url),
            rendered=self.renderings.append,
            browser=self.player,
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
async def stage(clock: Clock, web: respx.Router) -> AsyncIterator[Stage]:
    web.get(PAGE).respond(html=SHELL)
    web.get(SCRIPT.url).respond(text="var a;", content_type="text/javascript")
    web.get(CALL.url).respond(json={"a": 1})
    stage = Stage(clock)
    async with stage.fetcher:
        yield stage


async def test_a_page_is_what_the_browser_drew(stage: Stage, clock: Clock) -> None:
    stage.player.asks = [SCRIPT, CALL]
    page = await stage.page()
    assert isinstance(page, Rendering)
    assert page.body.decode() == f"<html><body>{BODY}</body></html>"
    assert (page.url, page.status, page.rendered_at, page.of.body.decode()) == (PAGE, 200, clock(), SHELL)
    assert page.note == "rendered by Player 1, 2 further requests"
    assert stage.renderings == [page]
    (clue,) = [clue for clue in read_page(page, SITE).clues if clue.where == page.note]
    assert (clue.field, clue.value) == ("body", "Player 1")


async def test_everything_a_page_asks_for_is_recorded_as_any_exchange_is(stage: Stage) -> None:
    stage.player.asks = [SCRIPT, CALL]
    await stage.page()
    assert stage.recorded == [f"{HOST}/robots.txt", PAGE, SCRIPT.url, CALL.url]


async def test_a_site_without_render_sees_no_browser(stage: Stage) -> None:
    await stage.fetcher.page(PAGE, site=a_site())
    assert stage.player.pages == []


async def test_no_library_of_a_browser_is_imported_until_a_page_is_to_be_drawn(stage: Stage) -> None:
    await stage.fetcher.page(PAGE, site=a_site())
    assert "playwright" not in sys.modules


async def test_what_is_no_html_comes_as_it_was_served(stage: Stage, web: respx.Router) -> None:
    web.get(f"{HOST}/a.pdf").respond(content=b"%PDF-1.7 ...", content_type="application/pdf")
    page = await stage.page(f"{HOST}/a.pdf")
    assert page.body == b"%PDF-1.7 ..."
    assert stage.player.pages == []


async def test_the_browser_gets_texts_in_utf_8_whatever_they_were_in(stage: Stage, web: respx.Router) -> None:
    script = "var 标题 = '法治政府建设年度报告';"
    web.get(PAGE).mock(httpx.Response(200, content=f"<html><meta charset=utf-8>{BODY}".encode("gbk")))
    web.get(SCRIPT.url).mock(
        httpx.Response(
            200, content=script.encode("gbk"), headers={"Content-Type": "text/javascript;charset=x"}
        )
    )
    stage.player.asks = [SCRIPT]
    await stage.page()
    assert BODY in stage.player.pages[0][1].body.decode()
    assert stage.player.got == [Answer(content_type="text/javascript; charset=utf-8", body=script.encode())]


@pytest.mark.parametrize("kind", ["image", "media", "font", "websocket", "eventsource", "ping", "other"])
async def test_what_a_text_cannot_depend_on_is_not_asked_for(stage: Stage, kind: str) -> None:
    stage.player.asks = [replace(CALL, kind=kind)]
    await stage.page()
    assert stage.player.got == [None]
    assert CALL.url not in stage.recorded


async def test_stylesheets_are_empty_and_cost_no_request(stage: Stage) -> None:
    stage.player.asks = [Subresource(kind="stylesheet", url=f"{HOST}/a.css")]
    await stage.page()
    assert stage.player.got == [Answer(content_type="text/css", body=b"")]
    assert f"{HOST}/a.css" not in stage.recorded


async def test_robots_txt_holds_for_what_a_page_asks_for(stage: Stage, web: respx.Router) -> None:
    web.routes["robots"].respond(text="User-agent: *\nDisallow: /api")
    stage.player.asks = [CALL]
    page = await stage.page()
    assert isinstance(page, Rendering)
    assert page.unanswered == (f"{CALL.url}: robots.txt disallows it",)
    assert page.note == f"rendered by Player 1, 0 further requests; 1 in vain, such as {page.unanswered[0]}"


async def test_a_script_is_kept_for_the_sites_next_page_and_a_call_is_not(stage: Stage) -> None:
    stage.player.asks = [SCRIPT, CALL]
    await stage.page()
    await stage.page()
    assert stage.recorded.count(SCRIPT.url) == 1
    assert stage.recorded.count(CALL.url) == 2
    await stage.fetcher.page(PAGE, site=replace(SITE, id="other"))
    assert stage.recorded.count(SCRIPT.url) == 2  # its cookies and its TLS are its own


async def test_old_scripts_make_room(stage: Stage, web: respx.Router) -> None:
    other = replace(SCRIPT, url=f"{HOST}/other.js")
    web.get(other.url).respond(text="var b;")
    stage.player.asks = [SCRIPT, other, SCRIPT]
    fetcher = stage.make(subresource_bytes=10)
    await fetcher.page(PAGE, site=SITE)
    stage.player.asks = [SCRIPT]
    await fetcher.page(PAGE, site=SITE)
    assert stage.recorded.count(SCRIPT.url) == 2
    await fetcher.__aexit__(None, None, None)


@pytest.mark.parametrize("answer", [httpx.Response(500), httpx.ConnectError("no")])
async def test_a_page_fails_without_a_piece_of_its_own_site_that_may_come_another_time(
    stage: Stage, web: respx.Router, answer: httpx.Response | Exception
) -> None:
    web.get("http://data.example.gov.cn/list").mock(side_effect=[answer] * 3)
    stage.player.asks = [Subresource(kind="fetch", url="http://data.example.gov.cn/list")]
    with pytest.raises(Unreachable, match="tried 3 times"):
        await stage.page()
    assert stage.renderings == []


async def test_a_host_left_alone_fails_the_page_that_needs_it(stage: Stage, web: respx.Router) -> None:
    web.get(CALL.url).respond(503, headers={"Retry-After": "9999"})
    stage.player.asks = [CALL]
    with pytest.raises(Unreachable):
        await stage.page()
    with pytest.raises(LeftAlone):
        await stage.page()


async def test_a_page_goes_without_what_others_do_not_give_and_what_is_not_there(
    stage: Stage, web: respx.Router
) -> None:
    web.get(ELSEWHERE.url).mock(side_effect=httpx.ConnectError("no"))
    web.get(CALL.url).respond(404)
    stage.player.asks = [ELSEWHERE, CALL]
    page = await stage.page()
    assert isinstance(page, Rendering)
    assert [line.partition(": ")[0] for line in page.unanswered] == [ELSEWHERE.url, CALL.url]
    assert stage.player.got == [None, None]


async def test_a_piece_is_judged_by_its_head_alone(stage: Stage, web: respx.Router) -> None:
    notice = '{"code": 0, "message": "抱歉，您访问的页面不存在"}<script>location.href="/b.html"</script>'
    web.get(CALL.url).respond(text=notice)
    stage.player.asks = [CALL]
    await stage.page()
    (answer,) = stage.player.got
    assert answer is not None
    assert answer.body.decode() == notice


async def test_a_piece_is_followed_to_where_it_has_moved(stage: Stage, web: respx.Router) -> None:
    web.get(CALL.url).respond(301, headers={"Location": "/new"})
    web.get(f"{HOST}/new").respond(json=[])
    stage.player.asks = [CALL]
    await stage.page()
    assert stage.player.got == [Answer(content_type="application/json", body=b"[]")]


async def test_what_scripts_send_goes_with_our_headers_and_not_with_the_browsers(
    stage: Stage, web: respx.Router
) -> None:
    sent = web.post(f"{HOST}/api").respond(json={})
    headers = {"Content-Type": "application/json", "X-Token": "t", "Referer": PAGE, "User-Agent": "Chrome",
               "Cookie": "a=b", "Sec-Fetch-Mode": "cors", "Origin": HOST, "Accept-Encoding": "br"}  # fmt: skip
    stage.player.asks = [
        Subresource(
            kind="xhr", url=f"{HOST}/api", method="POST", body=b'{"a":1}', headers=tuple(headers.items())
        )
    ]
    await stage.page()
    request = sent.calls.last.request
    assert request.content == b'{"a":1}'
    assert [request.headers.get(name) for name in ("Content-Type", "X-Token", "Referer")] == ["application/json", "t", PAGE]  # fmt: skip
    assert request.headers["User-Agent"].startswith("fazhi/")
    assert request.headers["Accept-Encoding"] == "identity"
    assert {"cookie", "sec-fetch-mode", "origin"}.isdisjoint(request.headers)


async def test_requests_and_bytes_of_a_page_have_a_limit(stage: Stage, web: respx.Router) -> None:
    web.get(path="/api").respond(text="x" * 100)
    stage.player.asks = [replace(CALL, url=f"{HOST}/api?{n}") for n in range(9)]
    for limits, served in (({"subresources": 4}, 4), ({"subresource_bytes": 250}, 3)):
        stage.player.got.clear()
        async with stage.make(**limits) as fetcher:
            page = await fetcher.page(PAGE, site=SITE)
        assert sum(answer is not None for answer in stage.player.got) == served
        assert isinstance(page, Rendering)
        assert "over the limit" in page.unanswered[-1]


async def test_a_page_that_comes_to_no_rest_fails_in_time(stage: Stage) -> None:
    stage.player.hangs = True
    async with stage.make(render=0.05) as fetcher:
        with pytest.raises(Unrendered, match=r"not drawn within 0\.05 seconds: its scripts do not end"):
            await fetcher.page(PAGE, site=SITE)


async def test_a_document_over_the_limit_is_too_large(stage: Stage) -> None:
    async with stage.make(decoded=500) as fetcher:
        with pytest.raises(TooLarge, match="drawn document over"):
            await fetcher.page(PAGE, site=SITE)


async def test_a_page_drawn_is_recorded_and_then_judged(stage: Stage) -> None:
    notices = {
        Gone: "<html><body><p>抱歉，您访问的页面不存在或已被删除。</p></body></html>",
        Refused: "<html><body><p>您的访问被拒绝</p></body></html>",
        Challenged: "<html><body><p>请完成安全验证</p></body></html>",
    }
    for kind, notice in notices.items():
        stage.player.drawn = [Drawn(html=notice)]
        with pytest.raises(kind):
            await stage.page()
    assert [rendering.dom.decode() for rendering in stage.renderings] == list(notices.values())


async def test_where_scripts_go_on_to_is_fetched_and_drawn(stage: Stage, web: respx.Router) -> None:
    web.get(f"{HOST}/b.html").respond(html=SHELL)
    stage.player.drawn = [Drawn(target=f"{HOST}/b.html"), Drawn(html=f"<html>{BODY}</html>")]
    page = await stage.page()
    assert page.url == f"{HOST}/b.html"
    assert isinstance(page, Rendering)
    assert [hop.url for hop in page.of.hops] == [PAGE]


async def test_scripts_that_go_round_or_to_a_login_are_not_followed(stage: Stage, web: respx.Router) -> None:
    web.get(f"{HOST}/b.html").respond(html=SHELL)
    stage.player.drawn = [Drawn(target=f"{HOST}/b.html"), Drawn(target=PAGE)]
    with pytest.raises(FetchError, match="redirect in a circle or more than"):
        await stage.page()
    stage.player.drawn = [Drawn(target="https://sso.example.gov.cn/login")]
    with pytest.raises(Refused, match="redirects to a login"):
        await stage.page()


async def test_without_a_browser_no_server_is_asked_and_the_reason_is_told(stage: Stage) -> None:
    stage.player.missing = "install it"
    with pytest.raises(Unrendered, match="install it"):
        await stage.page()
    assert stage.recorded == []


async def test_without_the_extra_it_is_named(
    stage: Stage, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "playwright", None)
    monkeypatch.setitem(sys.modules, "playwright.async_api", None)
    async with Fetcher(sink=lambda _: None) as fetcher:
        for _ in range(2):
            with pytest.raises(Unrendered, match=r"pip install 'fazhi\[browser\]'"):
                await fetcher.page(PAGE, site=SITE)


async def test_a_crawl_that_is_to_end_ends_the_drawing(stage: Stage) -> None:
    async def halted(_: float) -> None:
        raise Halted("the crawl ends")

    stage.player.asks = [CALL]
    stage.sleep = halted  # type: ignore[method-assign]
    async with stage.make() as fetcher:
        with pytest.raises(Halted):
            await fetcher.page(PAGE, site=replace(SITE, delay=5.0))


async def test_the_browser_ends_with_the_fetcher(stage: Stage) -> None:
    fetcher = stage.make()
    await fetcher.page(PAGE, site=SITE)
    assert not stage.player.ended
    await fetcher.__aexit__(ZeroDivisionError, ZeroDivisionError(), None)
    assert stage.player.ended
