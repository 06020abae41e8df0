"""The loopback web itself: that its pages hold what their documents say, and that its servers behave like servers."""

from __future__ import annotations

import http.client
import socket
import ssl
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import combinations
from pathlib import Path
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser

from crawler.field.fingerprint import distance, simhash
from crawler.field.text import fold
from crawler.sources import load_sites
from tests.site import Document, Government, Web
from tests.site.governments import GOVERNMENTS
from tests.site.punctuation import widen
from tests.site.store import Store

REPORTS = [
    pytest.param(government, document, id=f"{government.id}-{document.year}")
    for government in GOVERNMENTS
    for document in (*government.documents, *government.copies)
]
EACH = pytest.mark.parametrize("government", GOVERNMENTS, ids=lambda government: government.id)
WUHAN = "https://www.wuhan.gov.cn/zwgk/fzzfj/202303/t20230315_2170174.shtml"
XUCHANG = "http://www.xuchang.gov.cn/ywdt/001002/20230228/35b954ec-12d6-435f-8093-be86ded6b128.html"
PROXY = "https://www.gswuwei.gov.cn/module/web/jpage/dataproxy.jsp"


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    """A web that is only read."""
    with Web() as web:
        yield web


@pytest.fixture
def fresh() -> Iterator[Web]:
    """A web that a test may change."""
    with Web() as web:
        yield web


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def text(self, encoding: str = "utf-8") -> str:
        return self.body.decode(encoding)


def ask(web: Web, url: str, method: str = "GET", body: str | None = None, **headers: str) -> Response:
    """One request over a connection of its own, certificate and name checked."""
    parts = urlsplit(url)
    connection = connect(web, url)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(method, path or "/", body, {"Host": parts.netloc} | named)
        response = connection.getresponse()
        return Response(response.status, response.headers, response.read())
    finally:
        connection.close()


def connect(web: Web, url: str, server_name: str | None = None) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    address, port = web.hosts[f"{parts.hostname}:{443 if parts.scheme == 'https' else 80}"]
    connection = http.client.HTTPConnection(address, port)
    connection.sock = socket.create_connection((address, port), timeout=10)
    if parts.scheme == "https":
        context = ssl.create_default_context(cafile=str(web.ca_file))
        try:
            connection.sock = context.wrap_socket(
                connection.sock, server_hostname=server_name or parts.hostname
            )
        except ssl.SSLError:
            connection.close()
            raise
    return connection


def shown(page: bytes, government: Government) -> str:
    """What a page shows, folded, without any space."""
    tree = LexborHTMLParser(page.decode(government.encoding))
    tree.strip_tags(["script", "style", "head"])
    assert tree.body is not None
    return "".join(fold(tree.body.text()).split())


# What the pages hold.


@pytest.mark.parametrize(("government", "document"), REPORTS)
def test_every_paragraph_of_a_report_stands_on_its_page_in_order(
    web: Web, government: Government, document: Document
) -> None:
    text = shown(ask(web, document.url).body, government)
    at = text.index("".join(document.title.split()))
    for paragraph in document.paragraphs:
        at = text.index("".join(paragraph.split()), at)


@pytest.mark.parametrize(("government", "document"), REPORTS)
def test_a_report_page_shows_its_date_source_and_index(
    web: Web, government: Government, document: Document
) -> None:
    text = shown(ask(web, document.url).body, government)
    separator = "/" if government.id == "jinghai" else "-"
    assert document.published.replace("T", "").replace("-", separator) in text
    assert (document.source or "") in text
    for label, value in (document.index or {}).items():
        assert f"{label}:{value}" in text
    assert ("索引号:" in text) == (document.index is not None)


@pytest.mark.parametrize(("government", "document"), REPORTS)
def test_a_report_page_weighs_what_real_ones_weigh(
    web: Web, government: Government, document: Document
) -> None:
    assert 60_000 <= len(ask(web, document.url).body) <= 200_000


def test_punctuation_is_full_width_but_for_numbers(web: Web) -> None:
    page = ask(web, WUHAN).text()
    assert "认真学习贯彻党的二十大精神，全面贯彻" in page
    assert "发布日期：2023-02-21 10:00" in page
    assert widen("共12,000件(次),上午10:00起;见附件:1.") == "共12,000件（次），上午10:00起；见附件：1."


