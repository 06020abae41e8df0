"""Each way into a portal leads to the list by itself, and no way leads to the wrong one."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from crawler.errors import Unrendered
from crawler.fetch.browser.render import Drawn
from crawler.onboarding.find.entries import entries_of
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
NEWEST = "/zwgk/fzzf/202403/t20240315_2023.html"
COLUMN: dict[str, Answer] = {
    LIST: page(reports(2021, 2022, 2023), title="法治政府建设_武汉市人民政府门户网站"),
    NEWEST: report(2023),
}
NEAR = links(("法治宣传", "/pf/"), ("行政复议", "/fy/"), ("政府信息公开年报", "/nb/"), ("普法专栏", "/pfzl/"))
NOTICES = entries(
    *(
        (f"关于做好某项重点工作安排的通知第{n}号", f"/tz/202601/t20260105_{n}.html", "2026-01-05")
        for n in range(12)
    )
)


def searched(*fields: str) -> Answer:
    """A search by POST that answers only a request with all of the texts in its body."""

    def answer(request: httpx.Request) -> str:
        body = request.content.decode()
        assert all(field in body for field in fields), body
        return f'{{"data": {{"list": [{{"title": "{report_title(2023)}", "url": "{NEWEST}"}}]}}}}'

    return answer


CASES: dict[str, tuple[str, dict[str, Answer]]] = {
    "links by their words": (
        "navigation",
        {
            "/": page(NOISE, NEAR, links(("政务公开", "/zw/"))),
            "/zw/": page(NEAR, links(("法定主动公开内容", "/zw/1/"))),
            "/zw/1/": page(NEAR, links(("法治政府建设情况", LIST))),
        },
    ),
    "links by the pinyin in their addresses": (
        "navigation",
        {
            "/": page(NOISE, NEAR, links(("查看", "/xxgk/index.html"))),
            "/xxgk/index.html": page(NEAR, links(("查看", "/xxgk/fdzdgknr/"))),
            "/xxgk/fdzdgknr/": page(links(("详情", LIST))),
        },
    ),
    "a page in front of the site": (
        "navigation",
        {
            "/": page(links(("English", "/en/"), ("无障碍浏览", "/wza/"), ("进入网站", "/main.html"))),
            "/main.html": page(NOISE, links(("依法行政", LIST))),
        },
    ),
    "a column that is named as a report": (
        "navigation",
        {"/": page(NOISE, NEAR, links(("法治政府建设年度报告", LIST)))},
    ),
    "a column of the column": (
        "navigation",
        {
            "/": page(NOISE, links(("法治政府建设", "/fz/"))),
            "/fz/": page(
                links(("工作动态", "/fz/dt/"), ("年度报告", LIST)),
                title="法治政府建设_武汉市人民政府门户网站",
            ),
        },
    ),
    "more of a box": (
        "navigation",
        {
            "/": page(NOISE, links(("政务公开", "/zw/"))),
            "/zw/": page(NOTICES, reports(2022, 2023), links(("更多", LIST))),
        },
    ),
    "more of a box whose heading is the column": (
        "navigation",
        {
            "/": page(NOISE, links(("政务公开", "/zw/"))),
            "/zw/": page(f"<div><h3>法治政府建设</h3><a href='{LIST}'>更多&gt;&gt;</a></div>"),
        },
    ),
    "more with a title": (
        "navigation",
        {"/": page(NOISE, f"<div><span>栏目</span><a href='{LIST}' title='法治政府建设'>更多</a></div>")},
    ),
    "the table's entry": ("entry", {"/": page(NOISE), "/zc/": page(links(("法治政府建设", LIST)))}),
    "an object in a script": (
        "menus",
        {
            "/": page(
                NOISE,
                "<script>var menu = [{id: 1, name: '\\u653f\\u52a1\\u516c\\u5f00', url: '\\/zw\\/', children: "
                "[{id: 2, name: '法治政府建设', url: '/zwgk/fzzf/'}]}];</script>",
            )
        },
    ),
    "a call in a script": (
        "menus",
        {"/": page(NOISE, "<script>tree.add(12, 3, '依法行政', '/zwgk/fzzf/');</script>")},
    ),
    "HTML that a script writes": (
        "menus",
        {
            "/": page(NOISE, "<script src='/js/nav.js'></script>"),
            "/js/nav.js": "document.write('<li><a href=\"' + '/zwgk/fzzf/\">法治政府建设</a></li>');",
        },
    ),
    "a file of JSON": (
        "menus",
        {
            "/": page("<div id=nav></div><script>$.getJSON('/data/menu.json', fill)</script>"),
            "/data/menu.json": '[{"title": "法治政府建设", "link": "/zwgk/fzzf/"}]',
        },
    ),
    "a fragment of HTML": (
        "menus",
        {
            "/": page(NOISE, "<script>$('#head').load('/common/head.html')</script>"),
            "/common/head.html": links(("首页", "/"), ("法治政府建设", LIST)),
        },
    ),
    "attributes": ("menus", {"/": page(NOISE, "<div data-href='/zwgk/fzzf/'>法治政府建设</div>")}),
    "a call in an attribute": (
        "menus",
        {"/": page(NOISE, "<b onclick=\"go('/zwgk/fzzf/', 1)\">法治政府建设</b>")},
    ),
    "a choice": (
        "menus",
        {"/": page(NOISE, "<select><option value='/zwgk/fzzf/'>法治政府建设</option></select>")},
    ),
    "sitemap.xml": (
        "sitemap",
        {
            "/": page(NOISE),
            "/sitemap.xml": f"<?xml version='1.0'?><urlset><url><loc>{HOST}/a/</loc></url><url><loc>{HOST}{LIST}</loc></url></urlset>",
        },
    ),
    "the sitemap of robots.txt": (
        "sitemap",
        {
            "/": page(NOISE),
            "/robots.txt": f"User-agent: *\nSitemap: {HOST}/maps/1.xml\n",
            "/maps/1.xml": f"<?xml version='1.0'?><urlset><url><loc>{HOST}{LIST}</loc></url></urlset>",
        },
    ),
    "the HTML site map": (
        "sitemap",
        {
            "/": page(NOISE, links(("网站地图", "/map.html"))),
            "/map.html": page(NOISE, links(("法治政府建设", LIST))),
        },
    ),
    "any form": (
        "search",
        {
            "/": page(
                NOISE,
                "<form action='/so/s' method=post><input name=keyword><input type=hidden name=site value=7></form>",
            ),
            "/so/s": lambda request: page(reports(2023)) if b"site=7" in request.content else page(),
        },
    ),
    "TRS igs": (
        "search",
        {
            "/": page(
                NOISE, "<script>var to = '/igs/front/search.jhtml?code=ab12&siteId=5&searchWord='</script>"
            ),
            "/igs/front/search/list.html": lambda request: (
                f'{{"page": {{"content": [{{"title": "{report_title(2023)}", "url": "{NEWEST}"}}]}}}}'
                if request.url.params["siteId"] == "5"
                else "{}"
            ),
        },
    ),
    "开普云 irs": (
        "search",
        {
            "/": page(
                NOISE, "<a href='/irs-c-web/search.shtml?code=17c&amp;tenantId=9&amp;searchWord='>搜索</a>"
            ),
            "/irs/front/list": searched('"code": "17c"', '"tenantId": "9"', "法治政府建设情况报告"),
        },
    ),
    "大汉 jsearch": (
        "search",
        {
            "/": page(NOISE, "<a href='/jsearchfront/search.do?websiteid=420100000000000&q='>搜索</a>"),
            "/jsearchfront/interfaces/cateSearch.do": searched("websiteid=420100000000000", "q=%E6%B3%95"),
        },
    ),
    "epoint": (
        "search",
        {
            "/": page(NOISE, "<script src='/inteligentsearch/js/x.js'></script>"),
            "/inteligentsearch/rest/esinteligentsearch/getFullTextDataNew": searched(
                '"wd": "法治政府建设情况报告"'
            ),
        },
    ),
    "ssp/search": (
        "search",
        {
            "/": page(NOISE, "<a href='/ssp/search/index.html?siteId=3'>搜索</a>"),
            "/ssp/search/api/search": searched("siteId=3", "keyWord=%E6%B3%95"),
        },
    ),
    "the page of the search": (
        "search",
        {
            "/": page(NOISE, links(("站内搜索", "/so.html"))),
            "/so.html": page("<form action='/so/s'><input name=q></form>"),
            "/so/s": page(reports(2023)),
        },
    ),
    "a report that the home page shows": ("report", {"/": page(NOISE, links((report_title(2023), NEWEST)))}),
}


@pytest.mark.parametrize("case", CASES)
def test_each_way_leads_to_the_list_by_itself(case: str, tmp_path: Path) -> None:
    way, pages = CASES[case]
    ways = {way} | ({"report"} if way == "search" else set())
    ways |= {"navigation"} if way == "report" else set()
    target = Target(
        home=TARGET.home, code="420100", name="武汉市", entry=f"{HOST}/zc/" if way == "entry" else ""
    )
    web = Web(COLUMN | pages)
    (result,) = find(web, tmp_path / "state", target, options=Options(ways=frozenset(ways)))
    assert [found.url for found in result.lists] == [HOST + LIST]
    assert result.years == (2021, 2022, 2023)
    assert result.result is Result.FOUND
    assert "法治政府建设情况的报告 (2024-03-15, " in result.checked
    assert result.requests <= 12


@pytest.mark.parametrize(
    "case", [case for case, (way, _) in CASES.items() if way in ("menus", "sitemap", "search")]
)
def test_a_way_that_is_not_used_leads_nowhere(case: str, tmp_path: Path) -> None:
    _, pages = CASES[case]
    used = frozenset({"navigation"})
    (result,) = find(Web(COLUMN | pages), tmp_path / "state", options=Options(ways=used))
    assert (result.result, result.lists) == (Result.NOTHING, ())


OTHERS: dict[str, dict[str, Answer]] = {
    "near columns": {
        "/": page(NOISE, NEAR),
        "/nb/": page(
            entries(("武汉市2023年政府信息公开工作年度报告", "/nb/202401/t20240115_1.html", "2024-01-15"))
        ),
        "/pf/": page(entries(("武汉市2023年普法工作情况报告", "/pf/202401/t20240115_1.html", "2024-01-15"))),
    },
    "reports of departments": {
        "/": page(NOISE, links(("法治政府建设", "/fz/"))),
        "/fz/": page(
            reports(2022, 2023, name="武汉市司法局"), title="部门法治政府建设_武汉市人民政府门户网站"
        ),
    },
    "reports of districts": {
        "/": page(NOISE, links(("政务公开", "/zw/"))),
        "/zw/": page(reports(2022, 2023, name="江岸区人民政府"), reports(2023, name="某某街道办事处")),
    },
    "reports of another city": {
        "/": page(NOISE, links(("政务公开", "/zw/"))),
        "/zw/": page(reports(2022, 2023, name="长沙市人民政府")),
    },
    "news": {
        "/": page(NOISE, links(("政务公开", "/zw/"))),
        "/zw/": page(
            entries(("我市召开2023年法治政府建设工作会议", "/zw/202401/t20240115_1.html", "2024-01-15"))
        ),
    },
}


@pytest.mark.parametrize("case", OTHERS)
def test_what_is_no_report_of_the_government_makes_no_list(case: str, tmp_path: Path) -> None:
    (result,) = find(Web(OTHERS[case]), tmp_path / "state")
    assert result.lists == ()
    assert result.result in (Result.NOTHING, Result.COLUMN)


def test_a_list_of_many_things_is_taken_only_if_the_report_names_it_as_its_list(tmp_path: Path) -> None:
    home = page(NOISE, links(("通知公告", "/tz/")))
    mixed = page(NOTICES, reports(2023, folder="/tz/"), title="通知公告_武汉市人民政府门户网站")
    article = report(2023, above=links(("首页", "/"), ("通知公告", "/tz/")))
    named = Web({"/": home, "/tz/": mixed, "/tz/202403/t20240315_2023.html": article})
    assert [each.url for each in find(named, tmp_path / "1")[0].lists] == [f"{HOST}/tz/"]
    elsewhere = page(NOTICES, reports(2023, folder="/a/b/"), title="政务公开_武汉市人民政府门户网站")
    loose = Web({"/": home, "/tz/": elsewhere, "/a/b/202403/t20240315_2023.html": report(2023)})
    (result,) = find(loose, tmp_path / "2")
    assert (result.result, result.lists) == (Result.FOUND, ())
    assert [link.url for link, _ in result.pages] == [f"{HOST}/a/b/202403/t20240315_2023.html"]


def test_the_best_of_several_lists_is_taken_and_a_further_one_for_its_years(tmp_path: Path) -> None:
    web = Web(
        COLUMN
        | {
            "/": page(NOISE, links(("依法行政", "/old/"), ("政务公开", "/zw/"))),
            "/old/": page(reports(2015, 2016, folder="/old/"), title="依法行政_武汉市人民政府门户网站"),
            "/zw/": page(links(("法治政府建设", LIST))),
        }
    )
    (result,) = find(web, tmp_path / "state")
    assert [each.url for each in result.lists] == [HOST + LIST, f"{HOST}/old/"]
    assert result.years == (2015, 2016, 2021, 2022, 2023)


def test_departments_are_found_where_they_are_asked_for(tmp_path: Path) -> None:
    web = Web(
        COLUMN
        | {
            "/": page(NOISE, links(("政务公开", "/zw/"))),
            "/zw/": page(links(("部门法治政府建设年度报告", "/bm/"), ("法治政府建设年度报告", LIST))),
            "/bm/": page(reports(2022, 2023, name="武汉市司法局", folder="/bm/")),
        }
    )
    (result,) = find(web, tmp_path / "1")
    assert ([each.url for each in result.lists], result.departments) == ([HOST + LIST], ())
    (result,) = find(web, tmp_path / "2", options=Options(departments=True))
    assert [each.url for each in result.lists] == [HOST + LIST]
    assert [(each.url, len(each.reports)) for each in result.departments] == [(f"{HOST}/bm/", 2)]


OFFICE = "http://sfj.wuhan.gov.cn/"


def office(*parts: str) -> str:
    """A page of the 司法局's own site."""
    return page(*parts, title="法治政府建设_武汉市司法局")


