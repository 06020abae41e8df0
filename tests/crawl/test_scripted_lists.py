"""Whole visits of lists that scripts load, page by page; and of lists that state more than was understood."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import respx

from crawler.archive import Archive
from crawler.crawl import crawl
from crawler.fetch import Fetcher
from crawler.model import Ending, Outcome, Site
from crawler.onboarding.check import check_site
from crawler.reading.pages import PageProcess
from tests.conftest import Clock
from tests.crawl.test_unusual_lists import page as article
from tests.crawl.test_unusual_lists import title

HOST = "http://www.example.gov.cn"
JPAAS = "/api-gateway/jpaas-publish-server/front/page/build/unit"
GOVINFO = "/EWB-FRONT/rest/lightfrontaction/getgovinfolist"
SITE = Site(id="a", name="武汉市人民政府", region="420100", delay=0.0, lists=(f"{HOST}/col/col1/index.html",))
EPOINT = replace(SITE, lists=(f"{HOST}/zwgk/govInfoPub.html?categorynum=003",))


def entry(year: int) -> str:
    return f'<li><a href="/r/{year}.html" title="{title(year)}">武汉市…</a><span>{year + 1}-03-15</span></li>'


def jpaas(request: httpx.Request) -> httpx.Response | None:
    """A column whose two pages are parts that a script loads. The server answers only a request with a referer."""
    if request.url.path == "/col/col1/index.html":
        return httpx.Response(
            200,
            text=f"""<html><script url="{JPAAS}" queryData="{{'webId':'1','pageId':'1'}}"></script></html>""",
        )
    if request.url.path != JPAAS or request.headers.get("referer") != f"{HOST}/col/col1/index.html":
        return None
    number = json.loads(request.url.params["paramJson"])["pageNo"]
    html = f'<ul>{entry(2020 + number)}</ul><div class="pagination" rows="1" count="2"></div>'
    return httpx.Response(200, json={"data": {"html": html}})


def epoint(request: httpx.Request) -> httpx.Response | None:
    """A page of 信息公开 whose list is got by a POST of JSON, 15 entries a page, numbered from 0."""
    if request.url.path == "/zwgk/govInfoPub.html":
        return httpx.Response(200, text="<html><div class='ewb-box'></div></html>")
    if request.url.path != GOVINFO or request.headers["content-type"] != "application/json;charset=UTF-8":
        return None
    asked = json.loads(request.content)
    year = 2021 + asked["pageIndex"]
    found = {"realtitle": title(year), "infourl": f"/r/{year}.html", "infodate": f"{year + 1}-03-15"}
    others = [
        {
            "realtitle": f"第{year}{n}号通知公告",
            "infourl": f"/n/{year}{n}.html",
            "infodate": found["infodate"],
        }
        for n in range(10, 24)
    ]
    data = [found, *others] if year < 2023 else []
    return httpx.Response(200, json={"custom": json.dumps({"data": data, "total": 30})})


Answer = Callable[[httpx.Request], httpx.Response | None]


def answers(service: Answer) -> Callable[[httpx.Request], httpx.Response]:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/r/"):
            return httpx.Response(200, text=article(int(request.url.path[3:7])))
        return service(request) or httpx.Response(404)

    return answer


async def resolve(host: str, port: int) -> list[str]:
    return ["59.173.12.3"]


async def at_once(_: float) -> None: ...


async def visit(site: Site, service: Answer, folder: Path, clock: Clock) -> list[Outcome]:
    clock.forward(hours=1)
    with respx.mock(assert_all_called=False) as web, Archive.create(folder, clock=clock) as archive:
        web.route().mock(side_effect=answers(service))
        async with Fetcher(sink=archive.record, resolver=resolve, clock=clock, sleep=at_once) as fetcher:
            return [o async for o in crawl([site], fetcher=fetcher, archive=archive)]


@pytest.mark.parametrize(("site", "service"), [(SITE, jpaas), (EPOINT, epoint)], ids=["jpaas", "epoint"])
async def test_a_list_that_a_script_loads_is_read_to_its_end(
    site: Site, service: Answer, folder: Path, clock: Clock
) -> None:
    outcomes = await visit(site, service, folder, clock)
    assert sorted(o.url for o in outcomes if o.ending is Ending.NEW) == [
        f"{HOST}/r/2021.html",
        f"{HOST}/r/2022.html",
    ]
    assert {o.ending for o in outcomes} == {Ending.NEW, Ending.LISTED}


@pytest.mark.parametrize(("site", "service"), [(SITE, jpaas), (EPOINT, epoint)], ids=["jpaas", "epoint"])
async def test_a_visit_that_a_budget_ends_goes_on_with_the_requests_it_left(
    site: Site, service: Answer, folder: Path, clock: Clock
) -> None:
    small = replace(site, max_requests=2)  # robots.txt counts too
    seen: list[Outcome] = []
    for _ in range(6):
        seen += await visit(small, service, folder, clock)
    new = {o.url for o in seen if o.ending is Ending.NEW}
    assert new == {f"{HOST}/r/2021.html", f"{HOST}/r/2022.html"}


@pytest.mark.parametrize(
    ("pager", "problem"),
    [
        (
            "<span>共3页</span><a href='javascript:goto(2)'>下一页</a>",
            "page 1 of 3; the rest is not understood",
        ),
        (
            "<span>共25条</span> <a href='javascript:goto(2)'>下一页</a>",
            "1 of 25 entries; the rest is not understood",
        ),
        ("<span>共1页 共1条</span>", ""),
    ],
)
async def test_a_check_fails_where_a_list_states_more_than_was_read(
    pager: str, problem: str, folder: Path, clock: Clock
) -> None:
    def service(request: httpx.Request) -> httpx.Response | None:
        found = request.url.path == "/col/col1/index.html"
        return httpx.Response(200, text=f"<html><ul>{entry(2021)}</ul>{pager}</html>") if found else None

    outcomes = await visit(SITE, service, folder, clock)
    details = "".join(o.detail for o in outcomes if o.ending is Ending.LISTED)
    assert (problem in details) if problem else ("not understood" not in details)
    assert any(o.unread for o in outcomes) == bool(problem)
    with respx.mock(assert_all_called=False) as web:
        web.route().mock(side_effect=answers(service))
        fetching = Fetcher(sink=lambda _: None, resolver=resolve, clock=clock, sleep=at_once)
        async with fetching as fetcher, PageProcess() as pages:
            check = await check_site(SITE, fetcher, pages)
    assert check.problems == ((f"{SITE.lists[0]}: {problem}",) if problem else ())
