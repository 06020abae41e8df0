"""A server gets back the cookies that it set, byte for byte and within limits."""

from __future__ import annotations

import httpx
import pytest
import respx

from crawler.fetch.cookies import MAX_COOKIE_BYTES, MAX_COOKIES, MAX_JAR_BYTES, Jar, is_public_suffix
from tests.fetch.conftest import PAGE, Harness, a_site

GBK, UTF8 = "中国".encode("gbk"), "中国".encode()


def sent(*set_cookies: bytes, url: str = PAGE, to: str = PAGE) -> bytes | None:
    """Return the Cookie header of a request to `to` after an answer from `url`."""
    jar = Jar()
    headers = [(b"Set-Cookie", value) for value in set_cookies]
    jar.keep(httpx.Response(200, headers=headers, request=httpx.Request("GET", url)))
    return jar.header(httpx.URL(to))


@pytest.mark.parametrize(
    ("value", "back"),
    [
        (b"a=1; Path=/", b"a=1"),
        (b"a=" + GBK, b"a=" + GBK),
        (b"a=" + UTF8 + b"; Path=/", b"a=" + UTF8),
        (GBK + b"=1", GBK + b"=1"),
        (b"a=x\xa0", b"a=x\xa0"),
        (b"a=\x85x\xff", b"a=\x85x\xff"),
        (b'a="quo;ted"', b'a="quo'),
        (b"a", b"a"),
        (b"a=1; Domain=.example.gov.cn", b"a=1"),
        (b"a=1; Domain=", b"a=1"),
        (b"a=1; Expires=Wed, 99 Foo 2099 99:99:99 GMT", b"a=1"),
        (b"a=1; Max-Age=abc", b"a=1"),
        (b"a=1; Max-Age=99999999999999999999", b"a=1"),
        (b"a=1; Max-Age=-5", None),
        (b"a=1; Max-Age=0; Expires=Thu, 01 Jan 2099 00:00:00 GMT", None),
        (b"a=1; Max-Age=9; Expires=Thu, 01 Jan 1970 00:00:00 GMT", b"a=1"),
        (b"a=1; Expires=Thu, 01-Jan-1970 00:00:01 GMT", None),
        (b"a=1; Expires=Thursday, 01-Jan-70 00:00:01 GMT", None),
        (b"a=1; Expires=Thu Jan  1 00:00:01 1970", None),
        (b"a=1; Expires=0", b"a=1"),
        (b"a=1; Expires=" + GBK, b"a=1"),
        (b"a=1; Expires=Fri, 31 Dec 9999 23:59:59 GMT", b"a=1"),
        (b"a=1; Expires=Fri, 31 Dec 99999 23:59:59 +9999999999", b"a=1"),
        (b"a=1; Path=/a.html", b"a=1"),
        (b"a=1; Path=/a", None),
        (b"a=1; Path=odd", b"a=1"),
        (b"a=m, n=b", b"a=m, n=b"),
        (b"=v", b"v"),
        (b"a=1; Domain=" + GBK, None),
        (b"a=1; Max-Age=0", None),
        (b"a=1; Path=/" + GBK, None),
        (b"a=1; Secure", None),
        (b"a=\x01\x02", None),
        (b"a=1\x7f", None),
        (b"a=1; Domain=www.other.gov.cn", None),
        (b"a=" + b"x" * MAX_COOKIE_BYTES, None),
        (b"a=" + b"x" * (MAX_COOKIE_BYTES - 2), b"a=" + b"x" * (MAX_COOKIE_BYTES - 2)),
    ],
)
def test_a_cookie_goes_back_as_it_came_or_not_at_all(value: bytes, back: bytes | None) -> None:
    assert sent(value) == back


@pytest.mark.parametrize(
    "value",
    [b"bad=\x01", b"bad=" + b"x" * 9000, b"bad=1; Domain=.cn", b"bad=1; Domain=gov.cn", b"", b"=", b";;"],
)
def test_a_cookie_that_is_dropped_takes_no_other_with_it(value: bytes) -> None:
    assert (sent(b"a=1", value, b"b=2") or b"").split(b"; ")[:2] == [b"a=1", b"b=2"]


