"""Streams and connection pools over real sockets on loopback."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpcore
import httpx
import pytest

from crawler.fetch.connections.guard import GuardedBackend
from crawler.fetch.connections.network import Network
from crawler.fetch.connections.streams import Stream, connect

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@asynccontextmanager
async def server(serve: Serve) -> AsyncIterator[int]:
    """Yield the port of a server that serves each connection with the given function, then closes it."""

    served: set[asyncio.Task[None] | None] = set()

    async def whole(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.add(asyncio.current_task())
        try:
            await serve(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):  # the other side has left
            pass
        finally:
            writer.close()

    async with await asyncio.start_server(whole, "127.0.0.1", 0) as listening:
        yield listening.sockets[0].getsockname()[1]
    await asyncio.gather(*filter(None, served))
    await asyncio.sleep(0.01)  # until the last connections are closed


@asynccontextmanager
async def connected(serve: Serve) -> AsyncIterator[Stream]:
    async with server(serve) as port:
        stream = await connect("127.0.0.1", port, 5.0)
        yield stream
        await stream.aclose()


async def test_all_bytes_are_read_until_the_server_closes() -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"abcdef")

    async with connected(greet) as stream:
        assert [await stream.read(4, 5.0), await stream.read(4, 5.0), await stream.read(4, 5.0)] == [
            b"abcd",
            b"ef",
            b"",
        ]
        assert stream.get_extra_info("is_readable")


async def test_reading_pauses_while_the_buffer_is_full() -> None:
    sent = 0

    async def pour(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        for _n in range(600):
            writer.write(bytes(100_000))
            await writer.drain()
            sent += 100_000

    async with connected(pour) as stream:
        await asyncio.sleep(0.3)
        before = sent
        await asyncio.sleep(0.2)
        assert sent == before < 60_000_000
        got = 0
        while data := await stream.read(65536, 5.0):
            got += len(data)
        assert got == 60_000_000


async def test_a_silent_server_is_a_read_timeout() -> None:
    async def hush(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with connected(hush) as stream:
        with pytest.raises(httpcore.ReadTimeout):
            await stream.read(1, 0.05)


async def test_a_server_that_does_not_read_is_a_write_timeout() -> None:
    done = asyncio.Event()

    async def deaf(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await done.wait()
        writer.transport.abort()

    async with connected(deaf) as stream:
        with pytest.raises(httpcore.WriteTimeout):
            await stream.write(bytes(100_000_000), 0.05)
        done.set()


async def test_a_broken_connection_is_an_error_of_httpcore() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        at_once = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        writer.transport.abort()

    async with connected(hang_up) as stream:
        await stream.write(b"GET", 5.0)
        with pytest.raises(httpcore.ReadError):
            await stream.read(10, 5.0)
        with pytest.raises(httpcore.WriteError):
            await stream.write(b"GET", 5.0)


async def test_a_closed_port_is_a_connect_error() -> None:
    async with server(lambda *_: asyncio.sleep(0)) as port:
        pass
    with pytest.raises(httpcore.ConnectError):
        await connect("127.0.0.1", port, 5.0)


@pytest.mark.parametrize(
    "junk", [b"\r\n\r\n", b"<p>rest</p>", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong"]
)
async def test_surplus_bytes_in_one_piece_with_an_answer_are_not_the_next_answer(junk: bytes) -> None:
    async def chatty(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(ANSWER + junk)

    async with server(chatty) as port:
        network = Network(GuardedBackend(connect_to={f"a.gov.cn:{port}": ("127.0.0.1", port)}))
        for _n in range(2):
            response = await network.handle_async_request(httpx.Request("GET", f"http://a.gov.cn:{port}/"))
            assert await response.aread() == b"ok"
            await response.aclose()
        await network.aclose()


async def test_surplus_bytes_after_an_answer_are_not_the_next_answer() -> None:
    """After surplus bytes the next request goes over another connection."""
    connections = 0

    async def chatty(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(ANSWER)
            await writer.drain()
            await asyncio.sleep(0.05)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong")

    async with server(chatty) as port:
        network = Network(GuardedBackend(connect_to={f"a.gov.cn:{port}": ("127.0.0.1", port)}))
        for _n in range(2):
            response = await network.handle_async_request(httpx.Request("GET", f"http://a.gov.cn:{port}/"))
            assert await response.aread() == b"ok"
            await response.aclose()
            await asyncio.sleep(0.2)
        await network.aclose()
    assert connections == 2


async def test_a_connection_is_used_again() -> None:
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while (await reader.read(65536)).endswith(b"\r\n\r\n"):
            writer.write(ANSWER)

    async with server(serve) as port:
        network = Network(GuardedBackend(connect_to={f"a.gov.cn:{port}": ("127.0.0.1", port)}))
        for _n in range(3):
            response = await network.handle_async_request(httpx.Request("GET", f"http://a.gov.cn:{port}/"))
            assert await response.aread() == b"ok"
            await response.aclose()
        await network.aclose()
    assert connections == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_request_on_a_connection_closed_meanwhile_is_sent_again(method: str) -> None:
    """A server may close an idle connection while a request is sent on it: a GET or HEAD is sent again."""
    connections = 0

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ANSWER)
        await reader.readuntil(b"\r\n\r\n")

    async with server(once) as port:
        network = Network(GuardedBackend(connect_to={f"a.gov.cn:{port}": ("127.0.0.1", port)}))

        async def ask() -> bytes:
            request = httpx.Request(method, f"http://a.gov.cn:{port}/")
            response = await network.handle_async_request(request)
            return await response.aread()

        assert await ask() == b"ok"
        if method == "GET":
            assert await ask() == b"ok"
        else:
            with pytest.raises(httpx.RemoteProtocolError, match="disconnected"):
                await ask()
        await network.aclose()
    assert connections == (2 if method == "GET" else 1)


async def test_a_new_connection_that_is_closed_at_once_is_an_error() -> None:
    async def never(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")

    async with server(never) as port:
        network = Network(GuardedBackend(connect_to={f"a.gov.cn:{port}": ("127.0.0.1", port)}))
        with pytest.raises(httpx.RemoteProtocolError, match="disconnected"):
            await network.handle_async_request(httpx.Request("GET", f"http://a.gov.cn:{port}/"))
        await network.aclose()
