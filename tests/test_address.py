from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.address import canonical, family, has_credentials, host_port, join, normal

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


SEEN_BUSTERS = [
    "t=1700000000000", "_=1700000000", "v=1700000000001", "r=0.8372615", "rand=83726154", "random=.12345678901",
    "time=1700000000", "timestamp=1700000000123", "_t=1700000000000", "ts=1700000000.123", "T=1700000000000",
    "t=20230315102233", "v=20230315102233123", "time=2023-03-15%2010:22:33", "time=2023-03-15T02:22:33Z",
    "t=Wed%20Mar%2015%202023%2010:22:33%20GMT+0800%20(%D6%D0)", "t=Wed,+15+Mar+2023+02:22:33+GMT",
    "rnd=5e-7", "random=8.372615e-7", "r=8372615409218370", "_=83726154", "nocache=k3j9x2m1a", "cb=3f2a9c10-77be-4d1c-9b1e",
    "t=638145013530000000", "1700000000000", "0.8372615", "0.8372615=", "t=1700000000000&_=1700000000001",
]  # fmt: skip


@pytest.mark.parametrize("name", ["nowTime", "curtime", "datetime", "sysTime", "tstamp"])
def test_further_names_of_a_clock_are_cache_busters_where_they_show_one(name: str) -> None:
    page = "http://a.gov.cn/b.html"
    assert canonical(f"{page}?{name}=1679123456789") == canonical(page)
    assert canonical(f"{page}?{name}=5") != canonical(page)


def test_what_alone_is_asked_of_a_program_names_a_page() -> None:
    one, other = "http://a.gov.cn/show.aspx?r=20230315", "http://a.gov.cn/show.aspx?r=20240318"
    assert canonical(one) != canonical(other)
    assert family(one) == family(other)
    assert canonical("http://a.gov.cn/show.aspx?id=5&r=20230315") == canonical(
        "http://a.gov.cn/show.aspx?id=5"
    )


def test_any_parameter_that_shows_a_clock_may_vary_but_one_that_names_an_id() -> None:
    assert family("http://a.gov.cn/b.html?x=1679123456789") == family("http://a.gov.cn/b.html?x=0.83721")
    assert canonical("http://a.gov.cn/b.html?x=1679123456789") != canonical("http://a.gov.cn/b.html")
    assert family("http://a.gov.cn/b.html?newsId=1679123456789") != family("http://a.gov.cn/b.html")


@pytest.mark.parametrize("buster", SEEN_BUSTERS)
@pytest.mark.parametrize("page", ["http://a.gov.cn/b.html?{}", "http://a.gov.cn/s.jsp?id=7&{}"])
def test_a_cache_buster_that_shows_a_clock_or_chance_names_no_page(page: str, buster: str) -> None:
    assert canonical(page.format(buster)) == canonical(page.format("").rstrip("?&"))


@pytest.mark.parametrize(
    "name",
    [
        "v=1", "v=2.0", "t=3", "t=20230315", "r=12", "r=article/view", "time=2023-03-15", "time=2023", "v=20230315",
        "id=1700000000000", "id=0.8372615", "aid=83726154", "_=1", "random=7", "page=1700000000", "20230315", "2170174",
        "v=dQw4w9WgXcQ", "t=2170174", "cid=1700000000000", "ver=3", "date=20230315102233", "r=", "v", "articleid=1700000000000",
    ],
)  # fmt: skip
def test_a_parameter_that_may_name_a_page_does(name: str) -> None:
    assert canonical(f"http://a.gov.cn/b.html?{name}") != canonical("http://a.gov.cn/b.html")


