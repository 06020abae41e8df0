"""What a page states may be of any length: titles, addresses, numbers of pages, fields of sitemaps."""

from __future__ import annotations

import pytest

from crawler.cms.lists.links import MAX_TITLE_CHARS
from crawler.crawl.reports import accept_report
from crawler.discover import discover, judge_title, may_be_report
from crawler.discover.titles import MAX_MATCHED_CHARS
from crawler.discover.walk import has_repeated_folders, is_entry
from crawler.errors import NotAReport
from crawler.model import Link, Report, Site

URL = "http://www.example.gov.cn/list/index.html"
MANY = 1_000_000
JSON_LIST = '{"page": 1, "total": 1, "list": [{"title": "%s", "url": "/a.html"}]}'
HTML, JSON, XML = "text/html", "application/json", "text/xml"


def listing(markup: str, kind: str, url: str = URL, *, sitemap: bool = False):  # type: ignore[no-untyped-def]
    return discover(markup.encode(), (("Content-Type", f"{kind}; charset=utf-8"),), url, sitemap=sitemap)


@pytest.mark.parametrize(
    ("markup", "kind"),
    [
        pytest.param(f"<a href=/a.html>{'法' * MANY}</a>", HTML, id="text of a link"),
        pytest.param(f"<a href=/a.html title={'法' * MANY}>法法法…</a>", HTML, id="title of a link"),
        pytest.param(JSON_LIST % ("法" * MANY), JSON, id="title in JSON"),
        pytest.param(
            f"<urlset><url><loc>/a.html</loc><title>{'法' * 5000}</title></url></urlset>",
            XML,
            id="title in a sitemap",
        ),
    ],
)
def test_a_title_is_cut(markup: str, kind: str) -> None:
    (link,) = listing(markup, kind).links
    assert link.title == "法" * MAX_TITLE_CHARS


@pytest.mark.parametrize(
    "title", ["法治\x1b[2J政府", "法治\x00政府", "法治\x9b31m政府", "法治\u202e政府", "法治\r\n政府"]
)
def test_a_title_has_no_control_characters(title: str) -> None:
    (link,) = listing(JSON_LIST % title.encode("unicode_escape").decode().replace("\\x", "\\u00"), JSON).links
    assert not any(ord(char) < 32 or 127 <= ord(char) < 160 or char == "\u202e" for char in link.title)


@pytest.mark.parametrize("number", ["9" * 10, "9" * 5000])
@pytest.mark.parametrize(
    "markup",
    [
        'createPageHTML({0}, 0, "index", "html")',
        'createPageHTML(5, {0}, "index", "html")',
        "createPageHTML('div', {0}, 1, 'index', 'html', 36)",
        "Pager({{size:{0}, current:0, prefix:'index', suffix:'htm'}})",
        "<i class=ewb-x>epoint totalPage = {0}</i>",
        "<datastore><record></record>totalRecord:{0} perPage:{0} '/module/web/jpage/dataproxy.jsp?columnid=1'",
        '{{"total": {0}, "list": [{{"title": "法治政府", "url": "/a.html"}}]}}',
        '{{"total": "{0}", "list": [{{"title": "法治政府", "url": "/a.html"}}]}}',
        '{{"total": "²", "list": [{{"title": "法治政府", "url": "/a.html", "time": {0}}}]}}',
    ],
)
def test_a_number_of_pages_may_have_any_number_of_digits(markup: str, number: str) -> None:
    for url in (URL, URL.replace("index", number), f"{URL}?page={number}"):
        found = listing(markup.format(number), HTML, url)
        assert found.next is None or len(found.next.url) < 200


@pytest.mark.parametrize(
    ("field", "address"),
    [
        ("<loc>http://a.gov.cn/1</loc>", "http://a.gov.cn/1"),
        ("<loc>\n  http://a.gov.cn/1\n </loc>", "http://a.gov.cn/1"),
        ("<loc><![CDATA[http://a.gov.cn/1]]></loc>", "http://a.gov.cn/1"),
        ("<loc> <![CDATA[ http://a.gov.cn/1 ]]> </loc>", "http://a.gov.cn/1"),
        ("<x:loc a='b'>http://a.gov.cn/?a=1&amp;b=2</x:loc>", "http://a.gov.cn/?a=1&b=2"),
        (f"<loc>{' ' * 9000}http://a.gov.cn/1{' ' * 9000}</loc>", "http://a.gov.cn/1"),
        ("<LOC>http://a.gov.cn/1</LOC><lastmod>2024-01-02T03:04</lastmod>", "http://a.gov.cn/1"),
    ],
)
def test_a_field_of_a_sitemap_is_read(field: str, address: str) -> None:
    (link,) = listing(f"<urlset><url>{field}</url></urlset>", XML, sitemap=True).links
    assert link.url == address


@pytest.mark.parametrize(
    "field", ["<loc>" + " " * 15_000, "<loc " * 3000, "<loc>", "<loc></loc>", "<loc>" * 3000]
)
def test_a_field_of_a_sitemap_without_an_end_gives_no_link(field: str) -> None:
    assert not listing(f"<urlset><url>{field}</url></urlset>", XML, sitemap=True).links


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Sitemap: /a.xml", ["/a.xml"]),
        ("  sitemap :\t/a.xml\r\nSITEMAP:/b.xml", ["/a.xml", "/b.xml"]),
        ("\n\n\nSitemap:\n/a.xml", ["/a.xml"]),
        ("x Sitemap: /a.xml", []),
        ("\n" * 200_000 + "Sitemap: /a.xml", ["/a.xml"]),
        (" " * 200_000, []),
    ],
)
def test_the_sitemaps_of_a_robots_txt_are_read(text: str, named: list[str]) -> None:
    found = listing(text, "text/plain", "http://www.example.gov.cn/robots.txt", sitemap=True)
    assert [other.url for other in found.others] == ["http://www.example.gov.cn" + path for path in named]


def test_an_own_expression_is_tried_on_the_beginning_of_a_title() -> None:
    assert judge_title("x" * (MAX_MATCHED_CHARS - 2) + "法治", match="法治").report
    assert not judge_title("x" * (MAX_MATCHED_CHARS - 1) + "法治", match="法治").report
    assert not may_be_report("x" * MANY + "关于2022年…")


def test_a_very_long_title_is_an_entry_and_a_very_long_address_a_trap() -> None:
    assert is_entry(Link(url=URL, title="下一页" * MANY))
    assert not is_entry(Link(url=URL, title="1 2 3 4 5 下一页"))
    assert has_repeated_folders("http://www.example.gov.cn/" + "a/b" * MANY)


def test_an_outcome_shows_the_beginning_of_a_title() -> None:
    site = Site(id="wuhan", name="武汉市人民政府", region="420100")
    report = Report(url=URL, title="天" * MANY, body="", text_sha256="")
    with pytest.raises(NotAReport) as caught:
        accept_report(report, Link(url=URL, title="通知公告"), site)
    assert len(str(caught.value)) < 500
