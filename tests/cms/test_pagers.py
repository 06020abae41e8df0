"""Pagers that are no plain link: icons and labels for 下一页, file names that a script writes, forms that a script submits."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crawler.discover import discover
from crawler.model import Listing, ListRequest

HOST = "http://www.x.gov.cn"
BASE = f"{HOST}/zwgk/fz/"
ENTRY = '<li><a href="/a/1.html">甲市2023年度法治政府建设情况报告</a><span>2024-03-28</span></li>'


def read(pager: str, url: str = BASE, *, head: str = "", request: ListRequest | None = None) -> Listing:
    page = f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>列表</title>{head}</head><body><ul>{ENTRY}</ul>{pager}</body></html>'
    return discover(page.encode(), (), url, request=request, first=ListRequest(url=BASE))


@pytest.mark.parametrize(
    "link",
    [
        '<a href="index_2.html">下一頁</a>',
        '<a href="index_2.html">下 一 页</a>',
        '<a href="index_2.html">下一页 →</a>',
        '<a href="index_2.html">▶</a>',
        '<a href="index_2.html"><img src="r.gif" alt="下一页"></a>',
        '<a href="index_2.html"><img src="/images/next.gif"></a>',
        '<a aria-label="下一页" href="index_2.html"><i></i></a>',
        '<a class="pagination-next" href="index_2.html"><i></i></a>',
        """<input type="button" value="下一页" onclick="location.href='index_2.html'">""",
        '<a class="next" data-url="index_2.html">下一页</a>',
        '<a href="javascript:void(0)" tagname="index_2.html">下一页</a>',
        '<a href="index_2.html">下一页(1/7)</a>',
        """<a href="javascript:;" onclick="query(this, 'index_2.html')">下一页</a>""",
        '<div class="slide"><a class="next" href="javascript:;">&gt;</a></div><a href="index_2.html">下一页</a>',
    ],
)
def test_the_next_page_is_marked_by_text_label_image_class_or_button(link: str) -> None:
    assert read(link).next == ListRequest(url=f"{BASE}index_2.html")


def test_the_head_names_the_next_page() -> None:
    assert read("", head='<link rel="next" href="index_2.html">').next == ListRequest(
        url=f"{BASE}index_2.html"
    )


@pytest.mark.parametrize(
    "link",
    [
        '<a class="next disabled" href="index_2.html">下一页</a>',
        '<a aria-disabled="true" href="index_2.html">下一页</a>',
        '<a disabled="disabled" href="index_2.html">下一页</a>',
        '<a href="index_2.html">下一篇</a>',
        '<a href="index_2.html"><img src="/images/nextstep-of-reform.gif"></a>',
        '<a class="swiper-button-next" href="index_2.html"></a>',
    ],
)
def test_what_is_disabled_or_means_something_else_is_no_next_page(link: str) -> None:
    assert read(link).next is None


@pytest.mark.parametrize("href", ["#", "javascript:;", "javascript:void(0)"])
def test_the_next_page_is_the_address_with_a_page_number_that_a_function_gets(href: str) -> None:
    call = "queryArticles(this,'/eportal/ui?pageId=12&amp;currentPage=2&amp;moduleId=ab')"
    found = read(f'<a href="{href}" onclick="{call}">下一页</a>', f"{HOST}/eportal/ui?pageId=12").next
    assert found == ListRequest(url=f"{HOST}/eportal/ui?pageId=12&currentPage=2&moduleId=ab")
    assert read(f"""<a href="{href}" onclick="open(this,'/ui?pageId=12')">下一页</a>""").next is None


@pytest.mark.parametrize(("number", "following"), [(1, "index_2.html"), (6, "index_7.html"), (7, None)])
def test_kkpager_counts_from_one(number: int, following: str | None) -> None:
    call = f"""kkpager.generPageHtml({{pno: {number}, total: 7, totalRecords: 100, hrefFormer: "index", hrefLatter: ".html",
        getLink: function(n) {{ return this.hrefFormer + "_" + n + this.hrefLatter; }}}})"""
    found = read(f"<script>{call}</script>", BASE if number == 1 else f"{BASE}index_{number}.html").next
    assert (found.url if found else None) == (BASE + following if following else None)


LAYPAGE = 'laypage.render({elem:"p",count:37,limit:15,curr:%d,jump:function(page,first){if(!first){location.href=%s}}})'


@pytest.mark.parametrize(
    ("written", "file", "following"),
    [
        ('"index_"+page.curr+".html"', "", "index_2.html"),
        ('"index_"+page.curr+".html"', "index_2.html", "index_3.html"),
        ('"index_"+page.curr+".html"', "index_3.html", None),
        ('"index_"+(page.curr-1)+".html"', "", "index_1.html"),
        ('"index_"+(page.curr-1)+".html"', "index_2.html", None),
        ('"index_" + page.getCurrent() + ".html"', "", "index_2.html"),
        ('"./list_" + page.curr + ".shtml"', "list_2.shtml", "list_3.shtml"),
        ('"http://elsewhere.cn/index_"+page.curr+".html"', "", None),
    ],
)
def test_a_script_writes_the_file_of_a_page_up_to_the_stated_total(
    written: str, file: str, following: str | None
) -> None:
    found = read(f"<script>{LAYPAGE % (1, written)}</script>", BASE + file).next
    assert (found.url if found else None) == (BASE + following if following else None)


@pytest.mark.parametrize(
    ("pager", "following"),
    [
        ('<a href="javascript:go(2)">下一页</a>', "2"),
        ("<a onclick=\"go('2')\">下一页</a>", "2"),
        ("共107条 7页", "2"),
        ("共107条", None),
    ],
)
def test_a_script_writes_the_number_into_the_query(pager: str, following: str | None) -> None:
    script = '<script>function go(page){window.location.href="/list.jsp?id=3&pageNo="+page}</script>'
    found = read(pager + script, f"{HOST}/list.jsp?id=3", request=ListRequest(url=BASE)).next
    assert (found.url if found else None) == (
        f"{HOST}/list.jsp?id=3&pageNo={following}" if following else None
    )


FORM = """<form action="list.jsp" method="{method}"><input type="hidden" name="pageNo" value="{here}"><input type="hidden" name="id" value="77">
<input name="q" value=""><input type="submit" name="go" value="查询"></form>"""


@pytest.mark.parametrize(
    ("here", "pager", "number"),
    [
        ("1", '<a href="javascript:goPage(2)">下一页</a>', "2"),
        ("", '<a href="javascript:goPage(2)">下一页</a>', "2"),
        ("0", '<a href="javascript:goPage(1)">下一页</a>', "1"),
        ("3", '<a href="javascript:nextPage()">下一页</a> 共7页', "4"),
        ("3", "第3页 共7页", "4"),
        ("7", "第7页 共7页", None),
        ("7", '<a href="javascript:goPage(7)">下一页</a>', None),
        ("1", "", None),
        ("1", '<a href="javascript:slide(5)">&gt;</a>', None),
    ],
)
def test_a_form_with_a_page_number_asks_for_the_next_page(here: str, pager: str, number: str | None) -> None:
    posted = read(FORM.format(method="post", here=here) + pager).next
    asked = read(FORM.format(method="get", here=here) + pager).next
    if number is None:
        assert posted is None
        assert asked is None
        return
    assert posted == ListRequest(
        url=f"{BASE}list.jsp", method="POST", form=(("pageNo", number), ("id", "77"), ("q", ""))
    )
    assert asked == ListRequest(url=f"{BASE}list.jsp?pageNo={number}&id=77&q=")


def test_a_form_whose_field_stays_at_one_goes_on_from_the_request() -> None:
    third = ListRequest(url=f"{BASE}list.jsp", method="POST", form=(("pageNo", "3"), ("id", "77")))
    found = read(FORM.format(method="post", here="1") + "共7页", f"{BASE}list.jsp", request=third).next
    assert found is not None
    assert dict(found.form)["pageNo"] == "4"


def test_a_form_of_another_site_is_not_sent_and_no_password_is() -> None:
    elsewhere = FORM.format(method="post", here="1").replace("list.jsp", "http://elsewhere.cn/list.jsp")
    assert read(f"{elsewhere}共7页").next is None
    login = FORM.format(method="post", here="1").replace(
        "</form>", '<input type="password" name="pw" value="x"></form>'
    )
    found = read(f"{login}共7页").next
    assert found is not None
    assert "pw" not in dict(found.form)


ASPX = """<form method="post" action="./list.aspx?id=3" id="form1"><input type="hidden" name="__EVENTTARGET" value="">
<input type="hidden" name="__VIEWSTATE" value="/wEPDwUK=="><select name="s"><option value="a">甲<option value="b" selected>乙</select>
<input type="checkbox" name="c"><input type="checkbox" name="d" checked>{pager}</form>"""
REST = (("__VIEWSTATE", "/wEPDwUK=="), ("s", "b"), ("d", "on"))


@pytest.mark.parametrize(
    ("pager", "target", "argument"),
    [
        ("""<a href="javascript:__doPostBack('AspNetPager1','2')">下一页</a>""", "AspNetPager1", "2"),
        ("""<a href="javascript:__doPostBack(&#39;ctl00$lbNext&#39;,&#39;&#39;)">下一页</a>""", "ctl00$lbNext", ""),
        ("""<a href='javascript:WebForm_DoPostBackWithOptions(new WebForm_PostBackOptions("p$next", "", true))'>下页</a>""", "p$next", ""),
        ("""<span>1</span><a href="javascript:__doPostBack('GridView1','Page$2')">2</a>
            <a href="javascript:__doPostBack('GridView1','Page$3')">3</a>""", "GridView1", "Page$2"),
        ("""<a href="javascript:__doPostBack('G','Page$1')">1</a><span>2</span><a href="javascript:__doPostBack('G','Page$3')">3</a>""", "G", "Page$3"),
    ],
)  # fmt: skip
def test_asp_net_posts_its_form_back(pager: str, target: str, argument: str) -> None:
    found = read(ASPX.format(pager=pager), f"{HOST}/list.aspx?id=3").next
    assert found == ListRequest(
        url=f"{HOST}/list.aspx?id=3",
        method="POST",
        form=(("__EVENTTARGET", target), ("__EVENTARGUMENT", argument), *REST),
    )


@pytest.mark.parametrize(
    "pager",
    [
        "<a disabled=\"disabled\" href=\"javascript:__doPostBack('AspNetPager1','3')\">下一页</a>",
        "<a>下一页</a>",
        "<a href=\"javascript:__doPostBack('G','Page$1')\">1</a><a href=\"javascript:__doPostBack('G','Page$2')\">2</a><span>3</span>",
        "<a href=\"javascript:__doPostBack('btnSearch','')\">查询</a>",
    ],
)
def test_the_last_page_of_asp_net_has_none_after_it(pager: str) -> None:
    assert read(ASPX.format(pager=pager), f"{HOST}/list.aspx?id=3").next is None


def test_an_empty_field_for_the_words_of_a_search_numbers_no_page() -> None:
    assert read('<form action="/so" method="get"><input name="p" value=""></form>共7页').next is None


ROW = {"title": "甲市2023年度法治政府建设情况报告", "url": "/a/1.html", "date": "2024-03-28"}


def answered(answer: Any, path: str, *, form: tuple[tuple[str, str], ...] = ()) -> Listing:
    request = ListRequest(url=HOST + path, method="POST" if form else "GET", form=form)
    return discover(json.dumps(answer).encode(), (), HOST + path, request=request, first=request)


@pytest.mark.parametrize(
    ("answer", "path", "following"),
    [
        ({"total": 37, "data": [ROW]}, "/api?offset=0&limit=15", "/api?offset=15&limit=15"),
        ({"total": 37, "data": [ROW]}, "/api?offset=30&limit=15", None),
        ({"response": {"numFound": 37, "docs": [ROW]}}, "/api?start=15&rows=15", "/api?start=30&rows=15"),
        ({"data": [ROW] * 2}, "/api?start=0&rows=2", "/api?start=2&rows=2"),
        ({"data": [ROW]}, "/api?start=0&rows=2", None),
        ({"data": [ROW]}, "/api?start=0", None),
        ({"data": {"records": [ROW], "current": 1, "pages": 4}}, "/api?current=1&size=10", "/api?current=2&size=10"),
        ({"hasNextPage": False, "list": [ROW]}, "/api?pageNum=3", None),
        ({"hasNextPage": True, "list": [ROW]}, "/api?pageNum=3", "/api?pageNum=4"),
        ({"data": {"last": True, "content": [ROW]}}, "/api?page=3", None),
    ],
)  # fmt: skip
def test_a_json_list_goes_on_by_offset_and_ends_where_it_says_so(
    answer: Any, path: str, following: str | None
) -> None:
    found = answered(answer, path).next
    assert (found.url if found else None) == (HOST + following if following else None)


def test_an_offset_in_a_form_grows() -> None:
    found = answered({"total": 37, "data": [ROW]}, "/api", form=(("start", "0"), ("rows", "15"))).next
    assert found == ListRequest(url=f"{HOST}/api", method="POST", form=(("start", "15"), ("rows", "15")))


@pytest.mark.parametrize(
    ("named", "day"),
    [
        ({"fbrq": "2024年3月28日"}, "2024-03-28"),
        ({"issueDate": "2024-03-28 10:00"}, "2024-03-28"),
        ({"modifyTime": "2024-03-28", "validEndDate": "2025-01-01"}, None),
        ({"mark": "2024-03-28"}, None),
    ],
)
def test_a_json_entry_has_its_day_under_any_key_that_names_one(
    named: dict[str, str], day: str | None
) -> None:
    entry = {"title": ROW["title"], "url": ROW["url"]} | named
    assert [link.date for link in answered({"rows": [entry]}, "/api?page=1").links] == [day]
