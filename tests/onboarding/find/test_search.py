"""A search of many portals: one result each, within the budget, and from where it was ended."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from crawler.errors import ConfigError
from crawler.onboarding.find.model import Options, Result, Target
from tests.onboarding.find.small import (
    HOST,
    NOISE,
    TARGET,
    Answer,
    Web,
    entries,
    find,
    links,
    page,
    report,
    report_title,
    reports,
)

LIST = "/zwgk/fzzf/"
PORTAL: dict[str, Answer] = {
    "/": page(NOISE, links(("政务公开", "/zw/"))),
    "/zw/": page(NOISE, links(("法定主动公开内容", "/zw/1/"))),
    "/zw/1/": page(links(("法治政府建设", LIST))),
    LIST: page(reports(2021, 2022, 2023), title="法治政府建设_武汉市人民政府门户网站"),
    "/zwgk/fzzf/202403/t20240315_2023.html": report(2023),
}
EMPTY: dict[str, Answer] = {"/": page(NOISE, links(("法治政府建设", LIST))), LIST: page(NOISE)}


@pytest.mark.parametrize(
    ("pages", "result", "detail"),
    [
        (PORTAL, Result.FOUND, ""),
        (EMPTY, Result.COLUMN, ""),
        ({"/": page(NOISE)}, Result.NOTHING, "1 page read"),
        (
            {"/": page(NOISE, links(("政务公开", "/zw/"))), "/zw/": page(NOISE)},
            Result.NOTHING,
            f"2 pages read, the nearest: 政务公开 {HOST}/zw/",
        ),
        ({"/": (412, "<html><script>$_ts=1</script></html>")}, Result.CHALLENGED, "HTTP 412"),
        ({"/": (521, "<html></html>")}, Result.CHALLENGED, "HTTP 521"),
        ({"/": (403, "<html></html>")}, Result.UNREACHABLE, "HTTP 403"),
        ({}, Result.UNREACHABLE, "HTTP 404"),
        (
            {"/": page(NOISE, links(("政务公开", "/zw/"), ("信息公开", "/xx/")))}
            | dict.fromkeys(("/zw/", "/xx/", "/sitemap.xml", "/sitemap.html"), (412, "<html></html>")),
            Result.CHALLENGED,
            "HTTP 412",
        ),
    ],
)
def test_each_portal_ends_as_one_of_five(
    pages: dict[str, Answer], result: Result, detail: str, tmp_path: Path
) -> None:
    (found,) = find(Web(pages), tmp_path / "state")
    assert found.result is result
    assert detail in found.detail


def test_a_home_page_that_is_had_by_http_only_is_had(tmp_path: Path) -> None:
    host = "http://www.wuhan.gov.cn"

    class PlainOnly(Web):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.scheme == "https":
                raise httpx.ConnectError("refused", request=request)
            return await super().handle_async_request(request)

    target = Target(home="https://www.wuhan.gov.cn/", code="420100", name="武汉市")
    (result,) = find(PlainOnly(PORTAL), tmp_path / "state", target)
    assert [each.url for each in result.lists] == [host + LIST]


def test_where_the_home_page_is_kept_from_us_the_tables_entry_is_tried(tmp_path: Path) -> None:
    target = Target(home=TARGET.home, code="420100", name="武汉市", entry=f"{HOST}/zw/")
    web = Web(PORTAL | {"/": (412, "<html></html>")})
    (result,) = find(web, tmp_path / "state", target)
    assert [each.url for each in result.lists] == [HOST + LIST]


class Moved(Web):
    """The portal's home page redirects to another host, which has the same pages."""

    there = "http://www.sale-of-domains.com"

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "www.wuhan.gov.cn":
            self.asked.append(str(request.url))
            location = (b"Location", f"{self.there}{request.url.path}".encode())
            return httpx.Response(
                302,
                headers=[location],
                stream=httpx.ByteStream(b""),
                extensions={"fetched_at": datetime.now(UTC)},
            )
        return await super().handle_async_request(request)


@pytest.mark.parametrize(
    ("code", "there", "found"),
    [
        ("", "http://www.sale-of-domains.com", False),
        ("4301000001", "http://www.sale-of-domains.com", False),
        ("4201000001", "http://www.wuhan.example.com", True),
        ("", "http://www.wuhanshi.gov.cn", True),
    ],
)
def test_a_home_page_on_a_strangers_site_is_not_searched(
    code: str, there: str, found: bool, tmp_path: Path
) -> None:
    home = page(NOISE, links(("法治政府建设", LIST)), title="首页", code=code)
    rows = entries(*((report_title(y), f"/t{y + 1}0301_{y}.html", f"{y + 1}-03-01") for y in (2022, 2023)))
    web = Moved(
        {f"{there}/": home, f"{there}{LIST}": page(rows), f"{there}/t20240301_2023.html": report(2023)}
    )
    web.there = there
    (result,) = find(web, tmp_path / "state")
    if found:
        assert [each.url for each in result.lists] == [there + LIST]
    else:
        assert (result.result, result.lists) == (Result.UNREACHABLE, ())
        assert f"its address leads to {there}/, which does not say" in result.detail


@pytest.mark.parametrize("budget", [1, 2, 3, 4, 5, 20])
def test_no_portal_is_asked_more_often_than_the_budget_allows(budget: int, tmp_path: Path) -> None:
    home = page(NOISE, links(*((f"政务公开{n}", f"/zwgk{n}/") for n in range(100))))
    web = Web({"/": home} | {f"/zwgk{n}/": page(NOISE) for n in range(100)})
    (result,) = find(web, tmp_path / "state", options=Options(budget=budget))
    # a request that begins within the budget may need robots.txt before it
    assert len(web.asked) == result.requests <= budget + 1
    if result.requests >= budget:
        assert "budget" in result.detail
    assert result.result is Result.NOTHING


