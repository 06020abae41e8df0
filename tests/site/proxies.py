"""A real proxy on loopback: HTTP (CONNECT and absolute form), the same over TLS, or SOCKS5. It maps names to addresses."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ssl
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from crawler.model import Proxy, ProxyScheme

Reader = asyncio.StreamReader
Writer = asyncio.StreamWriter
Hosts = Mapping[str, tuple[str, int]]
Serve = Callable[[Reader, Writer], Awaitable[None]]


@dataclass(kw_only=True)
class LoopbackProxy:
    """A proxy in a thread of its own, for the block of `with LoopbackProxy(…) as proxy:`."""

    scheme: ProxyScheme = "http"
    hosts: Hosts = field(default_factory=dict)  # "www.wuhan.gov.cn:443" to ("127.0.0.1", 45123)
    login: tuple[str, str] | None = None  # user name and password that it wants
    context: ssl.SSLContext | None = None  # with which it speaks TLS
    refuse: Callable[[str], int] = lambda _: 0  # `host:port` to a status or SOCKS reply; 0: connect
    forwards: bool = False  # takes requests in absolute form
    serve: Serve | None = None  # answers every connection, instead of a proxy
    host: str = "127.0.0.1"  # the name under which it is asked
    asked: list[str] = field(
        default_factory=list
    )  # `host:port` of each tunnel, or the address in absolute form
    heads: list[bytes] = field(default_factory=list)  # what HTTP clients sent
    connections: int = 0

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def proxy(self) -> Proxy:
        """The proxy as a source names it."""
        return Proxy(scheme=self.scheme, host=self.host, port=self.port)

    async def _listen(self) -> asyncio.Server:
        self._tasks: set[asyncio.Task[None]] = set()
        self._accepted: list[Writer] = []
        return await asyncio.start_server(self._connected, "127.0.0.1", 0, ssl=self.context)

    async def _close(self) -> None:
        self._server.close()
        for writer in self._accepted:
            writer.transport.abort()
        await asyncio.gather(*self._tasks)  # each closes its connection onwards
        for _ in range(5):  # until the loop has closed them
            await asyncio.sleep(0.002)

    async def _connected(self, reader: Reader, writer: Writer) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._accepted.append(writer)
        self.connections += 1
        talk = self.serve or (self._socks if self.scheme == "socks5" else self._http)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                await talk(reader, writer)
        finally:
            self._tasks.discard(task)
            writer.close()

    def _where(self, target: str) -> tuple[str, int] | None:
        """The address of a target: of a known name, or one that `--connect-to` gave."""
        host, _, port = target.rpartition(":")
        return self.hosts.get(target) or ((host, int(port)) if host == "127.0.0.1" else None)

    async def _http(self, reader: Reader, writer: Writer) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            self.heads.append(head)
            method, target, _ = head.split(b" ", 2)
            if self.login and _basic(self.login) not in head:
                writer.write(_answer(407, b"Proxy-Authenticate: Basic realm=x\r\n"))
            elif method == b"CONNECT":
                if await self._tunnel(target.decode(), reader, writer):
                    return
            elif self.forwards and target.startswith(b"http://"):
                await self._forward(target.decode(), head, reader, writer)
                return
            else:
                writer.write(_answer(405))

    async def _tunnel(self, target: str, reader: Reader, writer: Writer) -> bool:
        self.asked.append(target)
        if status := self.refuse(target) or (0 if self._where(target) else 502):
            writer.write(_answer(status))
            return False
        remote = await asyncio.open_connection(*(self._where(target) or ()))
        writer.write(b"HTTP/1.1 200 Connection established\r\nContent-Length: 5\r\n\r\n")
        await _both_ways(reader, writer, *remote)
        return True

    async def _forward(self, url: str, head: bytes, reader: Reader, writer: Writer) -> None:
        self.asked.append(url)
        origin, _, path = url.removeprefix("http://").partition("/")
        target = origin if ":" in origin else f"{origin}:80"
        if status := self.refuse(url) or (0 if self._where(target) else 503):
            writer.write(_answer(status, b"X-Squid-Error: ERR_DNS_FAIL 0\r\n" if status == 503 else b""))
            return
        remote = await asyncio.open_connection(*(self._where(target) or ()))
        dropped = (b"proxy-", b"connection:")
        lines = [line for line in head.split(b"\r\n")[1:] if not line.lower().startswith(dropped)]
        lines.insert(0, b"Connection: close")
        method = head.split(b" ", 1)[0]
        remote[1].write(b"\r\n".join([b"%b /%b HTTP/1.1" % (method, path.encode()), *lines]))
        await _both_ways(reader, writer, *remote)

    async def _socks(self, reader: Reader, writer: Writer) -> None:
        _, count = await reader.readexactly(2)
        methods = await reader.readexactly(count)
        method = 2 if self.login else 0
        writer.write(bytes((5, method if method in methods else 0xFF)))
        if method not in methods:
            return
        if self.login:
            _, length = await reader.readexactly(2)
            user = await reader.readexactly(length)
            password = await reader.readexactly((await reader.readexactly(1))[0])
            right = (user.decode(), password.decode()) == self.login
            writer.write(bytes((1, 0 if right else 1)))
            if not right:
                return
        _, _, _, kind = await reader.readexactly(4)
        size = {1: 4, 4: 16}.get(kind) or (await reader.readexactly(1))[0]
        address = await reader.readexactly(size)
        host = address.decode() if kind == 3 else ".".join(map(str, address))
        target = f"{host}:{int.from_bytes(await reader.readexactly(2))}"
        self.asked.append(target)
        if reply := self.refuse(target) or (0 if self._where(target) else 4):
            writer.write(bytes((5, reply, 0, 1)) + bytes(6))
            return
        remote = await asyncio.open_connection(*(self._where(target) or ()))
        writer.write(bytes((5, 0, 0, 3, 5)) + b"a.b.c" + bytes(2))
        await _both_ways(reader, writer, *remote)


def _basic(login: tuple[str, str]) -> bytes:
    return b"Proxy-Authorization: Basic " + base64.b64encode(":".join(login).encode()) + b"\r\n"


def _answer(status: int, headers: bytes = b"") -> bytes:
    return b"HTTP/1.1 %d No\r\n%bContent-Length: 2\r\n\r\nno" % (status, headers)


async def _both_ways(reader: Reader, writer: Writer, there: Reader, back: Writer) -> None:
    async def pump(source: Reader, sink: Writer) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
            sink.write_eof()

    pumps = [asyncio.create_task(pump(reader, back)), asyncio.create_task(pump(there, writer))]
    try:
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.sleep(0)
    finally:
        for task in pumps:
            task.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        back.transport.abort()
        await writer.drain()
