"""Links that are lists themselves, pages that are no reports, and what later visits request of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx

from crawler.archive import Archive, rebuild
from crawler.crawl import crawl
from crawler.crawl.columns import MAX_COLUMNS
from crawler.fetch import Fetcher
from crawler.model import Ending, Outcome, Site, Years
from crawler.onboarding.check import check_site
from crawler.reading.pages import PageProcess
from tests.archive.held import dump, lose
from tests.conftest import Clock

HOST = "http://www.example.gov.cn"
SITE = Site(id="a", name="武汉市人民政府", region="420100", delay=0.0, lists=(f"{HOST}/fz/",))
OWN = "武汉市2023年法治政府建设年度报告"
BUREAU = "武汉市教育局2023年法治政府建设年度报告"
TEXT = "".join(
    f"<p>2023年,全市推进法治政府建设第{n}项工作,全年办结{n * 37}件,群众满意度提升。</p>" for n in range(20)
)
NEWS = f"<p>本站讯 近日,水利部发布2021年法治政府建设年度报告,全面总结工作。</p>{TEXT}"
NEVER = "<p>今天多云,最高气温二十度,微风,适合出行,请市民注意添加衣物。</p>" * 30

Visited = Callable[..., Awaitable["tuple[list[Outcome], list[str]]"]]


def article(title: str, text: str = TEXT) -> str:
    return (
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1><div>发布日期：2024-03-15</div>"
        f"<div id=zoom>{text}</div></body></html>"
    )


def a_list(title: str, *links: tuple[str, str], day: str = "2024-03-15") -> str:
    items = "".join(f'<li><a href="{url}">{name}</a><span>{day}</span></li>' for url, name in links)
    return (
        f"<html><head><title>{title}</title></head><body><div><a href='/'>首页</a> &gt; {title}</div>"
        f"<ul>{items}</ul><div>主办:武汉市人民政府办公厅</div></body></html>"
    )


@pytest.fixture
def visited(folder: Path, clock: Clock) -> Visited:
    """Crawls a site with given answers, an hour after the crawl before. Returns outcomes and the paths requested."""

    async def at_once(_: float) -> None: ...

    async def resolve(host: str, port: int) -> list[str]:
        return ["59.173.12.3"]

    async def once(
        answers: dict[str, str], site: Site = SITE, **more: Any
    ) -> tuple[list[Outcome], list[str]]:
        clock.forward(hours=1)

        def answer(request: httpx.Request) -> httpx.Response:
            body = answers.get(str(request.url), answers.get(request.url.raw_path.decode()))
            return httpx.Response(404) if body is None else httpx.Response(200, content=body.encode())

        with respx.mock(assert_all_called=False) as web:
            route = web.route().mock(side_effect=answer)
            with Archive.create(folder, clock=clock) as archive:
                fetcher = Fetcher(sink=archive.record, resolver=resolve, clock=clock, sleep=at_once)
                async with fetcher:
                    outcomes = [o async for o in crawl([site], fetcher=fetcher, archive=archive, **more)]
            return outcomes, [call.request.url.path for call in route.calls][1:]  # robots.txt

    return once


def by_ending(outcomes: list[Outcome]) -> dict[Ending, list[str]]:
    found: dict[Ending, list[str]] = {}
    for outcome in outcomes:
        found.setdefault(outcome.ending, []).append(outcome.url.removeprefix(HOST))
    return found


@pytest.mark.parametrize(
    "name",
    [
        "部门法治政府建设年度报告",
        "镇（街道）法治政府建设年度报告",
        "历年法治政府建设情况报告",
        "法治政府建设年度报告",
        "法治政府建設年度報告",
        "关于法治政府建设情况的报告",  # no column's name, but neither year nor organ
        "2023年法治政府建设年度报告",  # the column of a year
    ],
)
@pytest.mark.parametrize("entries", [1, 3, 25])
async def test_a_link_that_is_a_list_is_read_as_a_list_once_in_each_visit(
    name: str, entries: int, visited: Visited
) -> None:
    links = [(f"/bm/{n}.html", f"武汉市第{n}局2023年法治政府建设年度报告") for n in range(entries)]
    answers = {
        "/fz/": a_list("法治政府建设", ("/fz/index.html", "法治政府建设年度报告"), ("/bm/", name), ("/1.html", OWN)),
        "/bm/": a_list(name, ("/fz/", "法治政府建设年度报告"), ("/bm/", name), *links),
        "/1.html": article(OWN),
        **{url: article(title, TEXT.replace("全市", title[:6])) for url, title in links},
    }  # fmt: skip
    for ending in (Ending.NEW, Ending.UNCHANGED):
        outcomes, paths = await visited(answers)
        assert by_ending(outcomes)[Ending.LISTED] == ["/fz/", "/bm/"]
        assert sorted(by_ending(outcomes)[ending]) == sorted(["/1.html", *dict(links)])
        assert len(outcomes) == 3 + entries
        assert sorted(paths) == sorted(["/fz/", "/bm/", "/1.html", *dict(links)])


@pytest.mark.parametrize("name", ["部门法治政府建设年度报告", "2023年法治政府建设年度报告"])
@pytest.mark.parametrize(("entries", "summary"), [(1, TEXT[:150]), (2, TEXT), (12, TEXT[:150]), (12, TEXT)])
async def test_a_list_with_summaries_is_no_report(
    name: str, entries: int, summary: str, visited: Visited
) -> None:
    links = [(f"/bm/{n}.html", f"武汉市第{n}局2023年法治政府建设年度报告") for n in range(entries)]
    items = "".join(f'<h3><a href="{url}">{title}</a></h3>{summary}' for url, title in links)
    answers = {
        "/fz/": a_list("法治政府建设", ("/bm/", name)),
        "/bm/": f"<html><head><title>{name}</title></head><body><h1>{name}</h1><div id=zoom>{items}</div></body></html>",
        **{url: article(title, TEXT.replace("全市", title[:6])) for url, title in links},
    }
    outcomes, _ = await visited(answers)
    assert by_ending(outcomes) == {Ending.LISTED: ["/fz/", "/bm/"], Ending.NEW: [url for url, _ in links]}


async def test_a_report_with_links_to_others_beside_it_is_archived(visited: Visited) -> None:
    name = "法治政府建设年度报告"
    beside = "".join(
        f'<li><a href="/{year}.html">武汉市{year}年{name}</a></li>' for year in range(2017, 2023)
    )
    page = article(name).replace("</body>", f"<div class=related><ul>{beside}</ul></div></body>")
    answers = {"/fz/": a_list("法治政府建设", ("/1.html", name)), "/1.html": page}
    outcomes, _ = await visited(answers)
    assert by_ending(outcomes) == {Ending.LISTED: ["/fz/"], Ending.NEW: ["/1.html"]}


async def test_a_report_under_a_columns_name_is_archived(visited: Visited, folder: Path) -> None:
    name = "法治政府建设年度报告"
    answers = {"/fz/": a_list("法治政府建设", ("/1.html", name)), "/1.html": article(name)}
    outcomes, _ = await visited(answers)
    assert by_ending(outcomes) == {Ending.LISTED: ["/fz/"], Ending.NEW: ["/1.html"]}
    with Archive.read(folder) as archive:
        assert [(report.title, report.year) for report in archive.reports()] == [(name, 2023)]


@pytest.mark.parametrize(
    ("link", "title", "text", "why"),
    [
        (OWN, OWN, NEWS, "its text is news (本站讯)"),
        (OWN, "水利部发布2021年法治政府建设年度报告", TEXT, "news (发布)"),
        (OWN, "武汉市2023年法治政府建设年度报告解读", TEXT, "an explanation (解读)"),
        (OWN, "武汉市五年来法治政府建设情况报告", TEXT, "a report on several years (五年来)"),
        (OWN, "天气预报", NEVER, "does not mention the rule of law"),
        (OWN, OWN, "".join(f"<p>武汉市第{n}局2023年法治政府建设年度报告</p>" for n in range(20)), "a list of titles"),
        ("法治政府建设年度报告", "法治政府建设年度报告", "<p>本栏目正在建设中,敬请期待。</p>", "its text is not a report's"),
    ],
)  # fmt: skip
async def test_what_is_no_report_is_skipped_with_the_reason_and_not_requested_again(
    link: str, title: str, text: str, why: str, visited: Visited
) -> None:
    bare = "首页" if link == OWN else ""
    page = article(title, text).replace("<body>", f"<body>{bare}")
    answers = {"/fz/": a_list("法治政府建设", ("/1.html", link)), "/1.html": page}
    outcomes, paths = await visited(answers)
    assert by_ending(outcomes) == {Ending.LISTED: ["/fz/"], Ending.SKIPPED: ["/1.html"]}
    assert why in outcomes[1].detail
    assert paths == ["/fz/", "/1.html"]
    for _ in range(2):
        outcomes, paths = await visited(answers)
        assert paths == ["/fz/"]
        assert by_ending(outcomes) == {Ending.LISTED: ["/fz/"]}


async def _skip_once(visited: Visited) -> dict[str, str]:
    answers = {"/fz/": a_list("法治政府建设", ("/1.html", OWN)), "/1.html": article(OWN, NEWS)}
    assert (await visited(answers))[1] == ["/fz/", "/1.html"]
    assert (await visited(answers))[1] == ["/fz/"]
    return answers


@pytest.mark.parametrize(
    "entry",
    [
        a_list("法治政府建设", ("/1.html", OWN.replace("年度", "情况"))),
        a_list("法治政府建设", ("/1.html", OWN), day="2024-04-01"),
    ],
)
async def test_a_page_that_was_no_report_is_requested_again_when_its_entry_changes(
    entry: str, visited: Visited
) -> None:
    answers = await _skip_once(visited)
    outcomes, paths = await visited({"/fz/": entry, "/1.html": article(OWN)})
    assert paths == ["/fz/", "/1.html"]
    assert by_ending(outcomes)[Ending.NEW] == ["/1.html"]
    assert answers


async def test_a_page_that_was_no_report_is_requested_again_with_full_and_after_a_long_time(
    visited: Visited, clock: Clock
) -> None:
    answers = await _skip_once(visited)
    assert (await visited(answers, full=True))[1] == ["/fz/", "/1.html"]
    clock.forward(days=60)
    assert (await visited(answers))[1] == ["/fz/"]
    clock.forward(days=31)
    assert (await visited(answers))[1] == ["/fz/", "/1.html"]
    assert (await visited(answers))[1] == ["/fz/"]
    clock.forward(days=-300)  # a clock that was ahead
    assert (await visited(answers))[1] == ["/fz/", "/1.html"]


async def test_a_page_that_was_no_report_is_requested_again_when_the_sites_entry_changes(
    visited: Visited,
) -> None:
    answers = await _skip_once(visited)
    assert (await visited(answers, replace(SITE, years=Years(first=2016))))[1] == ["/fz/", "/1.html"]


async def test_a_page_that_the_entry_names_is_requested_at_every_visit(visited: Visited) -> None:
    site = replace(SITE, lists=(), pages=(f"{HOST}/1.html",))
    for _ in range(2):
        outcomes, paths = await visited({"/1.html": article(OWN, NEWS)}, site)
        assert paths == ["/1.html"]
        assert by_ending(outcomes) == {Ending.SKIPPED: ["/1.html"]}


async def test_an_archived_report_whose_page_shows_something_else_is_requested_again(
    visited: Visited,
) -> None:
    answers = {"/fz/": a_list("法治政府建设", ("/1.html", OWN)), "/1.html": article(OWN)}
    await visited(answers)
    for _ in range(2):
        outcomes, _ = await visited({**answers, "/1.html": article(OWN, NEWS)})
        assert by_ending(outcomes)[Ending.SKIPPED] == ["/1.html"]
    outcomes, _ = await visited(answers)
    assert by_ending(outcomes)[Ending.UNCHANGED] == ["/1.html"]


async def test_a_rebuild_restores_what_was_no_report(visited: Visited, folder: Path, clock: Clock) -> None:
    await _skip_once(visited)
    before = [row for row in dump(folder) if 'INTO "memories"' in row]
    assert "2026-" in before[0]
    lose(folder)
    rebuild(folder, clock=clock, notify=lambda _: None)
    assert [row for row in dump(folder) if 'INTO "memories"' in row] == before


async def test_a_list_of_another_site_is_not_read(visited: Visited) -> None:
    other = "http://www.other.gov.cn/bm/"
    name = "部门法治政府建设年度报告"
    answers = {
        "/fz/": a_list("法治政府建设", (other, name)),
        other: a_list(name, ("/bm/1.html", BUREAU), ("/bm/2.html", BUREAU)),
    }
    outcomes, _ = await visited(answers)
    assert [(o.ending, o.url) for o in outcomes] == [
        (Ending.LISTED, f"{HOST}/fz/"),
        (Ending.SKIPPED, other),
    ]
    assert outcomes[1].detail == "no report: a list of another site"


async def test_a_list_whose_reports_were_all_seen_is_skipped(visited: Visited) -> None:
    entries = (("/1.html", OWN), ("/2.html", "2023年法治政府建设年度报告"))
    answers = {
        "/fz/": a_list("法治政府建设", *entries),
        "/1.html": article(OWN),
        "/2.html": a_list("x", *entries),
    }
    outcomes, _ = await visited(answers)
    assert by_ending(outcomes)[Ending.SKIPPED] == ["/2.html"]
    assert outcomes[-1].detail == "no report: a list, and other lists show all its reports"
    assert (await visited(answers))[1] == ["/fz/", "/1.html"]


async def test_only_so_many_columns_of_a_site_are_fetched(visited: Visited) -> None:
    links = [(f"/c{n}/", "部门法治政府建设年度报告") for n in range(MAX_COLUMNS + 20)]
    answers = {url: a_list(name, ("/", "首页页面")) for url, name in links}
    outcomes, paths = await visited({"/fz/": a_list("法治政府建设", *links), **answers})
    assert len(paths) == MAX_COLUMNS + 1
    assert f"no more than {MAX_COLUMNS} columns are fetched" in outcomes[0].detail


@pytest.mark.parametrize("spans", [False, True])
async def test_a_report_on_several_years_is_kept_without_a_year_if_the_entry_asks(
    spans: bool, visited: Visited, folder: Path
) -> None:
    title = "武汉市2016-2020年法治政府建设情况报告"
    answers = {"/fz/": a_list("法治政府建设", ("/1.html", title)), "/1.html": article(title)}
    outcomes, _ = await visited(answers, replace(SITE, spans=spans))
    assert (Ending.NEW in by_ending(outcomes)) is spans
    with Archive.read(folder) as archive:
        assert [(report.title, report.year) for report in archive.reports()] == [(title, None)] * spans


async def test_source_check_tells_which_columns_were_read(clock: Clock) -> None:
    name = "部门法治政府建设年度报告"
    answers = {
        "/fz/": a_list("法治政府建设", ("/bm/", name), ("/1.html", OWN)),
        "/bm/": a_list(name, ("/bm/1.html", BUREAU)),
        "/1.html": article(OWN),
    }

    async def resolve(host: str, port: int) -> list[str]:
        return ["59.173.12.3"]

    async def at_once(_: float) -> None:
        await asyncio.sleep(0)

    with respx.mock(assert_all_called=False) as web:
        web.route().mock(
            side_effect=lambda request: (
                httpx.Response(200, content=answers[request.url.path].encode())
                if request.url.path in answers
                else httpx.Response(404)
            )
        )
        fetcher = Fetcher(sink=lambda _: None, resolver=resolve, clock=clock, sleep=at_once)
        async with fetcher, PageProcess() as pages:
            found = await check_site(SITE, fetcher, pages)
    assert found.ok
    assert [(link.title, number) for link, number in found.columns] == [(name, 1)]
    assert {link.title for link, _ in found.reports} == {OWN, BUREAU}
    assert found.newest
    assert found.newest.title == OWN