def test_an_endless_site_ends_by_the_budget(tmp_path: Path) -> None:
    class Endless(Web):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            deeper = request.url.path.rstrip("/") + "/fzzf"
            self.pages = {
                request.url.path: page(
                    NOISE, links(("法治政府建设", f"{deeper}1/"), ("依法行政", f"{deeper}2/"))
                )
            }
            return await super().handle_async_request(request)

    web = Endless({})
    (result,) = find(web, tmp_path / "state")
    assert len(web.asked) <= Options().budget + 1
    assert result.result is Result.COLUMN


class Killed(Exception):
    """Ends a search within a request."""


class Dying(Web):
    """Ends the search at a request."""

    at: int = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if len(self.asked) == self.at:
            raise Killed
        return await super().handle_async_request(request)


@pytest.mark.parametrize("at", range(1, 6))
def test_a_search_that_was_killed_goes_on_without_asking_again(at: int, tmp_path: Path) -> None:
    whole = Web(PORTAL)
    (expected,) = find(whole, tmp_path / "whole")
    dying = Dying(PORTAL)
    dying.at = at
    with pytest.raises(ExceptionGroup):
        find(dying, tmp_path / "state")
    with (tmp_path / "state").open("a") as file:
        file.write('{"portal": "420100", "mar')  # the line that was being written
    rest = Web(PORTAL)
    (result,) = find(rest, tmp_path / "state")
    assert [path for path in dying.paths() if path in rest.paths()] == []
    assert (result.lists, result.checked) == (expected.lists, expected.checked)
    assert set(dying.paths() + rest.paths()) == set(whole.paths())


def test_a_portal_that_is_done_is_not_asked_again(tmp_path: Path) -> None:
    first = find(Web(PORTAL), tmp_path / "state")
    web, seen = Web(PORTAL), list[bool]()
    assert find(web, tmp_path / "state", seen=seen) == first
    assert (web.asked, seen) == ([], [True])
    find(web, tmp_path / "state", options=Options(budget=30), seen=seen)
    assert seen == [True, False]  # other options may find more


def test_portals_of_one_host_are_searched_one_after_the_other(tmp_path: Path) -> None:
    pages: dict[str, Answer] = {
        f"http://{host}/{folder}/": page(NOISE, code="")
        for host in ("a.gov.cn", "b.gov.cn")
        for folder in "xyz"
    }
    pages |= {f"{url}zwgk/": page(NOISE, code="") for url in pages}
    pages |= {url: page(links(("政务公开", f"{url}zwgk/")), code="") for url in pages if "zwgk" not in url}
    web = Web(pages)
    results = find(web, tmp_path / "state", *(Target(home=url) for url in pages if "zwgk" not in url))
    assert {each.result for each in results} == {Result.NOTHING}
    for host in ("a.gov.cn", "b.gov.cn"):
        folders = [url.split("/")[3] for url in web.asked if url.split("/")[2] == host and url.count("/") > 3]
        assert "".join(dict.fromkeys(folders)) == "xyz"
        assert folders == sorted(folders)


def test_a_portal_without_a_known_division_is_that_of_its_footer(tmp_path: Path) -> None:
    (result,) = find(Web(PORTAL), tmp_path / "state", Target(home=f"{HOST}/"))
    assert (result.code, result.name, result.result) == ("420100", "武汉市人民政府", Result.FOUND)


@pytest.mark.parametrize(
    "text",
    [
        "sources:\n",
        "{}\n",
        "[]\n",
        '{"fazhi source find": 2}\n',
        '{"fazhi source find": 1}\n{"portal": "1"}\n',
        '{"fazhi source find": 1}\n{"portal": "1", "mark": "", "result": {"result": "x"}}\n',
        '{"fazhi source find": 1}\n{"portal": "1", "mark": "", "day": "x", "request": "", "asked": 1, "page": {}}\n',
        "no line end",
    ],
)
def test_a_file_that_is_no_state_is_refused_and_left_as_it_is(text: str, tmp_path: Path) -> None:
    path = tmp_path / "state"
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"state:\d: not a .*state file of `fazhi source find`; .*--state"):
        find(Web(PORTAL), path)
    assert path.read_text() == text


def test_pages_of_portals_that_are_done_go_from_the_file(tmp_path: Path) -> None:
    find(Web(PORTAL), tmp_path / "state")
    before = (tmp_path / "state").stat().st_size
    find(Web(PORTAL), tmp_path / "state")
    assert (tmp_path / "state").stat().st_size < before / 2
    assert (tmp_path / "state").read_text().count("\n") == 2


def test_a_long_list_is_read_on_until_its_reports_are_seen(tmp_path: Path) -> None:
    pages = PORTAL | {
        LIST: page(
            NOISE, "<script>createPageHTML(3, 0, 'index', 'html')</script>", title="法治政府建设_武汉市"
        ),
        "/zwgk/fzzf/index_1.html": page(
            reports(2022, 2023), "<script>createPageHTML(3, 1, 'index', 'html')</script>"
        ),
    }
    (result,) = find(Web(pages), tmp_path / "state")
    assert [(each.url, each.next) for each in result.lists] == [
        (HOST + LIST, f"{HOST}/zwgk/fzzf/index_1.html")
    ]
    assert result.years == (2022, 2023)
