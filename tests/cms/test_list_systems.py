"""How lists of each system go on: the request for the next page, in the many ways in which sites write it."""

from __future__ import annotations

import base64
import json

import pytest

from crawler.discover import discover
from crawler.model import Listing, ListRequest

HOST = "http://www.x.gov.cn"
BASE = f"{HOST}/zwgk/fz/"
TITLE = "甲市2023年度法治政府建设情况报告"
TRS = f'<ul><li><a href="./202403/t20240328_1.html" title="{TITLE}">甲市2023年度...</a><span>2024-03-28</span></li></ul>'
PLAIN = f'<ul><li><a href="/a/1.html" title="{TITLE}">甲市2023年度...</a><span>2024-03-28</span></li></ul>'


def read(body: str, url: str, *, encoding: str = "utf-8", request: ListRequest | None = None) -> Listing:
    first = ListRequest(url=url) if request is None else ListRequest(url=f"{HOST}/col/col1/index.html")
    return discover(body.encode(encoding), (), url, request=request, first=first)


def page(body: str) -> str:
    return f"<!DOCTYPE html><html><head><title>列表</title></head><body>{body}</body></html>"


@pytest.mark.parametrize(
    ("script", "file", "following"),
    [
        ("Pager({size:25, current:0, prefix:'index', suffix:'htm'});", "", "index_1.htm"),
        ("""new Pager({suffix:"shtml","prefix":"list",current:"3",size:"25"})""", "list_3.shtml", "list_4.shtml"),
        ("""new Pager({suffix:"shtml","prefix":"list",current:24,size:25})""", "list_24.shtml", None),
        ("""var n=9; Pager({elem: get("p"), pageCount:n, size:20, current:0, prefix:"index", suffix:".html"})""", "", "index_1.html"),
        ("var countPage = 12;\nvar currentPage = 4;\ncreatePageHTML(countPage, currentPage, 'index', 'shtml');", "index_4.shtml", "index_5.shtml"),
        ("""var nPages='12'; var nCur="0"; createPageHTML(nPages,nCur,'index','html');""", "", "index_1.html"),
        ("var a=12,b=0,c='index',d='html'; createPageHTML(a,b,c,d);", "", "index_1.html"),
        ("createPageHTML('7','0','index','html')", "", "index_1.html"),
        ("createPageHTML(7, 2, 'index', 'html', 98)", "index_2.html", "index_3.html"),
        ("createPageHTML(7, 0, './index', 'html')", "", "index_1.html"),
        ("createPageHTML(7,0,'/zwgk/fz/index','html')", "", "index_1.html"),
        ("createPageHTML(7,0,'//www.x.gov.cn/zwgk/fz/index','html')", "", "index_1.html"),
        ("createPageHTML(7,0,'http://elsewhere.cn/index','html')", "", None),
        ("createPageHTML(7,0,'index','.html')", "", "index_1.html"),
        ("showPages(7, 0, 'index', 'html')", "", "index_1.html"),
        ("createPageHTML('page_div',10, 1,'xlist','shtml',189);", "xlist.shtml", "xlist_2.shtml"),
        ("createPageHTML('page_div',10, 10,'xlist','shtml',189);", "xlist_10.shtml", None),
        ("createPageHTML(1,0,'index','html')", "", None),
        ("createPageHTML(7,6,'index','html')", "index_6.html", None),
        ("function createPageHTML(total, current, name, ext){ }", "", None),
        ("""var curPage = 2; var nextPg = curPage+1; var pageCount = 9;
            if(curPage<pageCount-1){document.write("<a href='list"+"_"+nextPg+"."+"shtml'>下一页</a>");}""", "list_2.shtml", "list_3.shtml"),
        ("""var currentPage = 1;//所在页从0开始
            var nextPage = currentPage+1
            var countPage = 7//共多少页
            document.write("<a href=\\"index"+"_" + nextPage + "."+"html\\">下一页</a>");""", "index_1.html", "index_2.html"),
        ("""var currentPage = 1;var nextPage = currentPage+1;var countPage = 7;
            document.write('<a href="index_'+nextPage+'.html">下一页</a>');""", "index_1.html", "index_2.html"),
        ("""var currentPage = 0;var countPage = 7;
            document.write("<a href='index_"+(currentPage+1)+".html'>下一页</a>");""", "", "index_1.html"),
        ("""var currentPage = 6;var nextPage = currentPage+1;var countPage = 7;
            document.write("<a href='index"+"_"+nextPage+"."+"html'>下一页</a>");""", "index_6.html", None),
        ("""var currentPage = 6;var nextPage = currentPage+1;var countPage = 7;
            if(currentPage != countPage) document.write("<a href='index"+"_"+nextPage+"."+"html'>下一页</a>");""", "index_6.html", "index_7.html"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("entries", [TRS, PLAIN])
def test_a_script_states_the_series_of_pages(
    script: str, file: str, following: str | None, encoding: str, entries: str
) -> None:
    for tag in ("script", "SCRIPT"):
        listing = read(page(f"{entries}<{tag}>{script}</{tag}>"), BASE + file, encoding=encoding)
        assert (listing.next.url if listing.next else None) == (BASE + following if following else None)


RECORD = f'<record><![CDATA[<li><a href="/art/2024/3/28/art_1_1.html" title="{TITLE}">甲…</a><b>2024-03-28</b></li>]]></record>'
ROW = f"""<record><![CDATA[<tr><td><a href='/art/2024/3/28/art_1_1.html' title='{TITLE}'>甲…</a></td><td>[2024-03-28]</td></tr>]]></record>"""
CELL = f"""<record><![CDATA[<td><a href='/art/2024/3/28/art_1_1.html' title='{TITLE}'>甲…</a></td><td>2024-03-28</td>]]></record>"""
ESCAPED = f"<record>&lt;li&gt;&lt;a href=&quot;/art/2024/3/28/art_1_1.html&quot;&gt;{TITLE}&lt;/a&gt;2024-03-28&lt;/li&gt;</record>"


@pytest.mark.parametrize("record", [RECORD, ROW, CELL, ESCAPED])
def test_a_record_is_read_whatever_element_it_has(record: str) -> None:
    body = f"<script type='text/xml'><datastore><recordset>{record}</recordset></datastore></script>"
    (link,) = read(page(body), f"{HOST}/col/col44/index.html").links
    assert (link.title, link.date, link.url) == (TITLE, "2024-03-28", f"{HOST}/art/2024/3/28/art_1_1.html")


@pytest.mark.parametrize(
    "path",
    [
        "/module/web/jpage/dataproxy.jsp",
        "/module/jpage/dataproxy.jsp",
        "/module/jslib/jquery/jpage/dataproxy.jsp",
        "/module/jpage/morecolumndataproxy.jsp",
        "/col/module/other/jpage/dataproxy.jsp",
    ],
)
@pytest.mark.parametrize("host", ["", "//www.x.gov.cn", HOST, "http://zwgk.x.gov.cn"])
def test_a_proxy_of_jcms_may_have_any_path(path: str, host: str) -> None:
    group = f'<nextgroup><![CDATA[<a href="{host}{path}?page=1&amp;webid=3&amp;columnid=44&amp;unitid=9"></a>]]></nextgroup>'
    found = read(
        page(f"<script>totalRecord:3</script><datastore>{group}<recordset>{RECORD}</recordset></datastore>"),
        f"{HOST}/col/col44/index.html",
    ).next
    assert found is not None
    assert (found.method, found.url) == ("POST", (HOST if not host.startswith("http:") else host) + path)
    assert dict(found.form) == {
        "webid": "3", "columnid": "44", "unitid": "9", "startrecord": "2", "endrecord": "2", "perpage": "1",
    }  # fmt: skip


def test_a_proxy_of_another_site_is_not_asked() -> None:
    body = f'<script>"http://elsewhere.cn/module/jpage/dataproxy.jsp?columnid=1&unitid=2"</script><datastore>{RECORD}</datastore>'
    assert read(page(body), f"{HOST}/col/col44/index.html").next is None


TRUECMS = (
    f"<script>$('#p').jpage({{dataStore:'<datastore><totalrecord>45</totalrecord><recordset>{RECORD}</recordset></datastore>',"
    "proxyUrl:'/TrueCMS/messageController/getMessage.do',perPage:10,ajaxParam:{columnId:'754f6db5-d294'}});</script>"
)


def test_truecms_is_asked_by_get_range_by_range() -> None:
    listing = read(page(TRUECMS), f"{HOST}/x/fz/fz.html")
    assert [(link.title, link.date) for link in listing.links] == [(TITLE, "2024-03-28")]
    assert (listing.cms, listing.stated_entries) == ("truecms", 45)
    address = f"{HOST}/TrueCMS/messageController/getMessage.do?columnId=754f6db5-d294"
    assert listing.next == ListRequest(url=f"{address}&startrecord=2&endrecord=11&perpage=10")
    xml = f"<datastore><totalrecord>45</totalrecord><recordset>{RECORD}</recordset></datastore>"
    answer = read(f"cb({json.dumps({'result': xml})});", listing.next.url, request=listing.next)
    assert [(link.url, link.date) for link in answer.links] == [
        (f"{HOST}/art/2024/3/28/art_1_1.html", "2024-03-28")
    ]
    assert answer.next == ListRequest(url=f"{address}&startrecord=12&endrecord=21&perpage=10")


UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"


@pytest.mark.parametrize(
    "script",
    [
        f"""<script parseType="bulidstatic" url="{UNIT}" queryData="{{'webId':'1','pageId':'2','tagId':'分页列表'}}"></script>""",
        f"""<script URL='{UNIT}' querydata='{{"webId":"1","pageId":"2","tagId":"分页列表"}}'></script>""",
        f"""<div url="//www.x.gov.cn{UNIT}" data-queryData="{{webId:1,pageId:2,tagId:'分页列表'}}"></div>""",
        f"""<script>$.get("{UNIT}", {{webId:'1', pageId:"2", tagId: '分页列表'}})</script>""",
        f"""<script url="{UNIT}?webId=1" queryData="{{'pageId':'2','tagId':'分页列表'}}"></script>""",
        f"""<script url="{UNIT}" queryData="{{'webId':'1','tagId':'导航'}}"></script><script url="{UNIT}" queryData="{{'webId':'1','pageId':'2','tagId':'分页列表'}}"></script>""",
    ],
)  # fmt: skip
def test_jpaas_has_its_list_in_a_part_that_is_asked_for(script: str) -> None:
    listing = read(page(script), f"{HOST}/col/col2/index.html")
    asked = "paramJson=%7B%22pageNo%22%3A1%2C%22pageSize%22%3A15%7D"
    tag = "%E5%88%86%E9%A1%B5%E5%88%97%E8%A1%A8"
    assert listing.next == ListRequest(url=f"{HOST}{UNIT}?webId=1&pageId=2&tagId={tag}&{asked}")
    html = f'<ul><li><a href="/art/2024/1.html" title="{TITLE}">甲…</a><span>2024-03-28</span></li></ul><div class="pagination" rows="15" count="31"></div>'
    answer = read(json.dumps({"data": {"html": html}}), listing.next.url, request=listing.next)
    assert [(link.url, link.title) for link in answer.links] == [(f"{HOST}/art/2024/1.html", TITLE)]
    assert (answer.stated_pages, answer.stated_entries) == (3, 31)
    assert answer.next == ListRequest(url=listing.next.url.replace("%3A1%2C", "%3A2%2C"))
    last = ListRequest(url=listing.next.url.replace("%3A1%2C", "%3A3%2C"))
    assert read(json.dumps({"data": {"html": html}}), last.url, request=last).next is None


def test_jpaas_is_asked_for_the_second_page_where_the_first_is_in_the_page() -> None:
    script = f"""<script url="{UNIT}" queryData="{{'webId':'1','tagId':'列表'}}"></script>"""
    found = read(page(PLAIN + script), f"{HOST}/col/col2/index.html").next
    assert found is not None
    assert "%22pageNo%22%3A2" in found.url


def test_a_list_of_epoint_that_is_in_the_page_is_not_asked_for() -> None:
    body = f"{PLAIN}<a href='2.html'>下一页</a><script>search('/EWB{GOVINFO}'); var categoryNum = '003001';</script>"
    assert read(page(body), f"{HOST}/zwgk/subpage.html").next == ListRequest(url=f"{HOST}/zwgk/2.html")


SEARCH = "/module/xxgk/search.jsp"


@pytest.mark.parametrize(
    ("body", "query", "form"),
    [
        (f"""<script>$.ajax({{type:'post',url:'{SEARCH}?vc_title=&area=0022',data:'infotypeId=0&divid=div1&currpage='}})</script>""", "?vc_title=&area=0022", {"vc_title": "", "area": "0022", "infotypeId": "0", "divid": "div1", "currpage": ""}),
        (f"""<script>$.ajax({{data:{{infotypeId:'A02',divid:"div1"}},type:"POST",url:"{SEARCH}?currpage="}})</script><i>/module/xxgk/</i>""", "?currpage=", {"currpage": "", "infotypeId": "A02", "divid": "div1"}),
        ("""<div id="div1"></div><iframe src="/module/xxgk/tree.jsp?area=0022"></iframe>""", "", {"area": "0022", "divid": "div1", "currpage": ""}),
    ],
)  # fmt: skip
def test_the_search_of_a_disclosure_page_is_asked_page_by_page(
    body: str, query: str, form: dict[str, str]
) -> None:
    first = read(page(body), f"{HOST}/col/col1/index.html").next
    assert first is not None
    assert (first.method, first.url) == ("POST", f"{HOST}{SEARCH}{query}")
    assert form.items() <= dict(first.form).items()
    pager = "共&nbsp;<b>2</b>&nbsp;页 <a href='javascript:void(0)' onclick='gotopage(2)'>下一页</a>"
    second = read(page(PLAIN + pager), first.url, request=first).next
    assert second is not None
    assert dict(second.form)["currpage"] == "2"
    assert "currpage=" not in second.url or "currpage=2" in second.url
    assert read(page(PLAIN + pager), second.url, request=second).next is None


GOVINFO = "/rest/lightfrontaction/getgovinfolist"
SITE = "7eb5f7f1-9041-43ad-8e13-8fcb82ea831a"


@pytest.mark.parametrize(
    ("body", "project", "sent"),
    [
        ("<div class='ewb-x'></div>", "/EWB-FRONT", {"deptcode": "D1", "categorynum": "003001", "siteGuid": SITE, "pageIndex": 0, "pageSize": 15}),
        (f"""<script>var siteInfo={{projectName:"/YD-FRONT",siteGuid:"{SITE.replace('7eb5', '0000')}"}};
            $.ajax({{url: siteInfo.projectName + '{GOVINFO}', data: JSON.stringify({{token:'', params:{{deptcode: dept, categorynum: cate, pageIndex: 0, pageSize: 20, siteGuid: siteInfo.siteGuid}}}})}})</script>""",
         "/YD-FRONT", {"token": "", "params": {"deptcode": "D1", "categorynum": "003001", "pageIndex": 0, "pageSize": 20, "siteGuid": SITE.replace("7eb5", "0000")}}),
        (f"""<script>var param = {{'categorynum': '003001', 'deptcode': 'D1', 'pageIndex': 0}}; post('/EWB{GOVINFO}', param)</script>""",
         "/EWB", {"categorynum": "003001", "deptcode": "D1", "pageIndex": 0}),
    ],
)  # fmt: skip
def test_epoint_is_asked_with_a_json_body(body: str, project: str, sent: object) -> None:
    first = read(page(body), f"{HOST}/dynamic/zwgk/govInfoPub.html?categorynum=003001&deptcode=D1").next
    assert first is not None
    assert (first.method, first.url, first.form) == ("POST", HOST + project + GOVINFO, ())
    assert json.loads(first.json_body) == sent
    entry = {"title": "甲市2023…", "realtitle": TITLE, "infourl": "/zwgk/a.html", "infodate": "2024-03-28"}
    answer = json.dumps({"custom": json.dumps({"data": [entry], "total": 31})})
    listing = read(answer, first.url, request=first)
    assert [(link.title, link.date) for link in listing.links] == [(TITLE, "2024-03-28")]
    assert listing.next is not None
    assert json.loads(listing.next.json_body) == json.loads(
        first.json_body.replace('"pageIndex":0', '"pageIndex":1')
    )


FUJIAN = "<script>var SiteInfo={{'searchId':{q}229105{q}}};var pageChnlInfo={{maxStaticIndex:{q}{n}{q},classsql:\"\" || 'chnlid=44',recordCount:{q}107{q},prepage:20}};x({{listApi:{{url:'{host}/fjdzapp/search'}}}})</script>"


@pytest.mark.parametrize("quote", ["", "'"])
@pytest.mark.parametrize("host", ["", "//www.x.gov.cn", HOST])
def test_fujians_form_goes_on_after_the_static_pages(quote: str, host: str) -> None:
    found = read(page(TRS + FUJIAN.format(q=quote, n=2, host=host)), BASE).next
    assert found is not None
    assert (found.method, found.url) == ("POST", f"{HOST}/fjdzapp/search")
    assert dict(found.form) == {"channelid": "229105", "classsql": "chnlid=44", "page": "3", "prepage": "20"}
    answer = {"count": 107, "docs": [{"title": TITLE, "chnldocurl": "/a.htm", "time": "2024-03-28"}]}
    following = read(json.dumps(answer), found.url, request=found).next
    assert following is not None
    assert dict(following.form)["page"] == "4"
    assert read(page(TRS + FUJIAN.format(q=quote, n=6, host=host)), BASE).next is None


@pytest.mark.parametrize(
    ("frames", "following"),
    [
        ('<iframe id="listFrame" src="/class/FZ/list.html"></iframe>', "/class/FZ/list.html"),
        ("<iframe src='/login.html'></iframe><iframe name=main src='//www.x.gov.cn/class/FZ/'></iframe>", "/class/FZ/"),
        ('<frameset><frame src="../top.html"><frame src="/class/FZ/list.html"></frameset>', "/class/FZ/list.html"),
        ('<iframe src="https://elsewhere.cn/list.html"></iframe>', None),
        ('<iframe src="/module/visitcount/visit.jsp"></iframe>', None),
        (PLAIN + '<iframe src="/class/FZ/list.html"></iframe>', None),
        ("".join(f'<li><a href="/a/{n}.html">甲市第{n}局2023年法治政府建设情况报告</a></li>' for n in range(9)) + '<iframe src="/list.html"></iframe>', None),
        ("".join(f'<li><a href="/c{n}/">栏目{n}</a></li>' for n in range(90)) + '<iframe src="/list.html"></iframe>', "/list.html"),
    ],
)  # fmt: skip
def test_a_list_in_a_frame_of_the_same_site_is_read(frames: str, following: str | None) -> None:
    whole = page(frames) if "<frameset" not in frames else f"<html><head></head>{frames}</html>"
    found = read(whole, f"{HOST}/zwgk/fz/index.html").next
    assert (found.url if found else None) == (HOST + following if following else None)


@pytest.mark.parametrize(
    ("pager", "path", "following"),
    [
        ('<span>1</span><a href="?page=2">2</a><a href="?page=3">3</a><a href="?page=9">9</a>', "/list?id=3", "/list?page=2"),
        ('<a href="?page=1">1</a><span>2</span><a href="?page=3">3</a>', "/list?page=2", "/list?page=3"),
        ('<a href="/list?id=3&pageNo=1">1</a><a class=on href="/list?id=3&amp;pageNo=2">2</a><a href="/list?id=3&pageNo=3">3</a>', "/list?id=3&pageNo=2", "/list?id=3&pageNo=3"),
        ('<a href="?page=1">1</a><a href="?page=2">2</a><span>3</span>', "/list?page=3", None),
        ('<span>1</span><a href="?p=Mg==">2</a><a href="?p=Mw==">3</a>', "/list", "/list?p=Mg=="),
        ('<span>1</span><a href="list_2.html">[2]</a><a href="list_3.html">[3]</a>', "/fz/list.html", "/fz/list_2.html"),
        ('<a href="/art/11.html">1</a><a href="/art/12.html">2</a><a href="/art/13.html">3</a>', "/fz/", None),
        ('<a href="list.html">1</a><a href="list_2.html">2</a><b>3</b><a href="list_4.html">4</a>', "/fz/list_3.html", "/fz/list_4.html"),
        ('<a href="list.html">1</a><a href="list_1.html">2</a><b>3</b><a href="list_3.html">4</a>', "/fz/list_2.html", "/fz/list_3.html"),
        ('<a href="list.html">1</a><a href="list_2.html">2</a><a href="list_3.html">3</a><b>4</b>', "/fz/list_4.html", None),
        ('<a href="?p=MQ==">1</a><b>2</b><a href="?p=Mw==">3</a>', "/list?p=Mg==", "/list?p=Mw=="),
        ("共5页 当前第2页", "/list?id=3&pageNo=2", "/list?id=3&pageNo=3"),
        ("共5页 当前第1页", "/list?page=0&id=3", "/list?page=1&id=3"),
        ("共<b>5</b>页", "/list?id=3&pageNo=5", None),
        ('<input type="hidden" id="totalPage" value="5"><a href="javascript:goPage(2)">下一页</a>', "/list?page=1", "/list?page=2"),
        ('<select><option value="/fz/list.html">1</option><option value="/fz/list_2.html">第2页</option></select>', "/fz/list.html", "/fz/list_2.html"),
        ('<select><option value="1">1</option><option value="2">2</option></select>', "/fz/list.html", None),
        ("<script>laypage.render({elem:'p',count:107,limit:15,curr:1,jump:function(o){location.href='?id=3&page='+o.curr}})</script>", "/list?id=3", "/list?id=3&page=2"),
        ("<script>laypage.render({elem:'p',count:7,limit:15,curr:1,jump:function(o){location.href='?id=3&page='+o.curr}})</script>", "/list?id=3", None),
        ("<script>var countPage = 3;var currentPage = 0;</script>", "/fz/", "/fz/index_1.html"),
        ("<script>var countPage = 3;var currentPage = 1;</script>", "/fz/list.shtml", None),
        ("第2页", "/list?id=3&pageNo=2", None),
    ],
)  # fmt: skip
def test_pages_are_numbered_in_the_query(pager: str, path: str, following: str | None) -> None:
    found = read(page(f"{PLAIN}<div>{pager}</div>"), HOST + path).next
    assert (found.url if found else None) == (HOST + following if following else None)


@pytest.mark.parametrize(
    "address", ["/list.jsp?urltype=tree.TreeTempUrl&wbtreeid=1981", "/list2.jsp?a=1&wbtreeid=7"]
)
def test_vsb_without_static_pages_is_recognised(address: str) -> None:
    pager = f'<a href="?totalpage=5&amp;PAGENUM=2&amp;{address.partition("?")[2]}">下页</a>'
    listing = read(page(PLAIN + pager), HOST + address)
    assert listing.cms == "vsb"
    assert listing.next is not None
    assert "PAGENUM=2" in listing.next.url


@pytest.mark.parametrize(
    "answer",
    [
        json.dumps({"html": f'<a href="/a.html" title="{TITLE}">甲…</a>'}),
        f"cb({json.dumps({'html': f'<a href=/a.html>{TITLE}</a>'})})",
        json.dumps({"html": f"&lt;a href=&quot;/a.html&quot;&gt;{TITLE}&lt;/a&gt;"}),
        json.dumps({"data": json.dumps({"html": f'<a href="/a.html">{TITLE}</a>'})}),
    ],
)
def test_json_that_carries_html_gives_each_link_once(answer: str) -> None:
    assert [(link.url, link.title) for link in read(answer, f"{HOST}/api?x=1").links] == [
        (f"{HOST}/a.html", TITLE)
    ]


@pytest.mark.parametrize(
    "call", ["Base64.decode('{}')", 'atob("{}")', "$.base64.decode('{}')", 'decodeBase64("{}")']
)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_pager_that_a_script_writes_from_base64_is_read(call: str, encoding: str) -> None:
    pager = '<a href="index_1.html">下一页</a><span>共3页</span>'
    script = call.format(base64.b64encode(pager.encode(encoding)).decode())
    listing = read(page(f"{PLAIN}<script>document.write({script})</script>"), BASE)
    assert listing.next == ListRequest(url=f"{BASE}index_1.html")
    assert listing.stated_pages == 3


def test_base64_that_is_no_markup_adds_nothing() -> None:
    body = (
        PLAIN
        + "<script>var key = atob('AAAAAAAAAAAAAAAAAAAAAAAA'), x = 'not base64 at all, really';</script>"
    )
    assert read(page(body), BASE).next is None


def test_an_answer_that_says_it_is_the_first_page_has_a_second() -> None:
    entry = {"title": TITLE, "url": "/a.html", "publishedTimeStr": "2024-03-28 00:00:00"}
    url = f"{HOST}/searchList/a1?_isJson=true&_pageSize=10"
    first = json.dumps({"data": {"total": 36, "page": 1, "rows": 10, "results": [entry]}})
    assert read(first, url).next == ListRequest(url=f"{url}&page=2")
    only = json.dumps({"data": {"total": 6, "page": 1, "rows": 10, "results": [entry]}})
    assert read(only, url).next is None
