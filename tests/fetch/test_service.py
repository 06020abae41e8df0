"""One POST to a service: the guard and the limits of a crawl, and nothing that a crawl does besides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from crawler.archive.anchors.stamps import stamp_request
from crawler.errors import FetchError
from crawler.fetch.service import SERVICE_LIMITS, ServiceRequest, ask_service
from tests.site.timestamps import URL, TimestampServer

ASKED = ServiceRequest(
    url=URL, body=stamp_request(b"statement").data, content_type="application/timestamp-query"
)


@pytest.fixture
def server() -> Iterator[TimestampServer]:
    with TimestampServer() as server:
        server.change = lambda digest, nonce: (200, b"answer")
        yield server


async def test_the_body_arrives_as_it_is_and_robots_txt_is_not_asked_for(server: TimestampServer) -> None:
    assert await ask_service(ASKED, connect_to=server.connect_to) == b"answer"
    assert server.asked == [ASKED.body]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1/", "is not public; not connected"),
        ("http://[::1]/", "is not public; not connected"),
        ("http://169.254.169.254/latest/", "is not public; not connected"),
        ("http://8.8.8.8:25/", "belongs to another protocol; not connected"),
        ("http://user:secret@tsa.example/", "the address has a user name or password in it"),
        ("ftp://tsa.example/", "not a valid http or https address"),
        ("file:///etc/passwd", "not a valid http or https address"),
        ("tsa.example", "not a valid http or https address"),
        ("", "not a valid http or https address"),
    ],
)
async def test_what_the_guard_refuses_is_not_asked(url: str, why: str) -> None:
    with pytest.raises(FetchError, match=why):
        await ask_service(replace(ASKED, url=url))


async def test_a_name_of_an_inner_server_is_refused(server: TimestampServer) -> None:
    async def inner(host: str, port: int) -> list[str]:
        return ["10.0.0.1"]

    with pytest.raises(FetchError, match=r"its address 10\.0\.0\.1 is not public; not connected"):
        await ask_service(ASKED, resolver=inner)


@pytest.mark.parametrize("status", [201, 204, 301, 302, 307, 400, 403, 404, 429, 500, 503])
async def test_only_200_is_an_answer(status: int, server: TimestampServer) -> None:
    server.change = lambda digest, nonce: (status, b"")
    with pytest.raises(FetchError, match=f"answers with status {status}, not 200"):
        await ask_service(ASKED, connect_to=server.connect_to)
    assert len(server.asked) == 1


async def test_an_answer_over_the_limit_is_refused(server: TimestampServer) -> None:
    server.change = lambda digest, nonce: (200, bytes(2000))
    with pytest.raises(FetchError, match="body over 1999 bytes"):
        await ask_service(ASKED, connect_to=server.connect_to, limits=replace(SERVICE_LIMITS, body=1999))