OFFICES: dict[str, Answer] = {
    "/": page(NOISE, links(("政务公开", "/zw/"), ("武汉市司法局", OFFICE))),
    "/zw/": page(links(("法治政府建设", LIST))),
    OFFICE: office(NOISE, links(("政务公开", f"{OFFICE}zwgk/"))),
    f"{OFFICE}zwgk/": office(links(("法治政府建设", f"{OFFICE}fz/"))),
    f"{OFFICE}fz/": office(
        entries(("2023年法治政府建设年度报告", f"{OFFICE}fz/202403/t20240315_1.html", "2024-03-15"))
    ),
}


def test_the_own_site_of_the_office_on_law_is_searched_where_departments_are_asked_for(
    tmp_path: Path,
) -> None:
    web = Web(COLUMN | OFFICES)
    assert not any("sfj" in url for url in web.asked)
    (result,) = find(web, tmp_path / "1")
    assert ([each.url for each in result.lists], result.departments) == ([HOST + LIST], ())
    (result,) = find(web, tmp_path / "2", options=Options(departments=True))
    assert [each.url for each in result.lists] == [HOST + LIST]
    assert [each.url for each in result.departments] == [f"{OFFICE}fz/"]
    assert [entry["name"] for entry in entries_of(result, ())] == ["武汉市人民政府", "武汉市司法局"]