@pytest.mark.parametrize(("government", "document"), REPORTS)
def test_folding_undoes_widening(government: Government, document: Document) -> None:
    assert fold(widen(document.body)) == document.body
    assert fold(widen(document.title)) == document.title


def test_no_two_reports_are_nearly_the_same_text() -> None:
    hashes = [simhash(d.body) for government in GOVERNMENTS for d in government.documents]
    assert min(distance(one, other) for one, other in combinations(hashes, 2)) > 3


def test_reports_come_with_tables_attachments_and_a_salutation() -> None:
    reports = [d for government in GOVERNMENTS for d in government.documents]
    assert sum("\t" in d.body for d in reports) >= 2
    assert sum(bool(d.attachments) for d in reports) >= 2
    assert any(d.body.startswith("市委:\n") for d in reports)
    assert any(d.title.startswith("中共天水市委 天水市人民政府关于2021年度") for d in reports)


def test_the_same_bytes_every_time() -> None:
    one, other = Store(GOVERNMENTS), Store(GOVERNMENTS)
    for government in GOVERNMENTS:
        for url in (*government.lists, government.documents[-1].url, government.news[0].url):
            assert one.page(url, {}) == other.page(url, {})


def test_jinghai_is_gb18030_and_says_gb2312(web: Web) -> None:
    government = web.government("jinghai")
    response = ask(web, government.documents[0].url)
    assert b"charset=gb2312" in response.body
    assert response.headers["Content-Type"] == "text/html"
    assert "双䶮社区、㟃头村" in response.text("gb18030")
    for declared in ("gb2312", "gbk", "utf-8"):
        with pytest.raises(UnicodeDecodeError):
            response.text(declared)


def test_an_attachment_is_a_word_file_beside_its_page(web: Web) -> None:
    page = LexborHTMLParser(ask(web, XUCHANG).text())
    hrefs = [a.attributes["href"] or "" for a in page.css("a[href$='.docx']")]
    assert len(hrefs) == 3
    with zipfile.ZipFile(BytesIO(ask(web, urljoin(XUCHANG, hrefs[0])).body)) as archive:
        assert "2022年度行政执法数据统计表" in archive.read("word/document.xml").decode()


# Lists.


def pages_of(web: Web, government: Government, url: str) -> list[str]:
    """The list pages of a column, by the addresses that its system gives them."""
    column = next(c for c in government.columns if c.url == url)
    stem = url.removesuffix("subpage.html").removesuffix(".htm")
    names = {
        "trs": lambda n: f"{url}index_{n - 1}.shtml",
        "trs_paper": lambda n: f"{url}index_{n - 1}.html",
        "tables": lambda n: f"{url}index_{n - 1}.html",
        "ucap": lambda n: f"{url}index_{n}.shtml",
        "epoint": lambda n: f"{stem}{n}.html",
        "vsb": lambda n: f"{stem}/{column.pages + 1 - n}.htm",
    }[government.template]
    return [url, *(names(n) for n in range(2, column.pages + 1))]


@EACH
def test_lists_lead_to_every_report_and_to_other_news(web: Web, government: Government) -> None:
    found: set[str] = set()
    for url in government.lists:
        if government.template == "jcms":
            column = government.columns[0]
            answer = proxied(web, 1, len(column.entries), "910")
            links = LexborHTMLParser(answer.replace("<![CDATA[", "").replace("]]>", "")).css("a[href]")
            found |= {urljoin(url, a.attributes["href"] or "") for a in links}
            continue
        pages = pages_of(web, government, url)
        assert len(pages) >= 3
        for page in pages:
            tree = LexborHTMLParser(ask(web, page).text(government.encoding))
            found |= {urljoin(page, a.attributes["href"] or "") for a in tree.css("a[href]")}
    assert {document.url for document in government.documents} <= found
    others = {piece.url for piece in government.news}
    assert len(others & found) == len(others) >= 40


@EACH
def test_links_of_a_list_answer(web: Web, government: Government) -> None:
    for piece in (government.news[0], government.news[-1]):
        response = ask(web, piece.url)
        assert response.status == 200
        assert "".join(piece.paragraphs[0].split()) in shown(response.body, government)


@EACH
def test_among_the_news_are_titles_that_look_like_reports(government: Government) -> None:
    titles = "\n".join(piece.title for piece in government.news)
    for trap in (
        "政府工作报告",
        "政府信息公开工作年度报告",
        "法治政府建设实施方案",
        "法治政府建设规划",
        "督察",
        "解读",
    ):
        assert trap in titles
    assert "召开会议审议法治政府建设情况报告" in titles


