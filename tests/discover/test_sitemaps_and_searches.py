"""Sitemaps and searches as lists, and titles that are cut for display."""

from __future__ import annotations

import gzip

import pytest

from crawler.discover import discover, may_be_report, search_page

BASE = "http://www.example.gov.cn"
SITEMAP = (
    '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    "<url><loc>http://www.example.gov.cn/a.html?x=1&amp;y=2</loc><lastmod>2023-03-15T10:00:00+08:00</lastmod></url>"
    "<url><loc><![CDATA[ http://www.example.gov.cn/b.html ]]></loc></url></urlset>"
)


@pytest.mark.parametrize("packed", [False, True])
def test_a_sitemap_is_a_list_without_titles(packed: bool) -> None:
    body = gzip.compress(SITEMAP.encode()) if packed else SITEMAP.encode()
    links = discover(body, (), f"{BASE}/sitemap.xml").links
    assert [(link.url, link.title, link.date) for link in links] == [
        (f"{BASE}/a.html?x=1&y=2", "", "2023-03-15"),
        (f"{BASE}/b.html", "", None),
    ]


def test_an_index_of_sitemaps_names_further_ones() -> None:
    index = "<sm:sitemapindex><sm:sitemap><sm:loc>/s1.xml.gz</sm:loc></sm:sitemap></sm:sitemapindex>"
    (other,) = discover(index.encode(), (), f"{BASE}/sitemap.xml").others
    assert other.url == f"{BASE}/s1.xml.gz"


def test_robots_txt_names_sitemaps() -> None:
    robots = "User-agent: *\nDisallow: /x\nsitemap: http://www.example.gov.cn/s.xml\nSitemap:/t.xml\n"
    others = discover(robots.encode(), (), f"{BASE}/robots.txt").others
    assert [other.url for other in others] == [f"{BASE}/s.xml", f"{BASE}/t.xml"]


ADDRESSES = [f"{BASE}/a.html?x=1&y=2", f"{BASE}/b.html"]
TEXT = "\r\n".join(ADDRESSES)


@pytest.mark.parametrize(
    "body",
    [
        SITEMAP.encode("utf-16"),
        SITEMAP.encode("utf-16-be"),
        SITEMAP.encode("utf-16-le"),
        b"\xfe\xff" + SITEMAP.replace("</loc>", "</loc><title>报告</title>").encode("utf-16-be"),
        SITEMAP.replace("?>", ' encoding="gb2312"?><!-- 报告 <url><loc>/c.html</loc></url> -->').encode("gbk"),
        SITEMAP.encode("utf-8-sig"),
        b"\n\n " + SITEMAP.encode(),
        TEXT.encode(),
        TEXT.encode("utf-8-sig") + b"\n",
        TEXT.encode("utf-16"),
        ("# pages\n\n" + TEXT + "\n").encode(),
        gzip.compress(TEXT.encode()),
        gzip.compress(SITEMAP.encode()[:150]) + gzip.compress(SITEMAP.encode()[150:]),
        gzip.compress(SITEMAP.encode()[:150]) + gzip.compress(b"") + gzip.compress(SITEMAP.encode()[150:]) + bytes(512),
        gzip.compress(SITEMAP.encode()) + b"trailing",
        SITEMAP.replace("url", "URL").replace("loc>", "Loc>").encode(),
        SITEMAP.replace("</urlset>", "</urlset >\n<!-- made by -->").encode(),
        SITEMAP.replace("&amp;", "&").encode(),
    ],
)  # fmt: skip
@pytest.mark.parametrize("as_sitemap", [True, False])
def test_a_sitemap_is_read_in_every_encoding_and_packing(body: bytes, as_sitemap: bool) -> None:
    found = discover(body, (), f"{BASE}/sitemap.xml", sitemap=as_sitemap)
    assert ([link.url for link in found.links], found.fault, found.cms) == (ADDRESSES, "", "sitemap")