def test_on_the_site_of_the_office_on_law_only_reports_that_name_the_government_are_its_own(
    tmp_path: Path,
) -> None:
    rows = reports(2022, 2023, folder=f"{OFFICE}fz/1/")
    web = Web(
        {
            "/": page(NOISE, links(("武汉市司法局", OFFICE))),
            OFFICE: office(links(("法治政府建设", f"{OFFICE}fz/"))),
            f"{OFFICE}fz/": office(rows, reports(2023, name="武汉市司法局", folder=f"{OFFICE}fz/2/")),
            f"{OFFICE}fz/1/202403/t20240315_2023.html": report(2023),
        }
    )
    (result,) = find(web, tmp_path / "state")
    (found,) = result.lists
    assert (found.url, result.years, len(found.reports)) == (f"{OFFICE}fz/", (2022, 2023), 2)
    assert found.match is not None
    assert re.search(found.match, report_title(2023))
    assert not re.search(found.match, report_title(2023, "武汉市司法局"))


def test_a_further_page_of_a_list_is_not_taken_for_a_list(tmp_path: Path) -> None:
    pager = "<a href='/zwgk/fzzf/index_1.html'>下一页</a> <a href='/zwgk/fzzf/index_1.html'>法治政府建设第二页</a>"
    web = Web(
        COLUMN
        | {
            "/": page(NOISE, links(("法治政府建设", LIST))),
            LIST: page(NOTICES, reports(2023), pager),
            "/zwgk/fzzf/index_1.html": page(reports(2020, 2021, 2022)),
        }
    )
    (result,) = find(web, tmp_path / "state")
    assert [each.url for each in result.lists] == [HOST + LIST]
    assert result.years == (2020, 2021, 2022, 2023)


