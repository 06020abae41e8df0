"""When a server may be asked again, with a clock that advances by sleeping only."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from crawler.fetch.figures import HostTallies
from crawler.fetch.limits import Limits
from crawler.fetch.pacing.polite import Polite
from crawler.fetch.session import Sessions
from crawler.model import ListRequest, Site
from tests.fetch.test_notices import capture

SITE = Site(id="example", name="某市人民政府", region="420100", delay=1.0)
ADDRESSES = {"a.gov.cn": ["59.1.1.1"], "b.gov.cn": ["59.1.1.2", "59.1.1.1"], "c.gov.cn": ["59.1.1.3"]}


class Server(httpx.AsyncBaseTransport):
    """Give the prepared answers, and record the time of each request."""

    def __init__(self) -> None:
        self.now = 0.0
        self.asked: list[tuple[str, float]] = []
        self.answers: list[tuple[int, float, dict[str, str]]] = []  # status, seconds it takes, headers
        self.busy = self.most_busy = 0
        self.fails: type[Exception] | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append((request.url.host, self.now))
        self.busy += 1
        self.most_busy = max(self.busy, self.most_busy)
        await asyncio.sleep(0)
        self.busy -= 1
        if self.fails:
            raise self.fails("no")
        status, took, headers = self.answers.pop(0) if self.answers else (200, 0.0, {})
        self.now += took
        page = capture("", status=status, **headers)
        return httpx.Response(status, extensions={"capture": page})

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def polite(server: Server) -> Polite:
    async def addresses(host: str, port: int) -> list[str]:
        return ADDRESSES[host]

    return Polite(
        server,
        addresses=addresses,
        tallies=HostTallies(),
        limits=Limits(),
        sleep=server.sleep,
        monotonic=lambda: server.now,
    )


Ask = Callable[..., Any]


@pytest.fixture
def ask(polite: Polite) -> Ask:
    async def ask(host: str = "a.gov.cn", site: Site = SITE) -> None:
        request = Sessions().request(ListRequest(url=f"http://{host}/"), site, None, {})
        await polite.handle_async_request(request)

    return ask


def gaps(server: Server) -> list[float]:
    times = [at for _, at in server.asked]
    return [later - earlier for earlier, later in itertools.pairwise(times)]


async def test_hosts_that_share_an_address_share_their_turns(server: Server, ask: Ask) -> None:
    for host in ("a.gov.cn", "b.gov.cn", "c.gov.cn", "a.gov.cn"):
        await ask(host)
    assert server.asked == [("a.gov.cn", 0.0), ("b.gov.cn", 1.0), ("c.gov.cn", 1.0), ("a.gov.cn", 2.0)]


@pytest.mark.parametrize("at_once", [1, 3])
async def test_so_many_requests_are_under_way_as_the_entry_says(
    server: Server, ask: Ask, at_once: int
) -> None:
    site = replace(SITE, at_once=at_once, delay=0.0)
    await asyncio.gather(*(ask(site=site) for _ in range(9)))
    assert (len(server.asked), server.most_busy) == (9, at_once)


async def test_a_server_that_is_busy_is_asked_less_often_and_then_as_before(server: Server, ask: Ask) -> None:
    server.answers = [(503, 0, {}), (429, 0, {}), (503, 0, {})] + [(200, 0, {})] * 12
    for _ in range(12):
        await ask()
    assert gaps(server)[:3] == [2, 4, 8]
    assert gaps(server)[3:6] == [4, 2, 1]
    assert gaps(server)[-1] == 1


async def test_the_gap_is_as_long_as_a_slow_answer_took(server: Server, ask: Ask) -> None:
    server.answers = [(200, 10, {}), (200, 0.1, {}), (200, 0.1, {})]
    for _ in range(4):
        await ask()
    assert gaps(server) == [10, 5, 2.5]


async def test_a_server_that_does_not_answer_is_asked_less_often(server: Server, ask: Ask) -> None:
    server.fails = httpx.ConnectTimeout
    for _ in range(8):
        with pytest.raises(httpx.ConnectTimeout):
            await ask()
    assert gaps(server) == [2, 4, 8, 16, 32, 60, 60]


async def test_a_retry_after_holds_back_every_request_to_the_server(server: Server, ask: Ask) -> None:
    server.answers = [(503, 0, {"Retry_After": "90"}), (200, 0, {}), (429, 0, {"Retry_After": "9000"})]
    for host in ("a.gov.cn", "b.gov.cn", "a.gov.cn", "b.gov.cn"):
        await ask(host)
    assert gaps(server) == [90, 1, 120]


async def test_what_was_waited_is_counted(server: Server, polite: Polite, ask: Ask) -> None:
    for _ in range(3):
        await ask()
    assert polite._tallies.of("a.gov.cn").waited == 2.0
