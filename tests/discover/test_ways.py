"""Ways in beside list pages: sitemaps and searches; titles cut for display."""

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


def test_a_sitemap_cut_in_the_middle_gives_what_it_has() -> None:
    packed = gzip.compress(SITEMAP.encode())
    assert discover(SITEMAP.encode()[:-60], (), f"{BASE}/sitemap.xml").links
    assert discover(packed[:20], (), f"{BASE}/sitemap.xml").links == ()


@pytest.mark.parametrize(
    ("template", "number", "url"),
    [
        ("http://a.gov.cn/so?q=法治&p={page}", 2, "http://a.gov.cn/so?q=%E6%B3%95%E6%B2%BB&p=2"),
        ("http://a.gov.cn/so?p={page0}", 1, "http://a.gov.cn/so?p=0"),
        ("http://a.gov.cn/so?q=x", 1, "http://a.gov.cn/so?q=x"),
        ("http://a.gov.cn/so?q=x", 2, None),
    ],
)
def test_a_search_has_its_number_where_the_entry_says(template: str, number: int, url: str | None) -> None:
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
def test_a_title_cut_for_display_is_looked_at_where_it_could_be_a_reports(title: str, maybe: bool) -> None:
    assert may_be_report(title) is maybe
