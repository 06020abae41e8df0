"""Whole visits of unusual lists: cache-busters in every link, sitemaps that are something else or cut off."""

from __future__ import annotations

import gzip
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import httpx
import pytest
import respx

from crawler.archive import Archive
from crawler.crawl import crawl
from crawler.fetch import Fetcher
from crawler.model import Ending, Outcome, Site
from tests.conftest import Clock

HOST = "http://www.example.gov.cn"
YEARS = (2020, 2021, 2022)
LISTED = Site(id="a", name="武汉市人民政府", region="420100", delay=0.0, lists=(f"{HOST}/l.html",))
MAPPED = Site(
    id="a", name="武汉市人民政府", region="420100", delay=0.0, sitemaps=(f"{HOST}/sitemap.xml",), urls="/r/a"
)  # fmt: skip


def title(year: int) -> str:
    return f"武汉市人民政府关于{year}年度法治政府建设情况的报告"


def page(year: int, more: str = "") -> str:
    lines = "".join(
        f"<p>第{n}项工作在{year}年取得成效，全年办结{n * 37 + year}件，群众满意度提升。</p>"
        for n in range(30)
    )
    return (
        f"<html><head><title>{title(year)}</title></head><body><h1>{title(year)}</h1><div>发布日期：{year + 1}-03-15</div>"
        f"<div id=zoom>{lines}{more}</div></body></html>"
    )


def a_list(addresses: Sequence[str]) -> str:
    items = "".join(
        f'<li><a href="{address}">{title(year)}</a><span>{year + 1}-03-15</span></li>'
        for year, address in zip(YEARS, addresses, strict=True)
    )
    return f"<html><body><ul>{items}</ul></body></html>"


Visited = Callable[..., Awaitable["tuple[list[Outcome], int]"]]


@pytest.fixture
def visited(folder: Path, clock: Clock) -> Visited:
    """Crawls a site with given answers, an hour after the crawl before. Returns outcomes and number of requests."""

    async def at_once(_: float) -> None: ...

    async def resolve(host: str, port: int) -> list[str]:
        return ["59.173.12.3"]

    async def once(site: Site, answers: dict[str, str | bytes]) -> tuple[list[Outcome], int]:
        clock.forward(hours=1)

        def answer(request: httpx.Request) -> httpx.Response:
            body = answers.get(request.url.raw_path.decode(), answers.get(request.url.path))
            if body is None:
                return httpx.Response(404)
            return httpx.Response(200, content=body.encode() if isinstance(body, str) else body)

        with respx.mock(assert_all_called=False) as web:
            route = web.route().mock(side_effect=answer)
            with Archive.create(folder, clock=clock) as archive:
                fetcher = Fetcher(sink=archive.record, resolver=resolve, clock=clock, sleep=at_once)
                async with fetcher:
                    outcomes = [o async for o in crawl([site], fetcher=fetcher, archive=archive)]
            return outcomes, len(route.calls)

    return once


def ended(outcomes: list[Outcome]) -> list[Ending]:
    return sorted(outcome.ending for outcome in outcomes)


@pytest.mark.parametrize(
    "value",
    ["t=17000000{n:02}{i:03}", "v={n}", "r=a{n}", "id={i}&v={n}", "ver=1.{n}", "_={n}{i}", "time=2023031{n}", "1700000{n}000{i}0", "{n}"],
)  # fmt: skip
async def test_each_of_five_crawls_of_links_with_a_cache_buster_takes_the_same_requests(
    visited: Visited, folder: Path, value: str
) -> None:
    costs, endings = [], []
    for n in range(1, 6):
        links = [f"a{i}.html?{value.format(n=n, i=i)}" for i in range(3)]
        outcomes, requests = await visited(
            LISTED, {"/l.html": a_list(links), **{f"/a{i}.html": page(2020 + i) for i in range(3)}}
        )
        costs.append(requests)
        endings.append(ended(outcomes))
    assert costs == [5] * 5
    assert endings == [
        sorted([Ending.LISTED, *[Ending.NEW] * 3]),
        *[sorted([Ending.LISTED, *[Ending.UNCHANGED] * 3])] * 4,
    ]
    with Archive.read(folder) as archive:
        assert [len(archive.pages(report.id or "")) for report in archive.reports()] == [1, 1, 1]


async def test_a_revised_report_at_a_varying_address_is_a_new_version(visited: Visited, folder: Path) -> None:
    for n, more in ((1, ""), (2, ""), (3, "<p>第31项工作是新增的内容，全年办结一件。</p>"), (4, "")):
        answers = {"/l.html": a_list([f"a{i}.html?v={n}" for i in range(3)])}
        outcomes, _ = await visited(
            LISTED, {**answers, **{f"/a{i}.html": page(2020 + i, more) for i in range(3)}}
        )
        assert Ending.NEW not in ended(outcomes) or n == 1
    with Archive.read(folder) as archive:
        assert [report.version for report in archive.reports()] == [3, 3, 3]


async def test_a_parameter_that_tells_pages_apart_does_so_in_each_visit(
    visited: Visited, folder: Path
) -> None:
    answers = {"/l.html": a_list([f"/s.jsp?v={v}" for v in (1, 2, 3)])}
    pages: dict[str, str | bytes] = {f"/s.jsp?v={v}": page(2019 + v) for v in (1, 2, 3)}
    for _ in range(3):
        outcomes, requests = await visited(LISTED, {**answers, **pages})
        assert requests == 5
    assert ended(outcomes) == sorted([Ending.LISTED, *[Ending.UNCHANGED] * 3])
    with Archive.read(folder) as archive:
        assert len(archive.reports()) == 3


SITEMAP = f"<urlset>{''.join(f'<url><loc>{HOST}/r/a{year}.html</loc></url>' for year in YEARS)}</urlset>"
PAGES = {f"/r/a{year}.html": page(year) for year in YEARS}


@pytest.mark.parametrize(
    ("body", "why", "reports"),
    [
        (SITEMAP[:-9], "cut off", 3),
        (gzip.compress(SITEMAP.encode())[:-4], "not whole", 3),
        (f"<html><body>{a_list(['/r/a1.html'] * 3)}</body></html>", "found an HTML page", 0),
        ("", "no bytes at all", 0),
    ],
)
async def test_something_else_in_place_of_a_sitemap_fails_its_site(
    visited: Visited, body: str | bytes, why: str, reports: int
) -> None:
    outcomes, _ = await visited(MAPPED, {"/sitemap.xml": body, **PAGES})
    (failed,) = [outcome for outcome in outcomes if outcome.ending is Ending.FAILED]
    assert why in failed.detail
    assert failed.url == f"{HOST}/sitemap.xml"
    assert ended(outcomes).count(Ending.NEW) == reports


async def test_nothing_is_remembered_of_a_sitemap_that_is_cut_off(visited: Visited) -> None:
    for body, endings in (
        (SITEMAP, [Ending.LISTED]),
        (SITEMAP[:-60], [Ending.FAILED]),
        (SITEMAP, [Ending.LISTED, Ending.RECOVERED]),
    ):
        outcomes, _ = await visited(MAPPED, {"/sitemap.xml": body, **PAGES})
        assert [o.ending for o in outcomes if o.url.endswith("sitemap.xml")] == endings
