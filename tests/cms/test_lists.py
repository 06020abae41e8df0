"""The lists of each CMS, as single snippets. Whole pages of them are crawled in tests/crawl/test_crawl.py."""

from __future__ import annotations

import json

import pytest

from crawler.cms import BY_NAME, PRESETS, Preset, recognise
from crawler.discover import discover
from crawler.model import Listing, ListRequest

LIST = "http://www.example.gov.cn/zwgk/fzzf/"


def listing(
    html: str,
    url: str = LIST,
    *,
    request: ListRequest | None = None,
    first: str | None = None,
    cms: str | None = None,
) -> Listing:
    start = ListRequest(url=first or url)
    return discover(html.encode(), (), url, request=request or ListRequest(url=url), first=start, cms=cms)


def following(html: str, url: str = LIST, **more: str) -> str | None:
    found = listing(html, url, first=more.get("first"), cms=more.get("cms")).next
    return found.url if found else None


def test_generic_comes_last_and_names_are_unique() -> None:
    assert PRESETS[-1].name == "generic"
    assert len(BY_NAME) == len(PRESETS)


@pytest.mark.parametrize(
    ("mark", "name"),
    [
        ('<script>createPageHTML(17, 0, "index", "shtml");</script>', "trs"),
        ('<a href="./202303/t20230315_2170174.shtml">a</a>', "trs"),
        ("<datastore><recordset></recordset></datastore>", "jcms"),
        ('<a href="/art/2018/5/3/art_71910_8100858.html">a</a>', "jcms"),
        ('<a href="/info/1981/411251.htm">a</a>', "vsb"),
        ('<a href="/content/post_123.html">a</a>', "ucap"),
        ("<script>createPageHTML('page_div',12, 1,'fzzfjs','shtml',228);</script>", "ucap"),
        ('<div class="ewb-list"></div>', "epoint"),
        ('<a href="/ywdt/001002/20230221/0a1b2c3d-4e5f-0a1b-2c3d-0a1b2c3d4e5f.html">a</a>', "epoint"),
        ("<DIV ID=VSB_CONTENT></DIV>", "vsb"),
        ('jQuery1234({"result": []});', "json"),
        ('<a href="/a.html">a</a>', "generic"),
    ],
)
def test_a_cms_is_recognised_by_its_marks(mark: str, name: str) -> None:
    assert recognise(mark, LIST).name == name


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_marks_are_in_lower_case(preset: Preset) -> None:
    written = (*preset.marks.words, *(pattern.pattern for pattern in preset.marks.patterns))
    assert [text.lower() for text in written] == list(written)


def test_trs_counts_from_zero() -> None:
    page = '<script>createPageHTML(3, {n}, "index", "html");</script>'
    assert following(page.format(n=0)) == LIST + "index_1.html"
    assert following(page.format(n=1), LIST + "index_1.html") == LIST + "index_2.html"
    assert following(page.format(n=2), LIST + "index_2.html") is None


def test_the_function_that_makes_trs_paging_is_not_taken_for_its_call() -> None:
    assert (
        following(
            "<script>function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt){}</script>"
        )
        is None
    )


def test_ucap_counts_from_one() -> None:
    page = "<script>createPageHTML('page_div', 3, {n}, 'index', 'html', 38);</script>"
    assert following(page.format(n=1)) == LIST + "index_2.html"
    assert following(page.format(n=3), LIST + "index_3.html") is None


def test_vsb_counts_down() -> None:
    first = "http://www.example.gov.cn/zwgk/fzgz.htm"
    pager = '<div class="p_pages"><a href="fzgz/12.htm">2</a><a href="fzgz/11.htm">3</a><a href="fzgz/1.htm">尾页</a></div>'
    assert following(pager, first, cms="vsb") == "http://www.example.gov.cn/zwgk/fzgz/12.htm"
    assert following("", "http://www.example.gov.cn/zwgk/fzgz/12.htm", first=first, cms="vsb").endswith(
        "/fzgz/11.htm"
    )  # type: ignore[union-attr]
    assert following("", "http://www.example.gov.cn/zwgk/fzgz/1.htm", first=first, cms="vsb") is None


def test_epoint_names_pages_by_number_up_to_the_total() -> None:
    first = LIST + "subpage.html"
    assert following("<script>var pageCount = 3;</script>", first, cms="epoint") == LIST + "2.html"
    assert following("<script>var pageCount = 3;</script>", LIST + "3.html", cms="epoint") is None
    assert following("", first, cms="epoint") is None