@pytest.mark.parametrize(
    ("url", "other", "kin"),
    [
        ("http://a.cn/x?v=1", "https://a.cn/x?v=2", True),
        ("http://a.cn/x?id=3&r=1", "http://a.cn/x?id=3&r=abc", True),
        ("http://a.cn/x?id=3&r=1", "http://a.cn/x?id=4&r=1", False),
        ("http://a.cn/x?v=1", "http://a.cn/x", True),
        ("http://a.cn/x?v=1", "http://a.cn/y?v=1", False),
        ("urn:x?v=1", "urn:x?v=2", False),
    ],
)
def test_addresses_of_a_family_differ_in_what_may_be_a_cache_buster(url: str, other: str, kin: bool) -> None:
    assert (family(url) == family(other)) is kin


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://a.cn/s?q=%B1%A8%B8%E6", "http://a.cn/s?q=%B7%A8%D6%CE"),  # two words in GBK
        ("http://a.cn/s?q=%b1%a8", "http://a.cn/s?q=%E6%8A%A5"),
    ],
)
def test_a_query_that_is_no_utf_8_names_its_page_too(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)
    assert canonical(one) == canonical(one.lower()) == canonical(canonical(one))


@pytest.mark.parametrize(
    "url", ["urn:fazhi:import:000.txt", "http://a b.cn/x", "http://[/", "http://u:p@a.cn/", ""]
)
def test_what_is_no_web_address_is_its_own_identity_whatever_it_is(url: str) -> None:
    assert canonical(url) == url


def test_the_port_is_always_named() -> None:
    assert host_port("https://a.gov.cn/x") == "a.gov.cn:443"
    assert host_port("http://a.gov.cn:8080/x") == "a.gov.cn:8080"


@given(st.text())
def test_no_link_makes_joining_fall_over(href: str) -> None:
    url = join(BASE, href)
    assert url is None or canonical(canonical(url)) == canonical(url)


@pytest.mark.parametrize(
    ("href", "base", "url"),
    [
        ("%2e%2E/z/%2E./b.html", "http://a.cn/x/y/", "http://a.cn/x/b.html"),
        ("/a/%2e", "http://a.cn/", "http://a.cn/a/"),
        ("http:b.html", "http://a.cn/x/y.html", "http://a.cn/x/b.html"),
        ("http:/b.html", "http://a.cn/x/y.html", "http://a.cn/b.html"),
        ("http:b.cn/", "https://a.cn/x/", "http://b.cn/"),
        ("http:///b.cn/c", "http://a.cn/", "http://b.cn/c"),
        ("https:\\\\b.cn\\c", "http://a.cn/", "https://b.cn/c"),
        ("///b.cn/c", "http://a.cn/x/", "http://b.cn/c"),
        ("HTTP://B.CN:080/c", "http://a.cn/", "http://b.cn/c"),
        ("http://2130706433/", "http://a.cn/", "http://127.0.0.1/"),
        ("http://0x7f.1/", "http://a.cn/", "http://127.0.0.1/"),
        ("http://0177.0.0.01/", "http://a.cn/", "http://127.0.0.1/"),
        ("http://１２７.0.0.1/", "http://a.cn/", "http://127.0.0.1/"),
        ("http://[::FFFF:127.0.0.1]/", "http://a.cn/", "http://[::ffff:7f00:1]/"),
        ("http://b%2Ecn/", "http://a.cn/", "http://b.cn/"),
        ("http://ｂ。ｃｎ/", "http://a.cn/", "http://b.cn/"),
        ("http://B\u00ad.cn/", "http://a.cn/", "http://b.cn/"),
        ("ht\ntp://b.\tcn/c\r.html", "http://a.cn/", "http://b.cn/c.html"),
        ("\x00 \x1fb.html \x0b", "http://a.cn/x/", "http://a.cn/x/b.html"),
        ("b|c[1]^{2}`.html", "http://a.cn/", "http://a.cn/b|c[1]%5E%7B2%7D%60.html"),
        ("?a='b'\"c\"", "http://a.cn/x.html?y", "http://a.cn/x.html?a=%27b%27%22c%22"),
        ("b%zz%.html", "http://a.cn/", "http://a.cn/b%zz%.html"),
        ("b\ud800.html", "http://a.cn/", "http://a.cn/b%EF%BF%BD.html"),
        ("b\ud842\udfb7.html", "http://a.cn/", "http://a.cn/b%F0%A0%AE%B7.html"),
        ("//b.cn:/c", "https://a.cn/", "https://b.cn/c"),
        ("http://b.cn:80/c", "https://a.cn/", "http://b.cn/c"),
        ("https://b.cn:80/c", "https://a.cn/", "https://b.cn:80/c"),
        ("c?d", "http://a.cn", "http://a.cn/c?d"),
        ("c?", "http://a.cn/", "http://a.cn/c?"),
        ("http://a_b.cn/", "http://a.cn/", "http://a_b.cn/"),
    ],
)
def test_each_way_in_which_an_address_can_be_odd_is_resolved_as_the_standard_says(
    href: str, base: str, url: str
) -> None:
    assert join(base, href) == url


