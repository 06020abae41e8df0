from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.address import _resolved, canonical, host_port, join

BASE = "http://www.example.gov.cn/zwgk/fzzfj/index.html"


@pytest.mark.parametrize(
    ("href", "url"),
    [
        (
            "./202303/t20230315_2170174.shtml",
            "http://www.example.gov.cn/zwgk/fzzfj/202303/t20230315_2170174.shtml",
        ),
        ("../../a.html", "http://www.example.gov.cn/a.html"),
        ("../../../../a.html", "http://www.example.gov.cn/a.html"),
        ("//b.gov.cn", "http://b.gov.cn/"),
        (" \n/a b.html\t", "http://www.example.gov.cn/a%20b.html"),
        ("\\info\\1.htm", "http://www.example.gov.cn/info/1.htm"),
        ("报告.html#top", "http://www.example.gov.cn/zwgk/fzzfj/%E6%8A%A5%E5%91%8A.html"),
        ("/a?x=1&y=2", "http://www.example.gov.cn/a?x=1&y=2"),
        ("http://b.gov.cn:80/x", "http://b.gov.cn/x"),
        ("http://政府.cn/x", "http://xn--mxtq1m.cn/x"),
    ],
)
def test_links_are_joined_as_browsers_do(href: str, url: str) -> None:
    assert join(BASE, href) == url


@pytest.mark.parametrize(
    "href", ["", "#", "javascript:void(0)", "mailto:a@b.cn", "http://", "http://x:port/", "tel:12345"]
)
def test_what_leads_nowhere_is_no_address(href: str) -> None:
    assert join(BASE, href) is None


@pytest.mark.parametrize(
    "twin",
    [
        "https://www.example.gov.cn/a/b.html",
        "HTTP://WWW.EXAMPLE.GOV.CN:80/a/b.html",
        "http://www.example.gov.cn/a/./c/../b.html",
        "http://www.example.gov.cn/a/b.html#content",
        "http://www.example.gov.cn/a/b.html;jsessionid=8A3F",
        "http://www.example.gov.cn/a/b.html?utm_source=weixin",
        "https://www.example.gov.cn:443/a/b.html?jsessionid=1",
        "http://www.example.gov.cn/a/b.html?sid=9F3C2A7710B84E55A1D2",
        "http://www.example.gov.cn/(S(lit3py55t21z5v55vlm25s55))/a/b.html",
        "http://www.example.gov.cn/a/b.html?from=timeline&isappinstalled=0&nsukey=zGb",
    ],
)
def test_twins_have_one_identity(twin: str) -> None:
    assert canonical(twin) == canonical("http://www.example.gov.cn/a/b.html")


@pytest.mark.parametrize(
    "other",
    [
        "http://www.example.gov.cn/a/b.html?id=2",
        "http://example.gov.cn/a/b.html",
        "http://www.example.gov.cn:8080/a/b.html",
        "http://www.example.gov.cn/a/b.html?sid=200025",
        "http://www.example.gov.cn/a/b.html?from=20",
    ],
)
def test_other_pages_have_another_identity(other: str) -> None:
    assert canonical(other) != canonical("http://www.example.gov.cn/a/b.html")


def test_what_is_no_web_address_is_its_own_identity() -> None:
    assert canonical("urn:fazhi:import:000.txt") == "urn:fazhi:import:000.txt"


def test_the_port_is_always_named() -> None:
    assert host_port("https://a.gov.cn/x") == "a.gov.cn:443"
    assert host_port("http://a.gov.cn:8080/x") == "a.gov.cn:8080"


@given(st.text())
def test_no_link_makes_joining_fall_over(href: str) -> None:
    url = join(BASE, href)
    assert url is None or canonical(canonical(url)) == canonical(url)


@given(
    st.sampled_from(
        (
            "http://a.gov.cn/x/y.html",
            "https://A.gov.cn:8443/x/",
            "http://a.gov.cn",
            "http://a.gov.cn/x//y/../z.htm?q=1/2",
            "http://甲.cn/x/y",
            "ftp://a.gov.cn/x",
            "",
        )
    ),
    st.lists(
        st.sampled_from(
            (
                "http://b.cn",
                ":80",
                ":443/",
                ":8080/",
                ":59999/",
                ":065/",
                "https:",
                "/",
                ".",
                "..",
                "../",
                "a",
                "b.html",
                "%41",
                "~",
                "?",
                "=1",
                "&",
                "#",
                ";",
                ":",
                " ",
                "字",
            )
        )
    ).map("".join),
)
def test_the_short_way_to_join_a_plain_link_leads_where_the_long_way_does(base: str, href: str) -> None:
    assert join(base, href) == _resolved(base, href)
