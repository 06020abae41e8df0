"""Lists that state more pages or entries than were read: what a page states, and what the walk makes of it."""

from __future__ import annotations

import json

import pytest

from crawler.discover import Walk, discover
from crawler.model import Listing, ListRequest, Years

URL = "http://www.x.gov.cn/zwgk/fz/"
ENTRIES = "".join(
    f'<li><a href="/a/{n}.html">甲市{n}局2023年法治政府建设情况报告</a><span>2024-03-{n}</span></li>'
    for n in range(10, 20)
)


def read(pager: str, url: str = URL) -> Listing:
    return discover(f"<html><body><ul>{ENTRIES}</ul>{pager}</body></html>".encode(), (), url)


@pytest.mark.parametrize(
    ("pager", "pages", "entries"),
    [
        ("共3页", 3, None),
        ("<div>共<b>3</b>&nbsp;页</div>", 3, None),
        ("<span>共有 3 页</span>", 3, None),
        ("<span>1/3页</span>", 3, None),
        ("第1/3页", 3, None),
        ("第1页/共3页", 3, None),
        ("页次：1/3", 3, None),
        ("总页数：3", 3, None),
        ("共25条&nbsp;&nbsp;1/3&nbsp;<a>首页</a>", 3, 25),
        ("<span>共25条</span> <span>首页</span><span>下页</span><span>尾页</span> <span>1/3</span>", 3, 25),
        ("共25条记录 每页10条", None, 25),
        ("<span>总记录数：25</span> 首页 上一页", None, 25),
        ("<script>var countPage = 3; var x = 1;</script>", 3, None),
        ("<script>createPageHTML(3, 0, 'index', 'html');</script>", 3, None),
        ("<script>page({totalPages: '3'})</script>", 3, None),
        ("<script>page({totalRecord: 25, perPage: 10})</script>", None, 25),
        ("<script>page({recordCount:'25',prepage:10})</script>", None, 25),
        ('<div class="pagination" rows="10" count="25" pageNo="1"></div>', 3, 25),
        ("", None, None),
        ("<script>/* createPageHTML(_nPageCount, _nCurrIndex) */ var pageSize = 20;</script>", None, None),
        ("<script>document.write('共' + n + '页')</script>", None, None),
        ("<p>2024/03/28</p>", None, None),
        ('<a href="/b.html">若干措施(共20条)</a>', None, None),
    ],
)  # fmt: skip
def test_a_page_states_how_long_its_list_is(pager: str, pages: int | None, entries: int | None) -> None:
    listing = read(pager)
    assert (listing.stated_pages, listing.stated_entries) == (pages, entries)


@pytest.mark.parametrize(
    ("answer", "pages", "entries"),
    [
        ({"page": {"totalPages": 3, "content": []}}, 3, None),
        ({"pageCount": 3, "count": 25, "data": []}, 3, 25),
        ({"custom": json.dumps({"total": 25, "data": []})}, None, 25),
        ({"result": "<datastore><totalrecord>25</totalrecord><recordset><record><a href='/a'>x</a></record></recordset></datastore>"}, None, 25),
    ],
)  # fmt: skip
def test_an_answer_states_how_long_its_list_is(
    answer: object, pages: int | None, entries: int | None
) -> None:
    listing = discover(json.dumps(answer).encode(), (), URL)
    assert (listing.stated_pages, listing.stated_entries) == (pages, entries)


def walked(*listings: Listing) -> str:
    """Return what a walk of these pages leaves unread."""
    walk = Walk(years=Years(first=2015, last=None))
    first, end = ListRequest(url=URL), None
    for number, listing in enumerate(listings, start=1):
        end = walk.add_page(listing, ListRequest(url=f"{URL}{number}") if number > 1 else first, number)
    assert end is not None
    return end.unread


@pytest.mark.parametrize(
    ("pager", "unread"),
    [
        ("共3页", "page 1 of 3; the rest is not understood"),
        ("共1页", ""),
        ("共25条 首页 尾页", "10 of 25 entries; the rest is not understood"),
        ("共10条 首页 尾页", ""),
        ("共10条 1/1页", ""),
        ("", ""),
    ],
)
def test_a_list_that_ends_before_what_it_states_is_told(pager: str, unread: str) -> None:
    assert walked(read(pager)) == unread


def test_pages_are_counted_from_the_first_one_that_states_them() -> None:
    shell = discover(b'<html><iframe src="/list.html"></iframe></html>', (), URL)
    assert walked(shell, read("共2页")) == "page 1 of 2; the rest is not understood"
    assert walked(shell, read("共1页")) == ""


def test_an_entry_more_or_less_of_many_pages_is_no_part_of_the_list_left_unread() -> None:
    first = read('共10条 首页 <a href="2.html">下一页</a>')
    assert first.next is not None
    assert walked(first, read("共10条 首页")) == ""
    assert walked(first, read("共100条 首页")) == "10 of 100 entries; the rest is not understood"


def test_a_walk_that_goes_on_where_an_earlier_run_was_cut_counts_the_pages_before_it() -> None:
    second, third = read('共3页 <a href="3.html">下一页</a>'), read("共3页")
    for last, unread in ((third, ""), (read("共4页"), "page 3 of 4; the rest is not understood")):
        walk = Walk(years=Years(first=2015, last=None), partial=True)
        assert walk.add_page(second, ListRequest(url=f"{URL}2.html"), 2) is None
        end = walk.add_page(last, ListRequest(url=f"{URL}3.html"), 3)
        assert end is not None
        assert end.unread == unread
