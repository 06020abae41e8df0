"""Fetch through real proxies on loopback. The resolver here knows no name: whoever looks one up fails."""

from __future__ import annotations

import asyncio
import gzip
import io
import logging
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
import trustme

from crawler.errors import FetchError, ProxyDown, ProxyFailed, ProxyGivenUp, Refused
from crawler.fetch import Fetcher, Limits
from crawler.fetch.connections.proxies import credentials_of, refuse_local
from crawler.fetch.reach import reach_of
from crawler.fetch.session import Subresource
from crawler.model import Capture, Proxy, Rendering
from crawler.warc import read_captures
from crawler.warc.write import WarcFile
from tests.fetch.conftest import a_site
from tests.fetch.test_render import FakeBrowser
from tests.site.proxies import LoopbackProxy
from tests.site.server import Answer, Request, Server

HOST = "www.example.gov.cn"
KINDS = ("http", "https", "socks5")
SECRET = "s3cret-Wort"
QUICK = Limits(connect=1.0, read=1.0)


@dataclass(frozen=True, slots=True)
class Loopback:
    """A site on loopback, over http and https, and the context of a proxy that speaks TLS."""

    hosts: dict[str, tuple[str, int]]
    requests: list[Request]
    answers: dict[str, Answer]  # by path; any other path gives the path itself
    proxy_context: ssl.SSLContext


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    requests: list[Request] = []
    answers: dict[str, Answer] = {}

    def respond(request: Request) -> Answer:
        requests.append(request)
        default = Answer(status=404 if request.path == "/robots.txt" else 200, body=request.path.encode())
        return answers.get(request.path, default)

    ca = trustme.CA()
    contexts = [ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) for _ in range(2)]
    ca.issue_cert(HOST).configure_cert(contexts[0])
    ca.issue_cert("127.0.0.1").configure_cert(contexts[1])
    file = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca.cert_pem.write_to_path(str(file))
    plain, tls = Server(respond), Server(respond, context=contexts[0])
    plain.start(), tls.start()
    hosts = {f"{HOST}:80": ("127.0.0.1", plain.port), f"{HOST}:443": ("127.0.0.1", tls.port)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(file))
        yield Loopback(hosts, requests, answers, contexts[1])
    plain.stop(), tls.stop()


@pytest.fixture
def site(servers: Loopback) -> Loopback:
    servers.requests.clear()
    servers.answers.clear()
    return servers


@pytest.fixture(autouse=True)
def no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FAZHI_PROXY_USER", "FAZHI_PROXY_PASSWORD"):
        monkeypatch.delenv(name, raising=False)


def a_proxy(site: Loopback, scheme: Any = "http", **facts: Any) -> LoopbackProxy:
    context = site.proxy_context if scheme == "https" else None
    return LoopbackProxy(scheme=scheme, context=context, hosts=site.hosts, **facts)


async def unknown(host: str, port: int) -> list[str]:
    if host == "gate.example.org":
        return ["127.0.0.1"]
    raise AssertionError(f"{host} was looked up")


async def at_once(_: float) -> None: ...


@asynccontextmanager
async def fetching(limits: Limits | None = None, **more: Any) -> AsyncIterator[tuple[Fetcher, list[Capture]]]:
    captures: list[Capture] = []
    fetcher = Fetcher(sink=captures.append, resolver=unknown, sleep=at_once, limits=limits, **more)
    async with fetcher:
        yield fetcher, captures


async def failure(proxy: Proxy, url: str = f"http://{HOST}/a", *, limits: Limits = QUICK) -> FetchError:
    async with fetching(limits) as (fetcher, captures):
        with pytest.raises(FetchError) as caught:
            await fetcher.get(url, site=a_site(proxy=proxy))
        assert captures == []  # a proxy's word is never recorded as the site's
    return caught.value


# -- what works ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("kind", KINDS)
async def test_pages_and_robots_txt_come_through_the_proxy(kind: str, scheme: str, site: Loopback) -> None:
    with a_proxy(site, kind) as proxy:
        async with fetching() as (fetcher, captures):
            for path in ("/a", "/b"):
                capture = await fetcher.get(f"{scheme}://{HOST}{path}", site=a_site(proxy=proxy.proxy))
                assert capture.payload == path.encode()
    assert [request.path for request in site.requests] == ["/robots.txt", "/a", "/b"]
    assert proxy.asked == [f"{HOST}:{443 if scheme == 'https' else 80}"]  # one connection for all
    assert {(capture.proxy, capture.ip) for capture in captures} == {(kind, None)}