def test_a_menu_in_a_frame_of_a_hub_is_followed(tmp_path: Path) -> None:
    web = Web(
        COLUMN
        | {
            "/": page(NOISE, links(("依法行政", "/yf/"))),
            "/yf/": page("<iframe src='/left.html'></iframe>", links(("首页", "/"))),
            "/left.html": page(links(("年报总览", "/x/"), ("依法行政工作报告", LIST))),
        }
    )
    (result,) = find(web, tmp_path / "state")
    assert [each.url for each in result.lists] == [HOST + LIST]


def test_the_catalogue_of_all_columns_is_not_taken_where_one_column_has_the_reports(tmp_path: Path) -> None:
    tree = '<script>window._CONFIG = {SID: \'7\', TREE: [{"id": 505, "name": "年度报告"}]}</script>'
    rows = [
        {"title": report_title(year), "url": f"/zwgk/fzzf/{year + 1}03/t{year + 1}0315_{year}.html"}
        for year in (2021, 2022, 2023)
    ]
    articles = json.dumps({"articles": rows}, ensure_ascii=False)
    web = Web(
        {
            "/": page(NOISE, links(("法治政府建设", "/gkmlpt/index"))),
            "/gkmlpt/index": page(tree),
            "/gkmlpt/api/all/0": articles,
            "/gkmlpt/api/all/505": articles,
            NEWEST: report(2023),
        }
    )
    (result,) = find(web, tmp_path / "state")
    assert [each.url for each in result.lists] == [f"{HOST}/gkmlpt/index#505"]


