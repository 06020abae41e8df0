"""Resolving links on lists and in articles, and links in the script of an attribute."""

from __future__ import annotations

import pytest

from crawler.cms.base_url import script_target
from crawler.discover import discover
from crawler.extract import extract
from crawler.model import ListRequest

URL = "http://www.example.gov.cn/d/e/index.html"
TITLE = "某市人民政府关于2022年度法治政府建设情况的报告"
BASES = [
    ("", "http://www.example.gov.cn/d/e/"),
    ('<base href="/x/">', "http://www.example.gov.cn/x/"),
    ('<base href="../x/y.html">', "http://www.example.gov.cn/d/x/"),
    ('<base href="http://b.gov.cn/x/">', "http://b.gov.cn/x/"),
    ('<base href="//b.gov.cn">', "http://b.gov.cn/"),
    ("<BASE TARGET=_blank HREF=/x/>", "http://www.example.gov.cn/x/"),
    ('<base target="_blank">', "http://www.example.gov.cn/d/e/"),
    ('<base target="_blank"><base href="/x/">', "http://www.example.gov.cn/x/"),
    ('<base href="/x/"><base href="/y/">', "http://www.example.gov.cn/x/"),
    ('<base href=""><base href="/y/">', "http://www.example.gov.cn/d/e/"),
    ('<base href="javascript:1"><base href="/y/">', "http://www.example.gov.cn/d/e/"),
    ('<!-- <base href="/x/"> -->', "http://www.example.gov.cn/d/e/"),
    ("<script>var a = '<base href=\"/x/\">'</script>", "http://www.example.gov.cn/d/e/"),
]


def links(html: str | bytes, content_type: str = "text/html") -> list[str]:
    body = html.encode() if isinstance(html, str) else html
    return [link.url for link in discover(body, (("Content-Type", content_type),), URL).links]


@pytest.mark.parametrize(("head", "folder"), BASES)
def test_a_base_counts_for_the_links_of_a_list_and_its_next_page(head: str, folder: str) -> None:
    page = f'<html><head>{head}</head><body><a href="a.html">{TITLE}</a> <a href="i_1.html">下一页</a></body></html>'
    found = discover(page.encode(), (), URL)
    assert found.links[0].url == f"{folder}a.html"
    if "b.gov.cn" not in folder:  # a list does not go on at another host
        assert found.next == ListRequest(url=f"{folder}i_1.html")


@pytest.mark.parametrize(("head", "folder"), BASES)
def test_a_base_counts_for_the_files_and_the_next_page_of_an_article(head: str, folder: str) -> None:
    body = "".join(
        f"<p>第{n}项工作取得成效，全年办结事项{n * 37}件，群众满意度持续提升。</p>" for n in range(30)
    )
    page = (
        f"<html><head><title>{TITLE}</title>{head}</head><body><h1>{TITLE}</h1><div id=zoom>{body}"
        '<p><a href="f.pdf">附件：一览表.pdf</a></p></div><div><a href="t20230315_217_1.html">下一页</a></div></body></html>'
    )
    report = extract(page.encode(), (), "http://www.example.gov.cn/d/e/t20230315_217.html")
    assert [file.url for file in report.attachments] == [f"{folder}f.pdf"]
    if "b.gov.cn" not in folder:
        assert report.continues == f"{folder}t20230315_217_1.html"


@pytest.mark.parametrize(
    ("call", "cms"),
    [
        ('<script>createPageHTML(3, 0, "i", "html");</script>', "trs"),
        ("<script>createPageHTML('d', 3, 1, 'i', 'html', 9);</script>", "ucap"),
    ],
)
def test_a_base_counts_for_pages_that_a_script_names(call: str, cms: str) -> None:
    page = f'<base href="/x/"><a href="a.html">{TITLE}</a>{call}'
    found = discover(page.encode(), (), URL, cms=cms).next
    assert found is not None
    assert found.url.startswith("http://www.example.gov.cn/x/i_")


@pytest.mark.parametrize(
    ("encoding", "query"),
    [
        ("gbk", "%B1%A8%B8%E6"),
        ("gb18030", "%B1%A8%B8%E6"),
        ("utf-8", "%E6%8A%A5%E5%91%8A"),
        ("utf-16", "%E6%8A%A5%E5%91%8A"),
    ],
)
def test_the_query_of_a_link_is_written_in_the_encoding_of_its_page(encoding: str, query: str) -> None:
    page = f'<html><head><meta charset="{encoding}"></head><body><a href="/报?q=报告&amp;n=1">{TITLE}</a></body></html>'
    assert links(page.encode(encoding), "text/html") == [f"http://www.example.gov.cn/%E6%8A%A5?q={query}&n=1"]


@pytest.mark.parametrize(
    "link",
    [
        '<a href="javascript:window.open(\'/x.html\')">{}</a>',
        "<a href=\"JavaScript: open('/x.html', '_blank')\">{}</a>",
        "<a href=\"java\nscript:location.href='/x.html'\">{}</a>",
        "<a href=\"javascript:window.open(%27/x.html%27)\">{}</a>",
        "<a href=\"javascript:void(window.open('/x.html'))\">{}</a>",
        "<a href=\"javascript:void(0)\" onclick=\"window.open('/x.html')\">{}</a>",
        "<a href=\"javascript:;\" onclick=\"window.open(&quot;/x.html&quot;, &quot;_blank&quot;); return false;\">{}</a>",
        "<a href=\"#\" onclick=\"location.href='/x.html'\">{}</a>",
        "<a onclick=\"window.location.href = '../../x.html';\">{}</a>",
        "<li onclick=\"location='/x.html'\">{}<span>2023-03-15</span></li>",
        "<tr><td onclick=\"self.location.replace('/x.html')\">{}</td></tr>",
        "<div onclick='top.location.assign(\"\\/x.html\")'><p>{}</p></div>",
        '<map><area href="/x.html" title="{}"></map>',
        '<a href="/x.html"><img src="1.jpg" alt="{}"></a>',
    ],
)  # fmt: skip
def test_an_element_that_a_visitor_can_click_is_a_link(link: str) -> None:
    html = f"<html><body><table>{link.format(TITLE)}</table></body></html>"
    (found,) = discover(html.encode(), (), URL).links
    assert (found.url, found.title) == ("http://www.example.gov.cn/x.html", TITLE)


@pytest.mark.parametrize(
    "code",
    [
        "location.href='/x?id=' + id",
        "window.open(url)",
        "xhr.open('/x')",
        "if (location.href == '/x') stop()",
        "window.open('/x'); window.open('/y')",
        "mylocation='/x'",
        "window.open('/x" + "x" * 2000 + "')",
        "",
    ],
)
def test_an_address_that_a_script_composes_is_not_guessed(code: str) -> None:
    assert script_target(code) is None


def test_a_href_comes_before_the_onclick() -> None:
    assert links(f'<a href="/a.html" onclick="window.open(\'/b.html\')">{TITLE}</a>') == [
        "http://www.example.gov.cn/a.html"
    ]


def test_a_clickable_element_around_a_whole_list_is_no_entry() -> None:
    entries = "".join(f'<p><a href="/{n}.html">{TITLE}{n}</a></p>' for n in range(30))
    assert "http://www.example.gov.cn/" not in links(f"<div onclick=\"location.href='/'\">{entries}</div>")


@pytest.mark.parametrize(
    "href", ["javascript:window.open('javascript:1')", "javascript:window.open('mailto:a@b.cn')"]
)
def test_a_script_that_leads_nowhere_is_no_link(href: str) -> None:
    assert links(f'<a href="{href}">{TITLE}</a>') == []