def test_a_title_cut_for_display_stands_whole_in_the_title_attribute(web: Web) -> None:
    cut = [
        a
        for page in pages_of(web, web.government("changchun"), web.government("changchun").lists[1])
        for a in LexborHTMLParser(ask(web, page).text()).css(".cc-table a")
        if a.text().endswith("…")
    ]
    assert cut
    assert all(len(a.attributes["title"] or "") > 28 for a in cut)


def proxied(web: Web, start: int, end: int, column: str, **more: str) -> str:
    form = {
        "startrecord": start,
        "endrecord": end,
        "perpage": 10,
        "col": 1,
        "appid": 1,
        "webid": 1,
        "path": "/",
    }
    form |= {"columnid": column, "unitid": "5678", "webname": "武威市人民政府", "permissiontype": 0} | more
    kind = "application/x-www-form-urlencoded"
    return ask(web, PROXY, "POST", urlencode(form), Content_Type=kind).text()


def test_dataproxy_answers_the_range_asked_for(web: Web) -> None:
    entries = web.government("wuwei").columns[0].entries
    answer = proxied(web, 21, 40, "910")
    assert answer.count("<record>") == 20
    assert [urlsplit(url).path in answer for url in entries] == [20 <= i < 40 for i in range(len(entries))]
    assert proxied(web, 41, 60, "910").count("<record>") == len(entries) - 40
    assert proxied(web, 1, 20, "911").count("<record>") == 0
    asked = ask(web, f"{PROXY}?columnid=910&unitid=5678&startrecord=1&endrecord=3").text()
    assert asked.count("<record>") == 3


def test_the_list_page_of_wuwei_holds_the_first_records(web: Web) -> None:
    government = web.government("wuwei")
    page = ask(web, government.lists[0]).text()
    assert page.count("<record>") == 20
    assert f"totalRecord:{len(government.columns[0].entries)}" in page


def test_vsb_counts_down(web: Web) -> None:
    (url,) = web.government("tianshui").lists
    followed = [url]
    while link := LexborHTMLParser(ask(web, followed[-1]).text()).css_first("a.Next"):
        followed.append(urljoin(followed[-1], link.attributes["href"] or ""))
    assert [page.rpartition("/")[2] for page in followed] == ["fzzfjs.htm", "3.htm", "2.htm", "1.htm"]


def test_sources_yaml_finds_its_addresses_here(web: Web) -> None:
    sites = {site.id: site for site in load_sites(Path(__file__).parent.parent / "sources.yaml")}
    for government in web.governments:
        site = sites[government.id]
        assert site.region == government.region
        for url in (*site.lists, *site.pages):
            assert ask(web, url).status == 200, url


# The servers.


def test_a_known_page_is_not_sent_again(web: Web) -> None:
    first = ask(web, WUHAN)
    by_tag = ask(web, WUHAN, If_None_Match=first.headers["ETag"])
    by_date = ask(web, WUHAN, If_Modified_Since=first.headers["Last-Modified"])
    assert (by_tag.status, by_tag.body) == (by_date.status, by_date.body) == (304, b"")
    assert by_tag.headers["ETag"] == first.headers["ETag"]
    assert ask(web, WUHAN, If_None_Match='"another"').status == 200
    assert ask(web, WUHAN, If_Modified_Since="Sat, 01 Jan 2000 00:00:00 GMT").status == 200
    assert ask(web, WUHAN, If_Modified_Since="yesterday").status == 200


def test_a_tag_outweighs_a_date(web: Web) -> None:
    date = ask(web, WUHAN).headers["Last-Modified"]
    assert ask(web, WUHAN, If_None_Match='"another"', If_Modified_Since=date).status == 200


def test_an_edit_changes_the_text_and_the_validators(fresh: Web) -> None:
    first = ask(fresh, WUHAN)
    fresh.edit(WUHAN, "制定政府规章5推动", "制定政府规章5件,推动")
    second = ask(
        fresh, WUHAN, If_None_Match=first.headers["ETag"], If_Modified_Since=first.headers["Last-Modified"]
    )
    assert second.status == 200
    assert second.headers["ETag"] != first.headers["ETag"]
    assert "制定政府规章5件,推动" in shown(second.body, fresh.government("wuhan"))
    assert len(second.body) > len(first.body)


