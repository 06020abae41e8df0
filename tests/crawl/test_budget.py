"""A site whose lists never end stops at its own budget: other sites go on, and the next crawl continues where it stopped."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from crawler.archive import Archive
from crawler.crawl import crawl, lists, visit
from crawler.crawl import run as run_module
from crawler.fetch import Fetcher
from crawler.model import Ending, Outcome, Site, VisitState
from tests.conftest import Clock

SITE = Site(
    id="endless",
    name="某市人民政府",
    region="420100",
    sitemaps=("http://www.endless.gov.cn/map-1.xml",),
    urls="/report",
    delay=0.0,
    max_requests=12,
)
OTHER = replace(SITE, id="other", sitemaps=("http://www.other.gov.cn/small.xml",))


class Endless(httpx.AsyncBaseTransport):
    """Sitemap indexes that name two new ones each, of `padding` bytes; /small.xml names a page."""

    def __init__(self, *, padding: int = 0, named: int = 2) -> None:
        self.asked: list[str] = []
        self._padding = padding
        self._named = named

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = str(request.url)
        if request.url.path == "/robots.txt":
            return httpx.Response(404, stream=httpx.ByteStream(b""))
        self.asked.append(url)
        if request.url.path == "/small.xml":
            return _xml("<urlset><url><loc>http://www.other.gov.cn/news.html</loc></url></urlset>")
        found = re.search(r"map-(\d+)", url)
        number = int(found[1]) if found else 0
        names = "".join(
            f"<sitemap><loc>http://www.endless.gov.cn/map-{number * self._named + n}.xml</loc></sitemap>"
            for n in range(self._named)
        )
        return _xml(f"<sitemapindex>{names}</sitemapindex><!--{'x' * self._padding}-->")


def _xml(text: str) -> httpx.Response:
    return httpx.Response(200, headers={"Content-Type": "text/xml"}, stream=httpx.ByteStream(text.encode()))


def run(folder: Path, server: Endless, *sites: Site) -> list[Outcome]:
    async def collected() -> list[Outcome]:
        with Archive.create(folder, clock=Clock()) as archive:
            async with Fetcher(sink=archive.record, replay=server, clock=Clock()) as fetcher:
                return [o async for o in crawl(sites, fetcher=fetcher, archive=archive)]

    return asyncio.run(collected())


def state_of(folder: Path, site: str) -> VisitState | None:
    with Archive.create(folder, clock=Clock()) as archive:
        return archive.pasts()[site].last.state


def test_sitemaps_that_name_new_ones_end_at_the_budget_and_say_so(folder: Path) -> None:
    server = Endless()
    outcomes = run(folder, server, SITE)
    assert len(server.asked) == SITE.max_requests - 1  # robots.txt is one request too
    left = [o for o in outcomes if o.ending is Ending.LEFT]
    assert len(left) == 12
    assert {o.detail for o in left} == {
        "its budget is used up: 12 requests (max_requests in its entry); the next crawl goes on here"
    }
    assert state_of(folder, "endless") is VisitState.LEFT


def test_the_next_crawl_goes_on_where_the_budget_ended(folder: Path) -> None:
    server = Endless()
    run(folder, server, SITE)
    first = list(server.asked)
    run(folder, server, SITE)
    assert len(server.asked) == 2 * len(first)
    assert len(set(server.asked)) == len(server.asked)


def test_the_budget_of_one_site_leaves_the_others_alone(folder: Path) -> None:
    outcomes = run(folder, Endless(), SITE, OTHER)
    assert [o.ending for o in outcomes if o.site_id == "other"] == [Ending.LISTED]
    assert state_of(folder, "other") is not VisitState.LEFT


def test_bytes_have_a_budget_too(folder: Path) -> None:
    server = Endless(padding=400_000)
    outcomes = run(folder, server, replace(SITE, max_requests=100, max_megabytes=1))
    assert len(server.asked) == 3
    assert any("1 megabytes (max_megabytes in its entry)" in o.detail for o in outcomes)


def test_a_frontier_that_grows_without_end_is_cut_and_the_list_fails(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MAX_WAITING_STEPS", 20)
    outcomes = run(folder, Endless(named=15), SITE)
    failed = [o for o in outcomes if o.ending is Ending.FAILED]
    assert "9 of its addresses are dropped: more than 20 wait already" in failed[0].detail
    assert sum(o.ending is Ending.LEFT for o in outcomes) <= 20


def test_a_site_that_shows_addresses_without_end_is_left_for_the_next_crawl(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visit, "MAX_SHOWN_ADDRESSES", 0)
    outcomes = run(
        folder, Endless(), OTHER, replace(OTHER, id="third", sitemaps=(*OTHER.sitemaps, *SITE.sitemaps))
    )
    left = [o for o in outcomes if o.ending is Ending.LEFT]
    assert left
    assert {o.site_id for o in left} == {"third"}
    assert "its lists show more than 0 addresses" in left[0].detail


def test_of_very_many_addresses_the_last_outcome_counts_the_rest(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "MAX_LEFT_PER_SITE", 3)
    outcomes = run(folder, Endless(), SITE)
    left = [o.detail for o in outcomes if o.ending is Ending.LEFT]
    assert len(left) == 4
    assert left[-1].endswith("this and 8 further addresses are left for the next crawl")
    with Archive.create(folder, clock=Clock()) as archive:
        assert len(archive.pasts()["endless"].last.frontier) == 12


def test_a_site_within_its_budget_is_complete(folder: Path) -> None:
    outcomes = run(folder, Endless(), OTHER)
    assert Ending.LEFT not in {o.ending for o in outcomes}