@pytest.mark.parametrize(
    ("url", "domain", "elsewhere"),
    [
        ("http://www.wuhan.gov.cn/", "gov.cn", "http://www.xuchang.gov.cn/"),
        ("http://www.wuhan.gov.cn/", ".gov.cn", "http://www.xuchang.gov.cn/"),
        ("http://www.wuhan.gov.cn/", ".GOV.CN", "http://www.xuchang.gov.cn/"),
        ("http://www.x.hb.cn/", "hb.cn", "http://www.y.hb.cn/"),
        ("http://www.x.org.cn/", "org.cn", "http://www.y.org.cn/"),
        ("http://www.x.gov.hk/", "gov.hk", "http://www.y.gov.hk/"),
        ("http://www.x.公司.cn/", "xn--55qx5d.cn", "http://www.y.公司.cn/"),
        ("http://a.com/", "com", "http://b.com/"),
        ("http://gov.cn/", "gov.cn", "http://www.wuhan.gov.cn/"),
    ],
)
def test_a_cookie_for_a_public_suffix_goes_to_nobody_else(url: str, domain: str, elsewhere: str) -> None:
    assert sent(f"a=1; Domain={domain}".encode(), url=url, to=elsewhere) is None


def test_a_host_that_is_a_public_suffix_has_cookies_of_its_own() -> None:
    assert sent(b"a=1; Domain=gov.cn", url="http://gov.cn/", to="http://gov.cn/b") == b"a=1"


def test_hosts_of_one_government_share_cookies() -> None:
    assert not is_public_suffix("wuhan.gov.cn")
    cookie = b"a=1; Domain=wuhan.gov.cn"
    assert sent(cookie, url="http://www.wuhan.gov.cn/", to="http://sfj.wuhan.gov.cn/") == b"a=1"


def test_what_is_set_last_counts_and_longer_paths_come_first() -> None:
    cookies = (b"a=1; Path=/", b"b=2; Path=/news/", b"a=3; Path=/", b"c=4; Path=/; Max-Age=0")
    assert sent(*cookies, to="http://www.example.gov.cn/news/a.html") == b"b=2; a=3"
    assert sent(*cookies, to="http://www.example.gov.cn/newsletter") == b"a=3"


def test_an_address_has_no_hosts_below_it() -> None:
    assert sent(b"a=1; Domain=0.1", url="http://203.0.0.1/", to="http://203.0.0.1/") is None
    assert sent(b"a=1", url="http://203.0.0.1/", to="http://203.0.0.1/") == b"a=1"


def test_a_cookie_lasts_as_long_as_it_says() -> None:
    now = [1_000_000.0]
    jar = Jar(clock=lambda: now[0])
    request = httpx.Request("GET", PAGE)
    jar.keep(httpx.Response(200, headers=[("Set-Cookie", "a=1; Max-Age=60")], request=request))
    assert jar.header(request.url) == b"a=1"
    now[0] += 60
    assert jar.header(request.url) is None


def test_of_too_many_cookies_the_newest_stay() -> None:
    jar = Jar()
    for number in range(3 * MAX_COOKIES):
        request = httpx.Request("GET", PAGE)
        headers = [("Set-Cookie", f"c{number}=1"), ("Set-Cookie", "always=1")]
        jar.keep(httpx.Response(200, headers=headers, request=request))
    names = {pair.partition(b"=")[0] for pair in (jar.header(httpx.URL(PAGE)) or b"").split(b"; ")}
    newest = range(3 * MAX_COOKIES - (MAX_COOKIES - 1), 3 * MAX_COOKIES)
    assert names == {b"always", *(f"c{number}".encode() for number in newest)}


def test_all_cookies_together_are_no_longer_than_a_head_may_be() -> None:
    header = sent(*(b"c%d=%b" % (number, b"x" * 1000) for number in range(40))) or b""
    assert MAX_JAR_BYTES - 1100 < len(header) <= MAX_JAR_BYTES
    assert b"c39=" in header
    assert b"c0=" not in header


async def test_raw_bytes_of_a_cookie_reach_the_server_and_the_record(
    harness: Harness, web: respx.Router
) -> None:
    site = a_site()
    page = web.get(PAGE).mock(httpx.Response(200, headers=[(b"Set-Cookie", b"a=" + GBK)]))
    for _ in range(2):
        await harness.fetcher.get(PAGE, site=site)
    assert (b"Cookie", b"a=" + GBK) in page.calls.last.request.headers.raw
    assert ("Cookie", "a=" + GBK.decode("latin-1")) in harness.captures[-1].request_headers