@pytest.mark.parametrize("kind", KINDS)
async def test_credentials_come_from_the_environment_and_go_nowhere_but_to_the_proxy(
    kind: str, site: Loopback, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("FAZHI_PROXY_USER", "me")
    monkeypatch.setenv("FAZHI_PROXY_PASSWORD", SECRET)
    with a_proxy(site, kind, login=("me", SECRET)) as proxy:
        async with fetching() as (fetcher, captures):
            await fetcher.get(f"https://{HOST}/a", site=a_site(proxy=proxy.proxy))
    file = io.BytesIO()
    for capture in captures:
        WarcFile(file).capture(capture)
    said = gzip.decompress(file.getvalue()).decode() + caplog.text + repr(site.requests) + repr(captures)
    assert f"Fazhi-Proxy: {kind}\r\n" in said
    assert "WARC-IP-Address" not in said
    for word in (SECRET, "Proxy-Authorization", "proxy-authorization", str(proxy.port)):
        assert word not in said.replace(str(proxy.proxy), "") or word == str(proxy.port)


@pytest.mark.parametrize("kind", KINDS)
async def test_wrong_or_missing_credentials_name_the_variables_and_not_their_values(
    kind: str, site: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_proxy(site, kind, login=("me", "right")) as proxy:
        missing = await failure(proxy.proxy)
        monkeypatch.setenv("FAZHI_PROXY_USER", "me")
        monkeypatch.setenv("FAZHI_PROXY_PASSWORD", SECRET)
        wrong = await failure(proxy.proxy)
        assert proxy.connections == 2  # neither was tried again
    assert f"the proxy {proxy.proxy} asks for a user name and password" in missing.reason
    assert "set FAZHI_PROXY_USER and FAZHI_PROXY_PASSWORD" in missing.reason
    assert "refuses the user name and password of FAZHI_PROXY_USER and FAZHI_PROXY_PASSWORD" in wrong.reason
    assert SECRET not in str(wrong)
    assert isinstance(wrong, ProxyGivenUp)


def test_a_proxy_with_variables_of_its_own_gets_no_others() -> None:
    gate, other = (Proxy(scheme="http", host=host, port=1) for host in ("gate.example.org", "10.0.0.1"))
    environ = {
        "FAZHI_PROXY_USER": "all",
        "FAZHI_PROXY_PASSWORD": "a",
        "FAZHI_PROXY_USER_GATE_EXAMPLE_ORG": "one",
    }
    found = credentials_of(gate, environ), credentials_of(other, environ)
    assert [each and (each.user, each.password) for each in found] == [("one", ""), ("all", "a")]
    assert credentials_of(gate, environ | {"FAZHI_PROXY_USER_GATE_EXAMPLE_ORG": ""}) is None
    assert "all" not in repr(found)


@pytest.mark.parametrize(
    ("user", "scheme"), [("a\r\nX: y", "http"), ("u" * 256, "socks5"), ("a:b", "https"), ("汉" * 86, "http")]
)
def test_credentials_that_cannot_be_sent_are_refused_and_not_shown(user: str, scheme: Any) -> None:
    with pytest.raises(ProxyDown, match="FAZHI_PROXY_USER must") as caught:
        credentials_of(Proxy(scheme=scheme, host="10.0.0.1", port=1), {"FAZHI_PROXY_USER": user})
    assert user not in str(caught.value)


async def test_http_proxy_in_the_environment_is_ignored(
    site: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_proxy(site) as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, str(proxy.proxy))
        async with fetching(connect_to=site.hosts) as (fetcher, _):
            assert (await fetcher.get(f"https://{HOST}/a", site=a_site())).proxy is None
    assert proxy.connections == 0


async def test_a_proxy_may_be_at_a_private_address_and_its_own_name_is_looked_up(site: Loopback) -> None:
    with a_proxy(site, host="gate.example.org") as proxy:
        async with fetching() as (fetcher, _):
            assert (await fetcher.get(f"http://{HOST}/a", site=a_site(proxy=proxy.proxy))).status == 200


async def test_connect_to_says_where_the_proxy_connects_to(site: Loopback) -> None:
    with LoopbackProxy(hosts={"10.1.2.3:8080": site.hosts[f"{HOST}:80"]}) as proxy:
        async with fetching(connect_to={f"{HOST}:80": ("10.1.2.3", 8080)}) as (fetcher, _):
            await fetcher.get(f"http://{HOST}/a", site=a_site(proxy=proxy.proxy))
    assert proxy.asked == ["10.1.2.3:8080"]


async def test_a_connection_through_a_proxy_is_not_used_for_a_site_without_one(site: Loopback) -> None:
    with a_proxy(site) as proxy:
        async with fetching(connect_to=site.hosts) as (fetcher, captures):
            for through in (None, proxy.proxy, None):
                await fetcher.get(f"http://{HOST}/a", site=a_site(id=str(through), proxy=through))
    assert [capture.proxy for capture in captures if capture.url.endswith("/a")] == [None, "http", None]


async def test_the_log_says_once_that_addresses_are_not_checked(
    site: Loopback, caplog: pytest.LogCaptureFixture
) -> None:
    with a_proxy(site) as proxy:
        async with fetching() as (fetcher, _):
            for number, scheme in enumerate(("http", "https")):
                for headers in ("strict", "lenient"):
                    entry = a_site(id=f"{number}{headers}", proxy=proxy.proxy, headers=headers)
                    await fetcher.get(f"{scheme}://{HOST}/a", site=entry)
    said = [record.getMessage() for record in caplog.records if "not checked" in record.getMessage()]
    assert said == [
        f"the proxy {proxy.proxy} resolves the names of the sites behind it: their IP addresses are not checked,"
        " only names and ports are"
    ]


def test_the_warc_keeps_how_a_capture_came_and_reads_no_other_value(tmp_path: Any, clock: Any) -> None:
    from tests.conftest import a_capture

    path = tmp_path / "a.warc.gz"
    with path.open("wb") as file:
        warc = WarcFile(file)
        for kind in ("http", "https", "socks5", "http-forward", "socks4\r\nX: y", None):
            warc.capture(replace(a_capture(at=clock()), ip=None, proxy=kind))
    kinds = [capture.proxy for capture in read_captures(path)]
    assert kinds == ["http", "https", "socks5", "http-forward", None, None]


async def test_a_browser_draws_pages_that_came_through_the_proxy(site: Loopback) -> None:
    site.answers["/a"] = Answer(
        status=200, body=b"<html><script src=/x.js></script></html>", headers={"Content-Type": "text/html"}
    )
    browser = FakeBrowser(asks=[Subresource(kind="script", url=f"http://{HOST}/x.js")])
    with a_proxy(site, "socks5") as proxy:
        async with fetching(browser=browser) as (fetcher, captures):
            page = await fetcher.page(f"http://{HOST}/a", site=a_site(proxy=proxy.proxy, render=True))
    assert isinstance(page, Rendering)
    assert [capture.url.rpartition("/")[2] for capture in captures] == ["robots.txt", "a", "x.js"]
    assert {capture.proxy for capture in captures} == {"socks5"}


async def test_behind_a_proxy_the_delay_is_kept_by_name(site: Loopback) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(round(seconds, 1))

    with a_proxy(site) as proxy:
        async with Fetcher(sink=lambda _: None, resolver=unknown, sleep=sleep) as fetcher:
            for path in ("a", "b"):
                await fetcher.get(f"http://{HOST}/{path}", site=a_site(proxy=proxy.proxy, delay=60.0))
    assert len(waits) == 2  # robots.txt, a, b
    assert all(59.0 <= wait <= 60.0 for wait in waits)


# -- the guard ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    ["localhost", "a.localhost", "printer.local", "PRINTER.LOCAL.", "intranet", "a.home.arpa", "metadata.google.internal",
     "nas.lan", "127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1", "::ffff:127.0.0.1", "1.2.3", "a.0x7f", "a..gov.cn", "."],
)  # fmt: skip
def test_names_and_addresses_of_local_hosts_are_refused(host: str) -> None:
    with pytest.raises(Refused, match="not connected"):
        refuse_local(host, 80)


