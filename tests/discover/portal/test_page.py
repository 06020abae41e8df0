"""What one page of a portal shows: links in scripts, files that hold menus, and requests to its search."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from crawler.discover.portal.page import PortalPage, column_name, read_portal_page
from crawler.discover.portal.search_forms import QUERY, following, json_request
from crawler.model import ListRequest

URL = "http://www.example.gov.cn/"
HTML = (("Content-Type", "text/html; charset=utf-8"),)


def read(body: str) -> PortalPage:
    return read_portal_page(f"<html><body>{body}</body></html>".encode(), HTML, URL)


@pytest.mark.parametrize(
    "markup",
    [
        "<script>var m = {name: '政务公开', url: '/zwgk/'}</script>",
        '<script>var m = [{"url":"\\/zwgk\\/","pid":1,"title":"政务公开"}]</script>',
        '<script>var m = [{"channelName":"\\u653f\\u52a1\\u516c\\u5f00","linkUrl":"http:\\/\\/www.example.gov.cn\\/zwgk\\/"}]</script>',
        "<script>var m = {id: 1, text: '政务公开', href: 'zwgk/', children: [{text: '其他', href: '/x/'}]}</script>",
        "<script>d.add(5, 0, '政务公开', '/zwgk/', '', '_blank')</script>",
        "<script>menu[3] = ['/zwgk/', '政务公开']</script>",
        "<script>document.write('<a target=_blank href=\"/zwgk/\">政务公开</a>')</script>",
        '<script>document.writeln("<a href=\\"/zw" + "gk/\\">政务公开</a>")</script>',
        "<script>var s = '\\u003ca href=\"/zwgk/\"\\u003e政务公开\\u003c/a\\u003e'</script>",
        "<li data-href='/zwgk/'>政务公开</li>",
        "<li data-url='zwgk/' title='政务公开'><img src=a.png></li>",
        "<li onclick=\"openMenu(this, '/zwgk/')\">政务公开</li>",
        "<select><option value='/zwgk/'>政务公开</option></select>",
    ],
)
def test_a_menu_in_a_script_or_an_attribute_is_read(markup: str) -> None:
    assert ("政务公开", URL + "zwgk/") in [(link.title, link.url) for link in read(markup).menu]


@pytest.mark.parametrize(
    "body",
    [
        "var menu = [{name: '政务公开', url: '/zwgk/'}];",
        'callback([{"title": "政务公开", "url": "/zwgk/"}])',
        "document.write('<ul><li><a href=\"/zwgk/\">政务公开</a></li></ul>');",
        '{"html": "<ul><li><a href=\\"/zwgk/\\">政务公开<\\/a><\\/li><\\/ul>"}',
    ],
)
def test_a_file_that_holds_a_menu_is_read_without_broken_addresses(body: str) -> None:
    page = read_portal_page(
        body.encode(), (("Content-Type", "text/javascript; charset=utf-8"),), URL + "nav.js"
    )
    found = [(link.title, link.url) for link in (*page.links, *page.menu)]
    assert ("政务公开", URL + "zwgk/") in found
    assert not [url for _, url in found if "%22" in url or "%5C" in url]


def test_the_files_that_may_hold_a_menu_are_those_of_the_site_without_libraries() -> None:
    page = read(
        "<script src='/js/jquery.min.js'></script><script src='/js/nav.js'></script>"
        "<script src='http://other.example.com/menu.js'></script><iframe src='/tree.html'></iframe>"
        "<script>$.ajax({type: 'get', url: '/api/channel/list.do'}); $('#top').load('/common/head.html')</script>"
    )
    files = dict(page.loads)
    assert set(files) == {
        URL + path for path in ("js/nav.js", "tree.html", "api/channel/list.do", "common/head.html")
    }


def test_a_form_is_sent_with_its_hidden_fields() -> None:
    (get, post) = read(
        "<form action='/login' method=post><input name=user><input type=password name=p></form>"
        "<form action='/so?x=1'><input type=hidden name=site value=7><input name=q></form>"
        "<form action='/search.jsp' method=post><input name=lucenenewssearchkey><input type=hidden name=i value=2></form>"
    ).searches
    assert (get.method, parse_qs(urlsplit(get.url).query)) == ("GET", {"site": ["7"], "q": [QUERY]})
    assert (post.method, dict(post.form)) == ("POST", {"lucenenewssearchkey": QUERY, "i": "2"})


def test_the_searches_of_the_systems_known_are_asked_as_their_own_pages_do() -> None:
    searches = read(
        "<a href='/igs/front/search.jhtml?code=ab&amp;siteId=5&amp;searchWord='>a</a>"
        "<a href='/irs-c-web/search.shtml?code=cd&amp;tenantId=9'>b</a>"
        "<a href='/jsearchfront/search.do?websiteid=4201&amp;searchid=3&amp;q='>c</a>"
        "<script src='/inteligentsearch/x.js'></script>"
    ).searches
    by_path = {urlsplit(each.url).path: each for each in searches}
    igs = parse_qs(urlsplit(by_path["/igs/front/search/list.html"].url).query)
    assert (igs["code"], igs["siteId"], igs["searchWord"]) == (["ab"], ["5"], [QUERY])
    irs = by_path["/irs/front/list"]
    body = json.loads(irs.json_body)
    assert (irs.method, irs.form, body["code"], body["searchWord"]) == ("POST", (), "cd", QUERY)
    jsearch = dict(by_path["/jsearchfront/interfaces/cateSearch.do"].form)
    assert (jsearch["websiteid"], jsearch["searchid"], jsearch["q"]) == ("4201", "3", QUERY)
    full_text = by_path["/inteligentsearch/rest/esinteligentsearch/getFullTextDataNew"].json_body
    assert json.loads(full_text)["wd"] == QUERY


def test_a_search_of_another_site_is_not_asked() -> None:
    assert read("<form action='http://www.baidu.com/s'><input name=wd></form>").searches == ()


@pytest.mark.parametrize(
    "markup",
    [
        "<a href='/gkmlpt/index#505'>法治政府建设</a>",
        "<div><h3>法治政府建设</h3><a href='/gkmlpt/index#505'>更多</a></div>",
        "<script>var m = [{name: '法治政府建设', url: '/gkmlpt/index#505'}]</script>",
    ],
)
def test_a_column_of_gkmlpt_is_the_number_in_the_fragment(markup: str) -> None:
    page = read(markup)
    assert (URL + "gkmlpt/index#505", "法治政府建设") in [(e.url, e.title) for e in (*page.links, *page.menu)]


def test_the_tree_of_gkmlpt_names_its_columns() -> None:
    tree = 'window._CONFIG = {SID: \'200025\', TREE: [{"id": 7, "name": "机构", "children": [{"id": 505, "name": "法治政府建设"}]}]}'
    page = read_portal_page(f"<html><script>{tree}</script></html>".encode(), HTML, URL + "gkmlpt/index")
    assert (URL + "gkmlpt/index#505", "法治政府建设") in [(each.url, each.title) for each in page.menu]
    assert page.next is not None


def test_the_catalogue_of_gkmlpt_is_not_a_second_target_of_a_link_to_one_of_its_columns() -> None:
    page = read("<li onclick=\"window.open('/gkmlpt/index#505')\"><a>法治政府建设</a></li>")
    assert [(e.url, e.title) for e in (*page.links, *page.menu)] == [
        (URL + "gkmlpt/index#505", "法治政府建设")
    ]


@pytest.mark.parametrize(
    ("box", "name"),
    [
        ("<div><h3>依法行政</h3><a href='/a/'>更多&gt;&gt;</a></div>", "依法行政"),
        (
            "<div class=box><div class=hd><span class=title>依法行政</span></div><p><a href='/a/'>more</a></p></div>",
            "依法行政",
        ),
        ("<div><a href='/a/' title='依法行政'>查看更多</a></div>", "依法行政"),
        ("<div><h3>依法行政 <a href='/a/'>+</a></h3></div>", "依法行政"),
        ("<div><h3>依法行政</h3><a href='/a/'>年度报告</a></div>", "年度报告"),
    ],
)
def test_a_link_to_more_has_the_name_of_its_box(box: str, name: str) -> None:
    assert [(each.url, each.title) for each in read(box).links] == [(URL + "a/", name)]


@pytest.mark.parametrize(
    ("asked", "following_one"),
    [
        (ListRequest(url=URL + "so?q=a&page=1"), ListRequest(url=URL + "so?q=a&page=2")),
        (
            ListRequest(url=URL + "so", method="POST", form=(("q", "a"), ("p", "1"))),
            ListRequest(url=URL + "so", method="POST", form=(("q", "a"), ("p", "2"))),
        ),
        (
            json_request(URL + "so", {"wd": "a", "pageNo": 1}),
            json_request(URL + "so", {"wd": "a", "pageNo": 2}),
        ),
        (ListRequest(url=URL + "so?q=a"), None),
    ],
)
def test_a_search_goes_on_with_the_next_page_of_its_results(
    asked: ListRequest, following_one: ListRequest | None
) -> None:
    assert following(asked) == following_one


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("法治政府建设_武汉市人民政府门户网站", "法治政府建设"),
        ("依法行政 - 甲市", "依法行政"),
        ("武汉市", "武汉市"),
        ("", ""),
    ],
)
def test_a_columns_name_is_the_first_part_of_the_title(title: str, name: str) -> None:
    assert column_name(title) == name


@pytest.mark.parametrize(
    "piece",
    [
        "{name:'",
        '<a href="',
        "\\u003",
        "['/a/','",
        "url:'/x',",
        "<option value='/",
        '"+"',
        "jsearch?",
        "location=",
        "(((((",
    ],
)
def test_markup_of_one_piece_repeated_is_read_in_time(piece: str) -> None:
    page = read(f'<script>{piece * (120_000 // len(piece))}</script><div onclick="{piece * 500}">x</div>')
    assert page.url == URL
