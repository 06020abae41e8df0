"""The number of connections is bounded by the limit on file descriptors."""

from __future__ import annotations

import asyncio
import os
import resource

import httpx
import pytest

from crawler.fetch.connections import descriptors
from crawler.fetch.connections.descriptors import (
    MAX_CONNECTIONS,
    MIN_CONNECTIONS,
    RESERVED_DESCRIPTORS,
    max_connections,
)
from crawler.fetch.connections.guard import GuardedBackend
from crawler.fetch.connections.network import Network
from tests.fetch.test_streams import ANSWER, server


@pytest.mark.parametrize(
    ("limit", "already_open", "most"),
    [
        (resource.RLIM_INFINITY, 20, MAX_CONNECTIONS),
        (1_048_576, 20, MAX_CONNECTIONS),
        (1024, 20, MAX_CONNECTIONS),
        (1024, 900, 1024 - 900 - RESERVED_DESCRIPTORS),
        (256, 20, 256 - 20 - RESERVED_DESCRIPTORS),
        (64, 20, MIN_CONNECTIONS),
        (10, 20, MIN_CONNECTIONS),
    ],
)
def test_there_are_as_many_connections_as_descriptors_are_left_for(
    monkeypatch: pytest.MonkeyPatch, limit: int, already_open: int, most: int
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (limit, resource.RLIM_INFINITY))
    monkeypatch.setattr(descriptors, "_open_now", lambda: already_open)
    assert max_connections() == most


def test_what_is_open_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (200, 200))
    before = max_connections()
    files = [os.open(os.devnull, os.O_RDONLY) for _ in range(10)]
    try:
        assert max_connections() == before - 10
    finally:
        for file in files:
            os.close(file)


@pytest.mark.parametrize("most", [1, 3])
async def test_no_more_connections_are_open_than_may_be(most: int) -> None:
    """Ask 12 servers twice each: idle connections are closed to make room, and requests wait for a free one."""
    now_open = highest = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal now_open, highest
        now_open += 1
        highest = max(highest, now_open)
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(ANSWER)
        finally:
            now_open -= 1

    async with server(serve) as port:
        hosts = [f"h{number}.gov.cn" for number in range(12)]
        backend = GuardedBackend(connect_to={f"{host}:{port}": ("127.0.0.1", port) for host in hosts})
        network = Network(backend, max_open=most)

        async def ask(host: str) -> bytes:
            response = await network.handle_async_request(httpx.Request("GET", f"http://{host}:{port}/"))
            try:
                return await response.aread()
            finally:
                await response.aclose()

        answers = await asyncio.gather(*(ask(host) for host in hosts * 2))
        await network.aclose()
    assert answers == [b"ok"] * 24
    assert highest <= most + 1  # the server notices a closed connection later than the client


async def test_a_request_that_fails_gives_its_place_back() -> None:
    async with server(lambda *_: asyncio.sleep(0)) as port:
        pass
    network = Network(GuardedBackend(connect_to={f"a.gov.cn:{port}": ("127.0.0.1", port)}), max_open=1)
    for _ in range(3):
        with pytest.raises(httpx.ConnectError):
            await network.handle_async_request(httpx.Request("GET", f"http://a.gov.cn:{port}/"))
    await network.aclose()


async def test_more_servers_than_pools_are_kept_can_wait_for_a_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A request that waits has its pool when its turn comes, though idle pools were closed meanwhile."""
    monkeypatch.setattr("crawler.fetch.connections.network._MAX_POOLS", 2)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(ANSWER)

    async with server(serve) as port:
        hosts = {f"s{i}.gov.cn:{port}": ("127.0.0.1", port) for i in range(12)}
        network = Network(GuardedBackend(connect_to=hosts), max_open=1)
        async with httpx.AsyncClient(transport=network, trust_env=False) as client:
            answers = await asyncio.gather(*(client.get(f"http://{name}/") for name in hosts))
    assert [each.status_code for each in answers] == [200] * 12