@pytest.mark.parametrize(
    ("body", "fault", "links"),
    [
        (SITEMAP.encode()[:-9], "the sitemap is cut off: its <urlset> has no end", 2),
        (SITEMAP.encode()[:-60], "the sitemap is cut off: its <urlset> has no end", 1),
        (SITEMAP.encode("utf-16")[:-60], "the sitemap is cut off: its <urlset> has no end", 1),
        (b"<sitemapindex><sitemap><loc>/s.xml</loc>", "the sitemap is cut off: its <sitemapindex> has no end", 0),
        (gzip.compress(SITEMAP.encode())[:-9], "the sitemap is not whole: its gzip stream has no end", 2),
        (gzip.compress(SITEMAP.encode())[:20], "the sitemap is not whole: its gzip stream has no end", 0),
        (gzip.compress(SITEMAP.encode()) + gzip.compress(b"x" * 99)[:15], "the sitemap is not whole: its gzip stream has no end", 2),
        (gzip.compress(SITEMAP.encode())[:-8] + bytes(8), "the sitemap is not whole: its gzip stream is damaged", 0),
        (b"<!DOCTYPE html><html><body><a href=/a.html>x</a></body></html>", "found an HTML page", 0),
        (b"<html><head><title>\xcd\xf8\xd5\xbe</title></head></html>", "found an HTML page", 0),
        (b"<rss><channel></channel></rss>", "expected a sitemap, found '<rss>", 0),
        (b'{"code": 404}', "expected a sitemap, found '{\"code\"", 0),
        (b"<urlset><url><link>/a</link></url></urlset>", "none of the sitemap's 1 entries has an address", 0),
        (b"  ", "expected a sitemap, found nothing", 0),
        (b"", "found no bytes at all", 0),
    ],
)  # fmt: skip
def test_a_broken_sitemap_has_a_fault_and_gives_the_links_it_has(body: bytes, fault: str, links: int) -> None:
    found = discover(body, (), f"{BASE}/sitemap.xml", sitemap=True)
    assert fault in found.fault
    assert len(found.links) == links


def test_an_empty_sitemap_is_a_whole_one() -> None:
    for body in (b"<urlset></urlset>", b'<?xml version="1.0"?><urlset xmlns="x" />'):
        assert discover(body, (), f"{BASE}/sitemap.xml", sitemap=True).fault == ""


def test_a_robots_txt_that_names_no_sitemap_is_a_fault() -> None:
    found = discover(b"User-agent: *\n", (), f"{BASE}/robots.txt", sitemap=True)
    assert found.fault == "it names no sitemap"


@pytest.mark.parametrize(
    "piece", ["<url>", "<url", "<loc>", "<!--", "<url><loc>", "</url>", "<url><loc>x</loc>", "<a:"]
)
def test_a_sitemap_made_to_take_long_is_read_in_one_pass(piece: str) -> None:
    """Quadratic time over these two million characters would take hours."""
    body = ("<urlset>" + piece * (2_000_000 // len(piece))).encode()
    assert discover(body, (), f"{BASE}/sitemap.xml", sitemap=True).fault


@pytest.mark.parametrize(
    ("template", "number", "url"),
    [
        ("http://a.gov.cn/so?q=法治&p={page}", 2, "http://a.gov.cn/so?q=%E6%B3%95%E6%B2%BB&p=2"),
        ("http://a.gov.cn/so?p={page0}", 1, "http://a.gov.cn/so?p=0"),
        ("http://a.gov.cn/so?q=x", 1, "http://a.gov.cn/so?q=x"),
        ("http://a.gov.cn/so?q=x", 2, None),
    ],
)
def test_a_search_page_has_its_number_at_the_place_in_the_template(
    template: str, number: int, url: str | None
) -> None:
    found = search_page(template, number)
    assert (found.url if found else None) == url


@pytest.mark.parametrize(
    ("title", "maybe"),
    [
        ("武汉市人民政府关于2022年度推进法治政…", True),
        ("武汉市人民政府关于2022年度推进…", True),
        ("黄石港区2022年度...", True),
        ("2023年法治政府建设工作要点…", False),
        ("关于召开2022年度法治政府建…", False),
        ("武汉市召开防汛抗旱工作…", False),
        ("…", False),
    ],
)
def test_a_cut_title_may_be_a_reports(title: str, maybe: bool) -> None:
    assert may_be_report(title) is maybe
