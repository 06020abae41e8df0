"""The stack of transports over a network mocked by respx. Real sockets: see test_faults and test_streams."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import httpx
import pytest
import respx

from crawler.errors import Challenged, FetchError, Gone, Refused, Unreachable
from crawler.model import ListRequest, Validators
from tests.conftest import Clock
from tests.fetch.conftest import HOST, PAGE, Harness, a_site


async def test_an_answer_is_recorded_as_it_came(harness: Harness, web: respx.Router, clock: Clock) -> None:
    title = "报告".encode("gbk")
    web.get(PAGE).mock(httpx.Response(200, headers=[(b"X-Title", title)], content=b"no gzip"))
    capture = await harness.fetcher.get(PAGE)
    assert (capture.status, capture.payload, capture.body, capture.fetched_at) == (
        200,
        b"no gzip",
        b"no gzip",
        clock(),
    )
    assert capture.header("x-title") == title.decode("latin-1")
    assert dict(capture.request_headers)["Accept-Encoding"] == "identity"
    assert [c.url for c in harness.captures] == [f"{HOST}/robots.txt", PAGE]


async def test_requests_to_one_host_keep_their_distance(harness: Harness, web: respx.Router) -> None:
    web.get(host="www.example.gov.cn").respond(200)
    web.get(host="other.gov.cn").respond(200)
    site = a_site(delay=2.0)
    await harness.fetcher.get(PAGE, site=site)
    await harness.fetcher.get("http://other.gov.cn/", site=site)
    harness.now += 1.5
    await harness.fetcher.get(f"{HOST}/b.html", site=site)
    # robots.txt counts as a request, so each page waits after it; hosts do not wait for each other
    assert harness.waits == [2, 2]
    await harness.fetcher.get(f"{HOST}/c.html", site=site)
    assert harness.waits == [2, 2, 2]


@pytest.mark.parametrize("status", [500, 502, 503, 429])
async def test_a_server_in_trouble_is_asked_three_times_and_every_answer_recorded(
    harness: Harness, web: respx.Router, status: int
) -> None:
    web.get(PAGE).respond(status)
    with pytest.raises(Unreachable, match=f"HTTP {status}"):
        await harness.fetcher.get(PAGE)
    assert [c.status for c in harness.captures if c.url == PAGE] == [status] * 3


async def test_a_server_that_recovers_gives_its_page(harness: Harness, web: respx.Router) -> None:
    web.get(PAGE).mock(
        side_effect=[httpx.ConnectError("no"), httpx.ReadTimeout("slow"), httpx.Response(200, text="ok")]
    )
    assert (await harness.fetcher.get(PAGE)).payload == b"ok"


async def test_each_attempt_that_fails_is_logged(
    harness: Harness, web: respx.Router, caplog: pytest.LogCaptureFixture
) -> None:
    answers = [httpx.ConnectError("no route"), httpx.Response(502), httpx.Response(200, text="ok")]
    web.get(PAGE).mock(side_effect=answers)
    with caplog.at_level("INFO", "crawler.fetch"):
        await harness.fetcher.get(PAGE)
    failed = [vars(record) for record in caplog.records if record.message == "failed attempt"]
    assert [(each["url"], each["kind"], each["reason"]) for each in failed] == [
        (PAGE, "connect", "cannot connect: no route"),
        (PAGE, "server", "HTTP 502 Bad Gateway"),
    ]


async def test_retry_after_is_heeded_in_both_forms(harness: Harness, web: respx.Router, clock: Clock) -> None:
    date = format_datetime(clock() + timedelta(seconds=45), usegmt=True)
    web.get(PAGE).mock(
        side_effect=[
            httpx.Response(503, headers={"Retry-After": "20"}),
            httpx.Response(429, headers={"Retry-After": date}),
            httpx.Response(200),
        ]
    )
    await harness.fetcher.get(PAGE)
    assert harness.waits == [20, 45]


@pytest.mark.parametrize(
    ("status", "error"),
    [(404, Gone), (410, Gone), (403, Refused), (401, Refused), (412, Challenged), (204 + 100, FetchError)],
)
async def test_a_clear_answer_is_not_asked_for_again(
    harness: Harness, web: respx.Router, status: int, error: type[FetchError]
) -> None:
    page = web.get(PAGE).respond(status)
    if status == 304:
        assert (await harness.fetcher.get(PAGE, Validators(etag='"1"'))).status == 304
        return
    with pytest.raises(error):
        await harness.fetcher.get(PAGE)
    assert page.call_count == 1


async def test_a_page_of_script_only_is_a_challenge(harness: Harness, web: respx.Router) -> None:
    web.get(PAGE).respond(
        202, html="<html><head><script>$_ts=window['$_ts'];</script></head><body></body></html>"
    )
    with pytest.raises(Challenged, match="a script to solve"):
        await harness.fetcher.get(PAGE)


async def test_a_page_that_says_it_is_gone_is_gone(harness: Harness, web: respx.Router) -> None:
    web.get(PAGE).respond(200, content="<html><body><h1>您访问的页面不存在</h1></body></html>".encode("gbk"))
    with pytest.raises(Gone, match="says that it does not exist"):
        await harness.fetcher.get(PAGE)


async def test_redirects_are_followed_and_every_hop_recorded(harness: Harness, web: respx.Router) -> None:
    web.get(PAGE).respond(302, headers={"Location": "/b.html"})
    web.get(f"{HOST}/b.html").respond(301, headers={"Location": "https://www.example.gov.cn/c.html"})
    web.get("https://www.example.gov.cn/c.html").respond(200, text="ok")
    capture = await harness.fetcher.get(PAGE)
    assert capture.url == "https://www.example.gov.cn/c.html"
    assert [hop.status for hop in capture.hops] == [302, 301]
    assert len(harness.captures) == 5  # with the robots.txt of both origins


async def test_a_location_in_gbk_bytes_is_followed_as_it_is(harness: Harness, web: respx.Router) -> None:
    web.get(PAGE).mock(httpx.Response(302, headers=[(b"Location", "/报告.html".encode("gbk"))]))
    target = web.get(url=f"{HOST}/%B1%A8%B8%E6.html").respond(200)
    await harness.fetcher.get(PAGE)
    assert target.called


async def test_redirects_in_a_circle_end(harness: Harness, web: respx.Router) -> None:
    web.get(PAGE).respond(302, headers={"Location": "/b.html"})
    web.get(f"{HOST}/b.html").respond(302, headers={"Location": "/a.html"})
    with pytest.raises(FetchError, match="in a circle"):
        await harness.fetcher.get(PAGE)


@pytest.mark.parametrize("target", ["ftp://b.gov.cn/", "javascript:alert(1)", "file:///etc/passwd"])
async def test_redirects_away_from_the_web_are_refused(
    harness: Harness, web: respx.Router, target: str
) -> None:
    web.get(PAGE).respond(302, headers={"Location": target})
    with pytest.raises(Refused, match="no http address"):
        await harness.fetcher.get(PAGE)


async def test_conditional_requests_carry_what_is_known(harness: Harness, web: respx.Router) -> None:
    page = web.get(PAGE).respond(304)
    capture = await harness.fetcher.get(
        PAGE, Validators(etag='"1"', last_modified="Wed, 25 Nov 2026 03:00:00 GMT")
    )
    assert capture.status == 304
    sent = page.calls.last.request.headers
    assert (sent["If-None-Match"], sent["If-Modified-Since"]) == ('"1"', "Wed, 25 Nov 2026 03:00:00 GMT")


async def test_a_condition_goes_along_from_http_to_https(harness: Harness, web: respx.Router) -> None:
    web.get(PAGE).respond(301, headers={"Location": "https://www.example.gov.cn/a.html"})
    page = web.get("https://www.example.gov.cn/a.html").respond(304)
    assert (await harness.fetcher.get(PAGE, Validators(etag='"1"'))).status == 304
    assert page.calls.last.request.headers["If-None-Match"] == '"1"'


async def test_a_condition_stays_with_its_own_page(harness: Harness, web: respx.Router) -> None:
    web.get(PAGE).respond(302, headers={"Location": "/b.html"})
    other = web.get(f"{HOST}/b.html").respond(200)
    await harness.fetcher.get(PAGE, Validators(etag='"1"'))
    assert "If-None-Match" not in other.calls.last.request.headers


async def test_a_304_that_nobody_asked_for_is_an_error(harness: Harness, web: respx.Router) -> None:
    web.get(PAGE).respond(304)
    with pytest.raises(FetchError, match="HTTP 304"):
        await harness.fetcher.get(PAGE)


async def test_cookies_stay_with_the_source_that_was_given_them(harness: Harness, web: respx.Router) -> None:
    page = web.get(PAGE).respond(200, headers=[("Set-Cookie", "seen=1; path=/"), ("Set-Cookie", "b=2")])
    one, other = a_site(id="one"), a_site(id="other")
    sent = []
    for site in (one, one, other):
        await harness.fetcher.get(PAGE, site=site)
        sent.append(page.calls.last.request.headers.get("Cookie"))
    assert sent == [None, "seen=1; b=2", None]
    assert ("Cookie", "seen=1; b=2") in harness.captures[-2].request_headers


async def test_each_attempt_of_a_redirected_page_starts_from_the_front(
    harness: Harness, web: respx.Router
) -> None:
    front = web.get(PAGE).respond(302, headers={"Location": "/b.html"})
    web.get(f"{HOST}/b.html").mock(side_effect=[httpx.Response(500), httpx.Response(200)])
    capture = await harness.fetcher.get(PAGE)
    assert (capture.status, len(capture.hops), front.call_count) == (200, 1, 2)


async def test_figures_count_what_each_host_was_asked(harness: Harness, web: respx.Router) -> None:
    web.get(PAGE).mock(
        side_effect=[httpx.Response(500, content=b"12345"), httpx.Response(200, content=b"123")]
    )
    web.get("http://other.gov.cn/").respond(403)
    await harness.fetcher.get(PAGE, site=a_site(delay=2.0))
    with pytest.raises(Refused):
        await harness.fetcher.get("http://other.gov.cn/")
    example, other = sorted(harness.fetcher.figures(), key=lambda figures: figures.host, reverse=True)
    assert (example.requests, example.bytes, example.retries, example.errors) == (3, 8, 1, (("server", 1),))
    assert example.waited >= 2.0
    assert (other.requests, other.retries, other.errors) == (2, 0, (("refused", 1),))


async def test_forms_are_posted(harness: Harness, web: respx.Router) -> None:
    page = web.post(PAGE).respond(200)
    await harness.fetcher.get(
        ListRequest(url=PAGE, method="POST", form=(("startrecord", "1"), ("path", "/")))
    )
    assert page.calls.last.request.content == b"startrecord=1&path=%2F"
    assert harness.captures[-1].request_body == b"startrecord=1&path=%2F"


async def test_a_json_body_is_posted_as_json(harness: Harness, web: respx.Router) -> None:
    page = web.post(PAGE).respond(200)
    body = '{"categorynum":"003001","名":"值"}'
    await harness.fetcher.get(ListRequest(url=PAGE, method="POST", json_body=body))
    sent = page.calls.last.request
    assert sent.content == body.encode()
    assert sent.headers.get_list("content-type") == ["application/json;charset=UTF-8"]
    assert harness.captures[-1].request_body == body.encode()


async def test_an_address_with_a_password_is_refused(harness: Harness, web: respx.Router) -> None:
    with pytest.raises(Refused, match="password"):
        await harness.fetcher.get("http://user:secret@www.example.gov.cn/")


@pytest.mark.parametrize(
    "url", ["ftp://a.gov.cn/", "http://", "http://[::1", "http://256.1.1.1/", "http://xn--n3h/"]
)
async def test_what_is_no_web_address_is_an_error_of_ours(
    harness: Harness, web: respx.Router, url: str
) -> None:
    with pytest.raises(FetchError):
        await harness.fetcher.get(url)


RAW = "报告".encode("gbk").decode("latin-1"), "报告".encode().decode("latin-1"), "\x85a\xa0"


@pytest.mark.parametrize("value", [f'"{RAW[0]}"', RAW[0], f'W/"{RAW[1]}"', RAW[2], '"a\tb"', "x" * 4096])
async def test_validators_go_back_byte_for_byte(harness: Harness, web: respx.Router, value: str) -> None:
    page = web.get(PAGE).respond(304)
    await harness.fetcher.get(PAGE, Validators(etag=value, last_modified=value))
    sent = page.calls.last.request.headers.raw
    assert {
        (b"If-None-Match", value.encode("latin-1")),
        (b"If-Modified-Since", value.encode("latin-1")),
    } <= set(sent)


@pytest.mark.parametrize("value", ["", "  ", "a\x00b", "a\r\nX: 1", "\x7f", "x" * 4097])
async def test_validators_that_cannot_be_sent_are_left_out(
    harness: Harness, web: respx.Router, value: str
) -> None:
    page = web.get(PAGE).respond(200)
    await harness.fetcher.get(PAGE, Validators(etag=value, last_modified='"1"'))
    assert "if-none-match" not in page.calls.last.request.headers
    assert page.calls.last.request.headers["if-modified-since"] == '"1"'


@pytest.mark.parametrize("raw", ["报告".encode("gbk"), "报告".encode()])
@pytest.mark.parametrize(
    ("name", "before"), [(b"Location", b"/"), (b"Refresh", b"0; url=/"), (b"refresh", b"0;URL='/")]
)
async def test_an_address_in_a_header_is_followed_in_its_own_bytes(
    harness: Harness, web: respx.Router, raw: bytes, name: bytes, before: bytes
) -> None:
    status = 302 if name == b"Location" else 200
    web.get(PAGE).mock(httpx.Response(status, headers=[(name, before + raw + b".html")]))
    web.get(url__startswith=f"{HOST}/%").respond(200)
    capture = await harness.fetcher.get(PAGE)
    assert capture.url.startswith(f"{HOST}/" + "".join(f"%{byte:02X}" for byte in raw))


@pytest.mark.parametrize(
    "url",
    [
        "http:\\\\www.example.gov.cn\\a.html",
        "HTTP://WWW.EXAMPLE.GOV.CN:80/x/%2e%2E/a.html#top",
        "http://www.example%2Egov.cn/a.html",
    ],
)
async def test_what_is_asked_for_is_the_one_form_of_an_address(
    harness: Harness, web: respx.Router, url: str
) -> None:
    web.get(PAGE).respond(200, html="<p>x</p>")
    assert (await harness.fetcher.get(url)).url == PAGE


@pytest.mark.parametrize(
    "url",
    [
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0177.1/",
        "http://１２７.0.0.1/",
        "http://[::ffff:7f00:1]/",
    ],
)
async def test_no_way_to_write_a_number_passes_the_guard(harness: Harness, url: str) -> None:
    with pytest.raises(Refused, match="not public"):
        await harness.fetcher.get(url)