def test_departments_of_a_district_on_the_citys_portal_do_not_use_up_the_budget(tmp_path: Path) -> None:
    offices = (
        "教育局",
        "公安局",
        "民政局",
        "财政局",
        "水务局",
        "商务局",
        "审计局",
        "统计局",
        "住房和城乡建设局",
    )
    pages: dict[str, Answer] = COLUMN | {
        DISTRICT.home: page(
            NOISE, links(("信息公开", f"{HOST}/qu/")), title="江岸区人民政府", code="4201020001"
        ),
        "/qu/": page(links(("法定主动公开内容", "/qu/fd/"))),
        "/qu/fd/": page(
            links(*((f"江岸区{name}", f"/bm/{n}/") for n, name in enumerate(offices))),
            links(("法治政府建设", "/qu/fz/")),
        ),
        "/qu/fz/": page(reports(2022, 2023, name="江岸区人民政府", folder="/qu/fz/1/")),
    }
    web = Web(pages)
    (result,) = find(web, tmp_path / "state", DISTRICT)
    assert [each.url for each in result.lists] == [f"{HOST}/qu/fz/"]
    assert not any("/bm/" in url for url in web.asked)


DISTRICT = Target(home="http://www.jiangan.gov.cn/", code="420102", name="江岸区")


def test_on_the_citys_portal_only_the_districts_own_reports_count(tmp_path: Path) -> None:
    pages: dict[str, Answer] = COLUMN | {
        DISTRICT.home: page(
            NOISE, links(("信息公开", f"{HOST}/qu/")), title="江岸区人民政府", code="4201020001"
        ),
        "/qu/": page(links(("法治政府建设年度报告", LIST), ("各区法治政府建设报告", "/qu/fz/"))),
        "/qu/fz/": page(
            reports(2022, 2023, name="江岸区人民政府", folder="/qu/fz/1/"),
            reports(2022, 2023, name="江汉区人民政府", folder="/qu/fz/2/"),
        ),
        "/qu/fz/1/202403/t20240315_2023.html": report(2023, "武汉市江岸区人民政府"),
    }
    (result,) = find(Web(pages), tmp_path / "state", DISTRICT, options=Options(departments=True))
    (found,) = result.lists
    assert (found.url, found.way, len(found.reports)) == (f"{HOST}/qu/fz/", "parent", 2)
    assert found.match is not None
    assert "江岸" in found.match