@pytest.mark.parametrize("host", ["www.gov.cn", "59.173.12.3", "2400:3200::1", "local.gov.cn", "a.cn."])
def test_public_names_and_addresses_pass(host: str) -> None:
    refuse_local(host, 443)
    with pytest.raises(Refused, match="another protocol"):
        refuse_local(host, 25)


@pytest.mark.parametrize(
    "target",
    ["http://localhost/", "http://127.1/", "http://[::1]/", "http://intranet/", f"http://{HOST}:25/"],
)
@pytest.mark.parametrize("kind", ["http", "socks5"])
async def test_no_redirect_leads_the_proxy_to_a_local_host(kind: str, target: str, site: Loopback) -> None:
    site.answers["/a"] = Answer(status=302, headers={"Location": target})
    with a_proxy(site, kind) as proxy:
        async with fetching() as (fetcher, _):
            with pytest.raises(Refused, match="not connected"):
                await fetcher.get(f"http://{HOST}/a", site=a_site(proxy=proxy.proxy))
    assert proxy.asked == [f"{HOST}:80"]


# -- failures -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "code", "what", "attempts"),
    [
        ("http", 403, "it answers 403 No", 1),
        ("http", 502, "it answers 502 No", 3),
        ("http", 504, "it answers 504 No", 3),
        ("http", 404, "it answers 404 No", 1),
        ("socks5", 1, "SOCKS reply 1, general failure", 3),
        ("socks5", 2, "does not allow a connection to www.example.gov.cn: SOCKS reply 2", 1),
        ("socks5", 4, "SOCKS reply 4, host unreachable", 3),
        ("socks5", 5, "SOCKS reply 5, connection refused", 3),
        ("socks5", 99, "SOCKS reply 99, unknown", 1),
    ],
)
async def test_a_proxy_that_does_not_connect_is_named_and_the_site_is_not_gone(
    kind: str, code: int, what: str, attempts: int, site: Loopback
) -> None:
    with a_proxy(site, kind, refuse=lambda _: code) as proxy:
        error = await failure(proxy.proxy, f"https://{HOST}/a")
    assert isinstance(error, ProxyFailed)
    assert error.ending.value == "failed"
    assert f"the proxy {proxy.proxy} " in error.reason
    assert what in error.reason
    assert proxy.asked == [f"{HOST}:443"] * attempts