def test_an_edit_reaches_what_is_not_the_document_s_and_refuses_what_is_not_there(fresh: Web) -> None:
    fresh.edit(WUHAN, "扫一扫在手机上查看当前页面", "手机扫一扫")
    assert "手机扫一扫" in ask(fresh, WUHAN).text()
    with pytest.raises(ValueError, match="does not hold"):
        fresh.edit(WUHAN, "不在页面上的话", "")


def test_a_page_taken_down_is_404_with_a_page_until_it_is_restored(fresh: Web) -> None:
    fresh.take_down(WUHAN)
    gone = ask(fresh, WUHAN)
    assert gone.status == 404
    assert "不存在或已被删除" in gone.text()
    fresh.restore(WUHAN)
    assert ask(fresh, WUHAN).status == 200


def test_http_leads_to_https_at_wuhan_and_elsewhere_shows_the_same(web: Web) -> None:
    moved = ask(web, WUHAN.replace("https", "http"))
    assert (moved.status, moved.headers["Location"]) == (301, WUHAN)
    twins = (XUCHANG, XUCHANG.replace("http", "https"), XUCHANG.replace("www.", ""))
    assert len({ask(web, url).body for url in twins}) == 1
    assert "www.changchun.gov.cn:443" not in web.hosts


def test_certificates_are_for_the_names_they_are_asked_for(web: Web) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        connect(web, WUHAN, server_name="www.example.com")


def test_robots(web: Web) -> None:
    rules = ask(web, "http://www.huangshigang.gov.cn/robots.txt")
    assert (rules.status, rules.headers["Content-Type"]) == (200, "text/plain")
    assert b"Disallow: /so/" in rules.body
    assert ask(web, "http://www.tianshui.gov.cn/robots.txt").status == 404


def test_one_connection_serves_many_requests_and_all_are_logged(fresh: Web) -> None:
    connection = connect(fresh, "http://www.tjjh.gov.cn/")
    for path in ("/", "/nothing.html?a=1"):
        connection.request("GET", path, headers={"Host": "www.tjjh.gov.cn:80", "User-Agent": "fazhi"})
        connection.getresponse().read()
    connection.request("HEAD", "/", headers={"Host": "www.tjjh.gov.cn"})
    assert connection.getresponse().read() == b""
    connection.close()
    seen = [(r.method, r.host, r.path, r.status) for r in fresh.requests]
    host = "www.tjjh.gov.cn"
    assert seen == [
        ("GET", host, "/", 200),
        ("GET", host, "/nothing.html?a=1", 404),
        ("HEAD", host, "/", 200),
    ]
    assert fresh.requests[0].headers["user-agent"] == "fazhi"
    assert len({request.connection for request in fresh.requests}) == 1
    assert fresh.requests[0].at < fresh.requests[1].at


def test_what_is_not_served_is_refused(web: Web) -> None:
    assert ask(web, WUHAN, "POST", "a=1").status == 405
    assert ask(web, "http://www.tjjh.gov.cn/", Host="www.example.com").status == 421


def test_a_slow_host_takes_its_time_and_does_not_hold_up_the_end() -> None:
    with Web() as web:
        web.slow("www.tjjh.gov.cn", 0.05)
        start = time.monotonic()
        ask(web, "http://www.tjjh.gov.cn/")
        assert time.monotonic() - start >= 0.05
        web.slow("www.tjjh.gov.cn", 60)
        connection = connect(web, "http://www.tjjh.gov.cn/")
        connection.request("GET", "/", headers={"Host": "www.tjjh.gov.cn"})
        start = time.monotonic()
    connection.close()
    assert time.monotonic() - start < 5


def test_the_front_page_leads_to_the_lists_and_the_reports(web: Web) -> None:
    for government in web.governments:
        tree = LexborHTMLParser(ask(web, government.base + "/").text(government.encoding))
        hrefs = {urljoin(government.base, a.attributes["href"] or "") for a in tree.css("a[href]")}
        assert {*government.lists, *(d.url for d in government.documents)} <= hrefs


def test_the_command_prints_the_host_map_in_curl_s_form() -> None:
    command = [sys.executable, "-m", "tests.site", "--options", "--seconds", "0"]
    root = Path(__file__).parent.parent
    out = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.splitlines()
    assert any(line.startswith("--connect-to www.wuhan.gov.cn:443:127.0.0.1:") for line in out)
    assert out[-1].startswith("--cacert ")