def test_a_portal_that_shows_its_citys_pages_gives_no_report_that_does_not_name_it(tmp_path: Path) -> None:
    home = page(NOISE, links(("法治政府建设", LIST)))
    rows = entries(("关于2023年法治政府建设情况的报告", NEWEST, "2024-03-15"))
    web = Web({DISTRICT.home: home, "http://www.jiangan.gov.cn" + LIST: page(rows)})
    (result,) = find(web, tmp_path / "state", DISTRICT)
    assert (result.result, result.lists) == (Result.COLUMN, ())
    assert "another government's" in result.detail


def test_a_report_that_turns_out_to_be_a_departments_makes_no_list(tmp_path: Path) -> None:
    rows = entries(("关于2023年法治政府建设情况的报告", NEWEST, "2024-03-15"))
    web = Web(
        {
            "/": page(NOISE, links(("法治政府建设", LIST))),
            LIST: page(rows),
            NEWEST: report(2023, "武汉市司法局"),
        }
    )
    (result,) = find(web, tmp_path / "state")
    assert (result.result, result.lists, result.pages) == (Result.COLUMN, (), ())
    assert "another organ" in result.detail


class FakeBrowser:
    """Draws pages from documents by address; everything else as the server sent it."""

    name = "FakeBrowser 1"

    def __init__(self, drawn: dict[str, str], missing: str = "") -> None:
        self.drawn = drawn
        self.missing = missing

    async def ready(self, url: str) -> None:
        if self.missing:
            raise Unrendered(url, self.missing)

    async def draw(self, url: str, page: Any, answer: object, until_settled: object) -> Drawn:
        return Drawn(html=self.drawn.get(url, page.body.decode()))

    async def aclose(self) -> None:
        pass


SHELL = page("<div id=app></div>", code="")
RENDERED = Options(ways=frozenset({"navigation", "render"}))


def test_the_drawn_home_page_is_the_last_resort(tmp_path: Path) -> None:
    browser = FakeBrowser({f"{HOST}/": page(NOISE, links(("法治政府建设", LIST)))})
    web = Web(COLUMN | {"/": SHELL})
    assert find(web, tmp_path / "1", browser=browser)[0].result is Result.NOTHING
    (result,) = find(web, tmp_path / "2", options=RENDERED, browser=browser)
    assert [(each.url, each.way, each.render) for each in result.lists] == [(HOST + LIST, "render", False)]


def test_a_column_whose_entries_a_script_fills_is_drawn(tmp_path: Path) -> None:
    browser = FakeBrowser({HOST + LIST: page(reports(2022, 2023))})
    web = Web({"/": page(NOISE, links(("法治政府建设", LIST))), LIST: SHELL, NEWEST: report(2023)})
    (result,) = find(web, tmp_path / "state", options=RENDERED, browser=browser)
    assert [(each.url, each.render) for each in result.lists] == [(HOST + LIST, True)]
    (entry,) = entries_of(result, ())
    assert entry["render"] is True


def test_where_there_is_no_browser_the_result_says_so(tmp_path: Path) -> None:
    browser = FakeBrowser({}, missing="no browser is installed; run `make browser`")
    (result,) = find(Web({"/": SHELL}), tmp_path / "state", options=RENDERED, browser=browser)
    assert (result.result, result.detail) == (Result.NOTHING, "no browser is installed; run `make browser`")