Hostile = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def sends(data: bytes, *, forever: bool = False) -> Hostile:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(data)
        while forever:
            await asyncio.sleep(0.05)
            writer.write(data)
            await writer.drain()
        await reader.read(1000)

    return serve


OK = b"HTTP/1.1 200 OK\r\n\r\n"


@pytest.mark.parametrize(
    ("kind", "serve", "why"),
    [
        ("http", sends(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000), "answers with a head over 16384 bytes"),
        ("http", sends(b"HTTP/1.1 200 OK\r\nX: 1", forever=True), "has not connected to|head over"),
        ("http", sends(b"\x00\xff garbage\r\n\r\n"), "does not answer as an HTTP proxy does"),
        ("http", sends(b"HTTP/1.1 9999 OK\r\n\r\n"), "does not answer as an HTTP proxy does"),
        ("http", sends(OK + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfake"), "before it was asked for any"),
        ("http", sends(b"HTTP/1.1 102 Wait\r\n\r\n" * 9), "more than 5 interim answers"),
        ("http", sends(b"HTTP/1.1 502 \x1b[31m\x07\xe6\xb1\r\n\r\n"), r"it answers 502 \[31m$"),
        ("socks5", sends(b"HTTP/1.1 400 Bad\r\n\r\n"), "does not speak SOCKS5"),
        ("socks5", sends(b"\x05\x01"), "does not speak SOCKS5"),
        ("socks5", sends(b"\x05\x00\x04\x00\x00\x01"), "does not speak SOCKS5"),
        ("socks5", sends(b"\x05\x00\x05\x00\x00\x09"), "does not speak SOCKS5"),
        ("socks5", sends(b"\x05\x00\x05\x00\x00\x03\xff"), "closes the connection before"),
        ("https", sends(OK), "cannot be reached|fails at TLS"),
    ],
)  # fmt: skip
async def test_a_hostile_proxy_ends_as_an_error_that_names_it(kind: Any, serve: Hostile, why: str) -> None:
    with LoopbackProxy(scheme=kind, serve=serve) as proxy:
        error = await failure(proxy.proxy, f"https://{HOST}/a", limits=replace(QUICK, connect=0.3))
    assert str(proxy.proxy) in error.reason
    assert re.search(why, error.reason.split(" (tried")[0].split("; no site")[0]), error.reason


async def test_bytes_before_the_handshake_are_never_read_as_the_sites(site: Loopback) -> None:
    """A proxy puts an answer before the TLS handshake; without a check it would be read as that of the site."""

    async def inject(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(3)
        writer.write(b"\x05\x00")
        await reader.read(1000)
        writer.write(b"\x05\x00\x00\x01" + bytes(6) + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfake")
        await reader.read(1000)

    with LoopbackProxy(scheme="socks5", serve=inject) as proxy:
        error = await failure(proxy.proxy, f"https://{HOST}/a")
    assert "fake" not in error.reason


async def test_a_dead_proxy_is_given_up_once_for_all_sites_behind_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with LoopbackProxy() as closed:
        pass
    urls = [f"http://www{n}.example.gov.cn/" for n in range(40)]
    async with fetching(QUICK) as (fetcher, _):
        sites = [a_site(id=f"s{n}", proxy=closed.proxy) for n in range(40)]
        asked = [fetcher.get(url, site=entry) for url, entry in zip(urls, sites, strict=True)]
        errors = await asyncio.gather(*asked, return_exceptions=True)
        assert fetcher.given_up(sites[0]).startswith(f"the proxy {closed.proxy} cannot be reached")
        assert fetcher.given_up(a_site()) == ""
    assert {type(error) for error in errors} == {ProxyGivenUp}
    assert sum("no site behind it" in record.getMessage() for record in caplog.records) == 1


async def test_one_dead_site_does_not_end_the_use_of_a_proxy_and_many_do(site: Loopback) -> None:
    with a_proxy(site) as proxy:
        async with fetching() as (fetcher, _):
            for n in range(20):
                with pytest.raises(FetchError):
                    await fetcher.get(f"http://dead.example.gov.cn/{n}", site=a_site(proxy=proxy.proxy))
            assert (await fetcher.get(f"http://{HOST}/", site=a_site(proxy=proxy.proxy))).status == 200
            for n in range(15):
                with pytest.raises(FetchError):
                    await fetcher.get(f"http://d{n}.example.gov.cn/", site=a_site(proxy=proxy.proxy))
            assert "(the 15th host in a row)" in fetcher.given_up(a_site(proxy=proxy.proxy))


async def test_a_crawl_learns_before_it_begins_that_its_proxy_is_dead(site: Loopback) -> None:
    with a_proxy(site) as proxy:
        assert (await reach_of([(f"http://{HOST}/", proxy.proxy)], resolver=unknown)).any
        assert not (await reach_of([("http://dead.example.gov.cn/", proxy.proxy)], resolver=unknown)).any
    with a_proxy(site, forwards=True, refuse=no_plain) as forwarding:
        assert (await reach_of([(f"http://{HOST}/", forwarding.proxy)], resolver=unknown)).any
    reach = await reach_of([(f"http://{HOST}/{n}", proxy.proxy) for n in range(9)], resolver=unknown)
    assert len(reach.proxies) == 1
    assert f"the proxy {proxy.proxy} cannot be reached" in reach.proxies[0]


# -- http hosts to which a proxy makes no tunnel ------------------------------------------------------------


def no_plain(target: str) -> int:
    return 403 if target.endswith(":80") else 0


async def test_where_no_tunnel_is_made_for_http_the_page_itself_is_asked_for(
    site: Loopback, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("FAZHI_PROXY_USER", "me")
    monkeypatch.setenv("FAZHI_PROXY_PASSWORD", SECRET)
    with a_proxy(site, forwards=True, refuse=no_plain, login=("me", SECRET)) as proxy:
        async with fetching() as (fetcher, captures):
            for url in (f"http://{HOST}/a?b=1", f"http://{HOST}/b", f"https://{HOST}/c"):
                assert (await fetcher.get(url, site=a_site(proxy=proxy.proxy))).status == 200
    robots, a, b = (f"http://{HOST}{path}" for path in ("/robots.txt", "/a?b=1", "/b"))
    assert proxy.asked == [f"{HOST}:80", robots, a, b, f"{HOST}:443"]
    assert [capture.proxy for capture in captures] == ["http-forward"] * 3 + ["http"] * 2
    assert "authorization" not in repr(captures).lower()
    assert sum("makes no tunnels for http" in record.getMessage() for record in caplog.records) == 1


async def test_an_answer_of_the_proxy_itself_is_an_error_of_the_proxy(site: Loopback) -> None:
    with a_proxy(site, forwards=True, refuse=lambda target: 403 if ":80" in target else 0) as proxy:
        error = await failure(proxy.proxy, "http://dead.example.gov.cn/")
        assert (
            f"the proxy {proxy.proxy} does not fetch from dead.example.gov.cn: it answers 503" in error.reason
        )
    with a_proxy(site, forwards=True, refuse=lambda _: 403) as proxy:
        error = await failure(proxy.proxy)
        assert "does not connect to www.example.gov.cn:80: it answers 403" in error.reason


@pytest.mark.parametrize("target", ["http://localhost/", "http://127.1/"])
async def test_the_guard_stands_before_requests_in_absolute_form_too(target: str, site: Loopback) -> None:
    site.answers["/a"] = Answer(status=302, headers={"Location": target})
    with a_proxy(site, forwards=True, refuse=no_plain) as proxy:
        async with fetching() as (fetcher, _):
            with pytest.raises(Refused, match="not connected"):
                await fetcher.get(f"http://{HOST}/a", site=a_site(proxy=proxy.proxy))
    assert proxy.asked[-1] == f"http://{HOST}/a"