@pytest.mark.parametrize(
    "link",
    [
        '<a href="index_1.html">下一页</a>',
        '<a href="index_1.html">[下一页]</a>',
        '<a href="index_1.html"><span>下页</span></a>',
        '<a href="index_1.html" class="next">→</a>',
        '<a href="index_1.html" title="下一页"><img src="r.gif"></a>',
        """<a href="javascript:;" onclick="location.href='index_1.html'">下一页</a>""",
        """<span onclick="window.location='index_1.html'">下一页</span>""",
    ],
)
def test_a_link_to_the_next_page_is_found_however_it_is_written(link: str) -> None:
    assert following(link) == LIST + "index_1.html"


@pytest.mark.parametrize(
    "link",
    [
        '<a href="javascript:void(0)">下一页</a>',
        '<a href="">下一页</a>',
        f'<a href="{LIST}">下一页</a>',
        '<a href="http://elsewhere.cn/">下一页</a>',
        '<a href="a.html">下一页我们将介绍更多内容</a>',
    ],
)
def test_a_link_without_another_page_ends_the_list(link: str) -> None:
    assert following(link) is None


RECORDS = "".join(
    f"<record><![CDATA[<li><a href='/art/2022/3/{n}/art_1_{n}.html' title='第{n}条'>第{n}…</a><b>2022-03-{n:02}</b></li>]]></record>"
    for n in range(1, 4)
)
JPAGE = (
    "<div id='5678'><script type='text/xml'><datastore><nextgroup><![CDATA[<a href=\"/module/web/jpage/dataproxy.jsp?page=1"
    '&appid=1&webid=1&path=/&columnid=910&sourceContentType=1&unitid=5678&webname=x&permissiontype=0"></a>]]></nextgroup>'
    f"<recordset>{RECORDS}</recordset></datastore></script></div><script>totalRecord:7, perPage:3</script>"
)


def test_jcms_records_are_read_out_of_their_script() -> None:
    found = listing(JPAGE)
    assert [(link.title, link.date) for link in found.links][:2] == [
        ("第1条", "2022-03-01"),
        ("第2条", "2022-03-02"),
    ]
    assert found.links[0].url == "http://www.example.gov.cn/art/2022/3/1/art_1_1.html"


def test_jcms_asks_its_proxy_range_by_range_to_the_total() -> None:
    second = listing(JPAGE).next
    assert second is not None
    assert (second.method, second.url) == ("POST", "http://www.example.gov.cn/module/web/jpage/dataproxy.jsp")
    assert dict(second.form) == {
        "appid": "1", "webid": "1", "path": "/", "columnid": "910", "sourceContentType": "1", "unitid": "5678",
        "webname": "x", "permissiontype": "0", "startrecord": "4", "endrecord": "6", "perpage": "3",
    }  # fmt: skip
    answer = f"<datastore><totalrecord>7</totalrecord><recordset>{RECORDS}</recordset></datastore>"
    third = listing(answer, second.url, request=second, first=LIST, cms="jcms").next
    assert third is not None
    assert (dict(third.form)["startrecord"], dict(third.form)["endrecord"]) == ("7", "7")
    assert listing(answer, second.url, request=third, first=LIST, cms="jcms").next is None


def test_jcms_without_a_total_ends_with_a_short_answer() -> None:
    page = JPAGE.replace("totalRecord:7, ", "")
    second = listing(page).next
    assert second is not None
    short = "<datastore><recordset><record><![CDATA[<a href='/art/2022/1/1/art_1_9.html'>九</a>]]></record></recordset></datastore>"
    assert listing(short, second.url, request=second, first=LIST, cms="jcms").next is None


@pytest.mark.parametrize(
    ("entry", "title", "date"),
    [
        ('<li><a href="a.html" title="关于2022年法治政府建设情况的报告">关于2022年法治…</a><span>2023-02-21</span></li>', "关于2022年法治政府建设情况的报告", "2023-02-21"),
        ('<li><span>[2023.02.21]</span><a href="a.html">情况报告</a></li>', "情况报告", "2023-02-21"),
        ('<tr><td><a href="a.html">· 情况报告</a></td><td>2023/2/21</td></tr>', "情况报告", "2023-02-21"),
        ('<a href="a.html"><p title="关于2022年的报告">关于2022…</p><i>2023年02月21日</i></a>', "关于2022年的报告", "2023-02-21"),
        ('<li><a href="a.html">情况报告（全文） 2023-02-21</a></li>', "情况报告(全文)", "2023-02-21"),
        ('<li><a href="a.html">情况报告</a></li>', "情况报告", None),
    ],
)  # fmt: skip
def test_entries_give_their_whole_title_and_their_date(entry: str, title: str, date: str | None) -> None:
    html = f"<table>{entry}</table>" if entry.startswith("<tr") else f"<ul>{entry}</ul>"
    (link,) = listing(html).links
    assert (link.title, link.date, link.url) == (title, date, LIST + "a.html")


