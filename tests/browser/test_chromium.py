"""What only a real Chromium shows. `make test-browser`; not part of `make test`."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crawler.archive import Archive
from crawler.crawl import Halt, counting_sink, crawl
from crawler.fetch import Fetcher, Limits, Replay, load_exchanges
from crawler.fetch.browser.chromium import Chromium
from crawler.model import Ending, Outcome, Rendering, Site, SiteVisit
from crawler.warc import Record, read_records
from tests.browser.processes import descendants
from tests.browser.site import BASE, TITLES, ScriptSite, body
from tests.conftest import Clock

LIMITS = Limits(render=20.0, idle=0.2)
SITE = Site(id="script", name="某市人民政府", region="420100", delay=0.0, render=True)


async def at_once(_: float) -> None: ...


@pytest.fixture(scope="module")
def web() -> Iterator[ScriptSite]:
    with ScriptSite() as site:
        yield site


class Crawl:
    """Crawls addresses of the site into an archive, and keeps what came of it."""

    def __init__(self, web: ScriptSite, folder: Path, clock: Clock) -> None:
        self._web = web
        self._folder = folder
        self._clock = clock
        self.renderings: list[Rendering] = []
        self.visits: list[SiteVisit] = []
        self.browser = Chromium()

    async def __call__(self, *pages: str, limits: Limits = LIMITS, **facts: Any) -> list[Outcome]:
        site = replace(SITE, pages=tuple(BASE + page for page in pages), **facts)
        self._clock.forward(hours=1)
        with Archive.create(self._folder, clock=self._clock) as archive:

            def keep(rendering: Rendering) -> None:
                self.renderings.append(rendering)
                archive.record_rendered(rendering)

            fetcher = Fetcher(
                sink=counting_sink(archive.record, Halt()),
                rendered=keep,
                browser=self.browser,
                connect_to=self._web.hosts,
                limits=limits,
                clock=self._clock,
                sleep=at_once,
            )
            async with fetcher:
                return [
                    outcome
                    async for outcome in crawl(
                        [site], fetcher=fetcher, archive=archive, on_visit=self.visits.append
                    )
                ]

    def records(self) -> list[Record]:
        return [r for path in sorted(self._folder.glob("warc/*/*.gz")) for r in read_records(path)]


@pytest.fixture
def crawled(web: ScriptSite, folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Crawl:
    monkeypatch.setenv("SSL_CERT_FILE", str(web.ca_file))
    web.requests.clear()
    return Crawl(web, folder, clock)


async def test_a_list_and_reports_that_only_scripts_fill_are_archived(
    web: ScriptSite, crawled: Crawl, folder: Path
) -> None:
    outcomes = await crawled(lists=(f"{BASE}/list.html",))
    assert [outcome.ending for outcome in outcomes] == [Ending.LISTED, Ending.NEW, Ending.NEW]
    assert outcomes[0].detail.startswith("2 links, 2 of them reports; rendered by Chromium ")
    assert all(", 2 further requests" in outcome.detail for outcome in outcomes)
    with Archive.read(folder) as archive:
        found = {report.year: report for report in archive.reports()}
    assert {year: report.title for year, report in found.items()} == TITLES
    assert {year: report.body.split("\n") for year, report in found.items()} == {y: body(y) for y in TITLES}
    assert found[2022].published == "2023-02-21"
    assert crawled.visits[0].requests == len(web.requests)


async def test_a_crawls_own_warc_is_drawn_again_without_a_network(
    web: ScriptSite, crawled: Crawl, folder: Path, tmp_path: Path, clock: Clock
) -> None:
    await crawled(lists=(f"{BASE}/list.html",))
    web.requests.clear()
    (warc,) = folder.glob("warc/*/*.gz")
    site = replace(SITE, lists=(f"{BASE}/list.html",))
    with Archive.create(tmp_path / "again", clock=clock) as archive:
        fetcher = Fetcher(
            sink=archive.record,
            rendered=archive.record_rendered,
            replay=Replay(load_exchanges(warc)),
            limits=LIMITS,
        )
        async with fetcher:
            outcomes = [o async for o in crawl([site], fetcher=fetcher, archive=archive)]
        assert [outcome.ending for outcome in outcomes] == [Ending.LISTED, Ending.NEW, Ending.NEW]
        assert {r.year: r.body.split("\n") for r in archive.reports()} == {y: body(y) for y in TITLES}
    assert web.requests == []


async def test_a_page_as_drawn_stands_beside_the_page_as_served(crawled: Crawl) -> None:
    await crawled("/article.html?id=2022")
    records = crawled.records()
    (conversion,) = [record for record in records if record.kind == "conversion"]
    by_id = {record.place.record_id: record for record in records}
    served = by_id[conversion.fields["warc-refers-to"]]
    assert served.kind == "response"
    assert served.url == conversion.url == f"{BASE}/article.html?id=2022"
    assert "群众满意度" not in served.block.decode("gbk")
    assert "群众满意度" in conversion.block.decode()
    assert "<title>某市人民政府</title>" in conversion.block.decode()
    asked = [record.url for record in records if record.kind == "response"]
    assert "https://data.script.gov.cn/api/article" in asked


async def test_a_script_is_asked_for_once_a_crawl_and_pictures_and_styles_never(
    web: ScriptSite, crawled: Crawl
) -> None:
    await crawled("/article.html?id=2022", "/article.html?id=2023")
    assert web.asked("/static/app.js") == 1
    assert web.asked("/static/logo.png") == web.asked("/static/site.css") == 0


async def test_what_a_script_posts_and_sets_is_sent_by_us_in_our_name(
    web: ScriptSite, crawled: Crawl
) -> None:
    await crawled("/article.html?id=2023")
    (request,) = [request for request in web.requests if request.path == "/api/article"]
    assert request.body == b'{"id":"2023"}'
    assert request.headers["x-token"] == "of the script"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"].startswith("fazhi/")
    assert request.headers["accept-encoding"] == "identity"


async def test_a_shell_that_stays_the_same_is_asked_for_without_validators_and_drawn_again(
    crawled: Crawl,
) -> None:
    await crawled("/article.html?id=2022")
    (outcome,) = await crawled("/article.html?id=2022")
    assert outcome.ending is Ending.UNCHANGED
    assert outcome.detail.startswith("rendered by Chromium")


async def test_no_page_gets_out_but_through_the_fetcher(web: ScriptSite, crawled: Crawl) -> None:
    (outcome,) = await crawled("/escapes.html?id=2022")
    assert outcome.ending is Ending.NEW
    (rendering,) = crawled.renderings
    assert b'data-tried="fetch image socket local events beacon transport peer worker thread window prefetch frame file moved forbidden alert"' in rendering.dom  # fmt: skip
    assert web.reached == []
    in_vain = "\n".join(rendering.unanswered)
    for path in ("/fetch", "/thread", "/frame", "/moved-to-private"):
        assert any(path in line and "not public" in line for line in rendering.unanswered), (path, in_vain)
    assert f"{BASE}/private/counter: robots.txt disallows it" in rendering.unanswered
    assert web.asked("/private/counter") == web.asked("/worker.js") == 0
    assert b"root:" not in rendering.dom


async def test_a_timer_that_asks_for_ever_ends_at_the_limit(web: ScriptSite, crawled: Crawl) -> None:
    (outcome,) = await crawled("/timer.html?id=2022", limits=replace(LIMITS, subresources=10))
    assert outcome.ending is Ending.NEW
    assert "over the limit of 10 requests" in outcome.detail
    assert web.asked("/api/time") == 8


@pytest.mark.parametrize("page", ["/loop.html", "/alerts.html"])
async def test_scripts_without_an_end_fail_their_page_and_no_other(page: str, crawled: Crawl) -> None:
    outcomes = await crawled(f"{page}?id=2022", "/article.html?id=2023", limits=replace(LIMITS, render=4.0))
    assert [outcome.ending for outcome in outcomes] == [Ending.FAILED, Ending.NEW]
    assert outcomes[0].detail == "not drawn within 4 seconds: its scripts do not end"


async def test_a_page_that_its_script_sends_on_is_followed_as_a_redirect_is(
    crawled: Crawl, folder: Path
) -> None:
    (outcome,) = await crawled("/sent-on.html")
    assert outcome.ending is Ending.NEW
    (rendering,) = crawled.renderings
    assert rendering.url == f"{BASE}/article.html?id=2022"
    assert [hop.url for hop in rendering.of.hops] == [f"{BASE}/sent-on.html"]


async def test_where_scripts_send_to_is_judged(web: ScriptSite, crawled: Crawl) -> None:
    outcomes = await crawled("/to-login.html", "/round.html", "/farewell.html")
    assert [outcome.ending for outcome in outcomes] == [Ending.REFUSED, Ending.FAILED, Ending.GONE]
    assert [outcome.detail.partition(":")[0] for outcome in outcomes] == [
        "redirects to a login",
        "its scripts redirect in a circle or more than 8 times",
        "HTTP 200, but the page says that it does not exist",
    ]
    assert web.asked("/login") == 0


async def test_a_page_that_loads_itself_again_stays_as_it_is(web: ScriptSite, crawled: Crawl) -> None:
    (outcome,) = await crawled("/reload.html?id=2022")
    assert outcome.ending is Ending.NEW
    assert web.asked("/reload.html") == 1


async def test_a_page_that_lacks_a_piece_of_its_own_site_fails_whole(crawled: Crawl) -> None:
    (outcome,) = await crawled("/broken.html")
    assert outcome.ending is Ending.FAILED
    assert outcome.detail.startswith(f"{BASE}/api/broken: HTTP 500")
    assert crawled.renderings == []


async def test_a_piece_that_does_not_come_fails_its_page_in_time(web: ScriptSite, crawled: Crawl) -> None:
    (outcome,) = await crawled("/slow.html", limits=replace(LIMITS, render=3.0))
    assert outcome.ending is Ending.FAILED
    assert outcome.detail == "not drawn within 3 seconds: 1 of its 2 requests were still under way"


async def test_a_browser_that_dies_fails_its_page_and_another_is_started(
    web: ScriptSite, crawled: Crawl
) -> None:
    def kill() -> None:
        for pid, name in descendants(os.getpid()).items():
            if name == "chromium":
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    web.on_death = kill
    outcomes = await crawled("/deadly.html", "/article.html?id=2023")
    assert [outcome.ending for outcome in outcomes] == [Ending.FAILED, Ending.NEW]
    assert outcomes[0].detail.startswith("the browser failed: ")


async def test_without_chromium_what_is_missing_is_told_and_nobody_is_asked(
    web: ScriptSite, crawled: Crawl, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (outcome,) = await crawled("/article.html?id=2022")
    assert (outcome.ending, outcome.detail) == (
        Ending.FAILED,
        "`render: true` in its entry needs Chromium: apt-get install chromium",
    )
    assert web.requests == []