@pytest.mark.parametrize(
    "href",
    [
        "http://a b.cn/",
        "http://a<b.cn/",
        "http://a%00b.cn/",
        "http://a%2fb.cn/",
        "http://256.1.1.1/",
        "http://1.2.3.4.5/",
        "http://[::1/",
        "http://[1::2::3]/",
        "http://b.cn:65536/",
        "http://b.cn:8a/",
        "http://?x",
        "https://%/",
        "ftp://b.cn/",
        "file:///etc/passwd",
        "data:text/html,x",
        " \t#top",
        "x" * 40_000,
    ],
)
def test_what_browsers_refuse_and_what_is_no_web_address_leads_nowhere(href: str) -> None:
    assert join("http://a.cn/x/", href) is None


@pytest.mark.parametrize(
    "href", ["http://u:p@b.cn/", "//u@b.cn/", "http:/u:p@b.cn", "https:\\\\u@b.cn", "ht\ntp://u:p@b.cn/"]
)
def test_an_address_with_credentials_is_no_address(href: str) -> None:
    assert join("https://a.cn/x/", href) is None
    assert has_credentials(href, "https://a.cn/")
    assert not has_credentials("http://b.cn/x@y?z@w#u@v")


@pytest.mark.parametrize(
    ("href", "encoding", "url"),
    [
        ("报.html?q=报告&n=1#报", "gb18030", "http://a.cn/%E6%8A%A5.html?q=%B1%A8%B8%E6&n=1"),
        ("?q=报告", "utf-8", "http://a.cn/x?q=%E6%8A%A5%E5%91%8A"),
        ("?q=报告", "utf-16-le", "http://a.cn/x?q=%E6%8A%A5%E5%91%8A"),
        ("?q=報告", "big5hkscs", "http://a.cn/x?q=%B3%F8%A7i"),
        ("?q=%E6%8A%A5+a b", "gb18030", "http://a.cn/x?q=%E6%8A%A5+a%20b"),
        ("?q=☃é", "big5hkscs", "http://a.cn/x?q=%26%239731%3B%88m"),
        ("//政府.cn?q=报", "gb18030", "http://xn--mxtq1m.cn/?q=%B1%A8"),
        ("#?q=报", "gb18030", None),
    ],
)
def test_the_query_of_a_link_is_in_the_encoding_of_its_page(
    href: str, encoding: str, url: str | None
) -> None:
    assert join("http://a.cn/x", href, encoding=encoding) == url


@given(
    st.sampled_from((BASE, "https://A.gov.cn:8443/x/", "http://甲.cn/x/y", "ftp://a.gov.cn/x", "")),
    st.lists(
        st.sampled_from(
            (
                "http:",
                "//",
                "/",
                "\\",
                ".",
                "..",
                "%2e",
                "@",
                ":",
                ":80",
                "?",
                "#",
                "[",
                "]",
                "字",
                "%",
                "\n",
                " ",
                "a.cn",
            )
        )
    ).map("".join),
)
def test_what_is_joined_stands_in_its_normal_form(base: str, href: str) -> None:
    url = join(base, href)
    assert url is None or normal(url) == url
