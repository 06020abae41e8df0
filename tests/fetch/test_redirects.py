from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import FetchError, Refused
from crawler.fetch.answers.redirects import redirect_target
from crawler.model import Capture
from tests.fetch.test_notices import URL, capture, judged
from tests.site.faults.answers import report


def target_of(page: Capture) -> str | None:
    return redirect_target(page, page.body)


NEW = "http://www.example.gov.cn/new.html"


@pytest.mark.parametrize(
    "body",
    [
        '<meta http-equiv="refresh" content="0;url=/new.html">',
        "<META content='3; URL=\"/new.html\"' HTTP-EQUIV=Refresh>正在跳转",
        "<meta http-equiv=refresh content=0;url=../../new.html>",
        "<script>location.href='/new.html'</script>",
        '<script>window.top.location = "/new.html";</script>',
        "<script>document.location.replace('/new.html')</script>",
        "<script>window.onload=function(){location.assign('/new.html')}</script>",
        "<body onload=\"window.location.href='/new.html'\">请稍候</body>",
    ],
)
def test_a_page_that_only_sends_on_is_a_redirect(body: str) -> None:
    assert target_of(capture(body)) == NEW


@pytest.mark.parametrize(
    "body",
    [
        report("甲") + "<script>location.href='/new.html'</script>",
        '<meta http-equiv="refresh" content="300;url=/new.html">',
        '<meta http-equiv="refresh" content="0">',
        "<noscript><meta http-equiv=refresh content=0;url=/new.html></noscript>",
        "<!--[if lt IE 9]><script>location.href='/new.html'</script><![endif]-->",
        "<script>if(/Mobile/.test(navigator.userAgent)){location.href='/new.html'}</script>",
        "<script>location.href='/a.html';location.href='/b.html'</script>",
        "<script>location.href='/new.html'+location.search</script>",
        "<script>location.href='javascript:alert(1)'</script>",
        f"<script>location.href='{URL}'</script>",
        "<script>location.reload()</script>",
        "%PDF-1.7 <script>location.href='/new.html'</script>",
    ],
)
def test_pages_that_decide_wait_or_stay_are_no_redirect(body: str) -> None:
    assert target_of(capture(body)) is None


@pytest.mark.parametrize(
    ("value", "target"),
    [
        ("0; url=/new.html", NEW),
        ("1;URL='/new.html'", NEW),
        ("60; url=/new.html", None),
        ("soon", None),
        ("5", None),
    ],
)
def test_a_refresh_header_is_a_redirect_when_it_comes_soon(value: str, target: str | None) -> None:
    assert target_of(capture("<p>x</p>", Refresh=value)) == target


def test_a_page_may_send_to_itself_once_it_has_set_a_cookie() -> None:
    assert target_of(capture("<script>location.reload()</script>", Set_Cookie="a=1")) == URL


@pytest.mark.parametrize(
    "location", ["/报告.html".encode("gbk").decode("latin-1"), "\\new.html", "//a:b@c.gov.cn/"]
)
def test_a_location_is_taken_as_browsers_take_it(location: str) -> None:
    answer = capture("", status=302, Location=location)
    if "@" in location:
        with pytest.raises(Refused, match="password"):
            target_of(answer)
    else:
        assert target_of(answer) in (NEW, "http://www.example.gov.cn/%B1%A8%B8%E6.html")


_PIECES = st.sampled_from(
    ["<script>", "</script>", "<meta http-equiv=refresh content=", "0;url=", "location.href='", "'", "<a ", ">", "<!--", "&#x", "页面不存在",
     "\x00", "<title>", "location=location", "\ud800", "<body onload=\"", "http://[", "@", "%zz"]
)  # fmt: skip


@given(st.lists(_PIECES | st.text(max_size=10), max_size=20), st.sampled_from(["utf-8", "gb18030"]))
def test_no_page_however_broken_raises_anything_but_our_errors(pieces: list[str], encoding: str) -> None:
    page = capture("".join(pieces).encode(encoding, "surrogatepass" if encoding == "utf-8" else "replace"))
    try:
        target = target_of(page)
        judged(page)
    except FetchError:
        return
    assert target is None or target.startswith("http")


@given(st.text(max_size=60), st.sampled_from(["Location", "Refresh"]))
def test_no_header_however_broken_raises_anything_but_our_errors(value: str, name: str) -> None:
    header = value.encode("utf-8", "replace").decode("latin-1")
    with contextlib.suppress(FetchError):
        target_of(capture("", status=302 if name == "Location" else 200, **{name: header}))