def test_links_in_an_entry_have_its_date_and_links_beside_a_list_have_none() -> None:
    entry = '<li><a href="{n}.html">第{n}号报告</a> <a href="{n}.pdf">第{n}号附件</a> 2023-02-{n}</li>'
    html = f"<div><ul>{''.join(entry.format(n=n) for n in range(10, 29))}</ul><a href='/'>网站首页</a></div>"
    dates = {link.url.removeprefix(LIST): link.date for link in listing(html).links}
    assert dates["10.html"] == dates["10.pdf"] == "2023-02-10"
    assert dates["28.html"] == dates["28.pdf"] == "2023-02-28"
    assert list(dates.values())[-1] is None


def test_of_two_links_to_one_page_the_longer_title_is_kept() -> None:
    (link,) = listing('<a href="a.html">报告</a><a href="a.html">关于2022年的报告</a>').links
    assert link.title == "关于2022年的报告"


def answers(value: object, url: str, *, first: str | None = None) -> Listing:
    return listing(json.dumps(value, ensure_ascii=False), url, first=first)


GKMLPT = "http://www.example.gov.cn/gkmlpt/api/all/505?page=1&sid=200025"


def test_gkmlpt_leads_from_its_page_of_script_to_the_json_of_its_column() -> None:
    page = "<script>window._CONFIG = {SID: '200025'};</script>"
    assert following(page, "http://www.example.gov.cn/gkmlpt/index#505") == GKMLPT
    assert following(page, "http://www.example.gov.cn/bm/gkmlpt/index") == (
        "http://www.example.gov.cn/bm/gkmlpt/api/all/0?page=1&sid=200025"
    )


def test_gkmlpt_gives_a_hundred_entries_a_page() -> None:
    article = {
        "title": "情况报告",
        "url": "http://a.gov.cn/gkmlpt/content/1/1/post_1.html",
        "display_publish_time": 1676908800,
    }
    found = answers({"total": 101, "articles": [article]}, GKMLPT)
    assert [(link.title, link.date) for link in found.links] == [("情况报告", "2023-02-21")]
    assert found.next == ListRequest(url=GKMLPT.replace("page=1", "page=2"))
    assert answers({"total": 100, "articles": [article]}, GKMLPT).next is None


@pytest.mark.parametrize(
    ("value", "url", "following"),
    [
        ({"page": {"content": [{"DOCTITLE": "<em>情况</em>报告", "DOCPUBURL": "/a.html", "PUBDATE": "2023-02-21 10:00:00"}], "totalPages": 2}}, "/igs/front/search/list.html?pageNumber=1", "/igs/front/search/list.html?pageNumber=2"),
        ({"page": {"content": [{"DOCTITLE": "情况报告", "DOCPUBURL": "/a.html", "PUBDATE": "2023-02-21"}], "totalPages": 2}}, "/igs/front/search/list.html?pageNumber=2", None),
        ({"total": 1, "result": ["<div><a href='/a.html'>情况报告</a><span>2023-02-21</span></div>"]}, "/jsearch?p=1&rows=10", None),
        ({"custom": '[{"infotitle": "情况报告", "infourl": "/a.html", "infodate": "2023-02-21"}]'}, "/x?pageIndex=0", "/x?pageIndex=1"),
        ({"data": {"middle": {"list": [{"title": "情况报告", "url": "/a.html", "time": 1676908800000}]}}}, "/irs/front/list", None),
    ],
)  # fmt: skip
def test_a_list_that_is_json_is_read_whatever_its_keys_are(
    value: object, url: str, following: str | None
) -> None:
    base = "http://www.example.gov.cn"
    found = answers(value, base + url)
    assert [(link.title, link.url, link.date) for link in found.links] == [
        ("情况报告", f"{base}/a.html", "2023-02-21")
    ]
    assert (found.next.url if found.next else None) == (base + following if following else None)


@pytest.mark.parametrize("text", ["{", "callback({broken)", "[" * 5000, '{"a": 1}', "[]", '"x"'])
def test_json_that_is_none_is_an_empty_list(text: str) -> None:
    found = listing(text, "http://www.example.gov.cn/igs/front/search/list.html?pageNumber=1")
    assert (found.links, found.next) == ((), None)


def test_json_may_be_the_argument_of_a_callback() -> None:
    found = listing('jQuery12_3({"result": [{"title": "情况报告", "url": "/a.html"}]});')
    assert [link.title for link in found.links] == ["情况报告"]
