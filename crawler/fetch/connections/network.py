"""The bottom of the stack: httpx's own transport on httpcore's connections, which ask the guard; a pool for each server."""

from __future__ import annotations

import asyncio
import ssl
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import httpcore
import httpx

from crawler.fetch.connections.descriptors import max_connections
from crawler.fetch.connections.guard import GuardedBackend
from crawler.fetch.connections.raw_heads import HeadBackend
from crawler.fetch.connections.tls import tls_context
from crawler.model import HeaderRule, Site, Tls

Way = tuple[Tls, HeaderRule]
_IDLE = 15.0  # seconds a connection is kept open for the next request
_MOST = 400  # servers whose connections are kept


class Network(httpx.AsyncBaseTransport):
    """Sends each request over its server's own pool, by its site's `tls` and `headers`: no site rides on another's leniency.

    One pool for all would look at every connection of a crawl at each request. At most `most` connections are open at a
    time, those that are kept for a next request among them; by default as many as the process may have.
    """

    def __init__(self, backend: GuardedBackend, *, most: int | None = None) -> None:
        self._backend = backend
        self._most = most or max_connections()
        self._places = asyncio.Semaphore(self._most)  # requests under way
        self._open = Count()
        self._backends: dict[Way, HeadBackend] = {}
        self._pools: OrderedDict[tuple[Way, str], Pool] = OrderedDict()
        self._contexts: dict[Tls, ssl.SSLContext] = {
            "strict": tls_context("strict")
        }  # reading the authorities takes as long as many a request

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The server's response, its body still to be read. Raises httpx's errors."""
        site: Site | None = request.extensions.get("site")
        way: Way = (site.tls, site.headers) if site else ("strict", "strict")
        key = (way, f"{request.url.scheme}://{request.url.netloc.decode('ascii')}")
        if key not in self._pools:
            await self._make_room()
            self._pools[key] = Pool(self._backend_of(way), self._context(way[0]), self._open)
        self._pools.move_to_end(key)
        await self._places.acquire()
        try:
            await self._close_idle()
            response = await self._pools[key].handle_async_request(request)
        except BaseException:
            self._places.release()
            raise
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _Held(response.stream, self._places.release)
        return response

    def _context(self, tls: Tls) -> ssl.SSLContext:
        if tls not in self._contexts:
            self._contexts[tls] = tls_context(tls)
        return self._contexts[tls]

    def _backend_of(self, way: Way) -> HeadBackend:
        if way not in self._backends:
            self._backends[way] = HeadBackend(self._backend, lenient=way[1] == "lenient")
        return self._backends[way]

    async def _make_room(self) -> None:
        """Closes the pool that has been out of use for the longest."""
        if len(self._pools) >= _MOST:
            idle = next((key for key, pool in self._pools.items() if pool.idle), None)
            if idle:
                await self._pools.pop(idle).aclose()

    async def _close_idle(self) -> None:
        """Makes room for a connection, where as many as may be are open: the pools out of use for the longest first."""
        for pool in list(self._pools.values()):
            if self._open.number < self._most:
                return
            await pool.close_idle()

    async def aclose(self) -> None:
        """Close every connection."""
        for pool in self._pools.values():
            await pool.aclose()


@dataclass(slots=True)
class Count:
    """Connections that are open, or about to be."""

    number: int = 0


class _Held(httpx.AsyncByteStream):
    """A response's body; `done` is called once, when it is closed."""

    def __init__(self, inner: httpx.AsyncByteStream, done: Callable[[], None]) -> None:
        self._inner = inner
        self._done: Callable[[], None] | None = done

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._inner:
            yield chunk

    async def aclose(self) -> None:
        try:
            await self._inner.aclose()
        finally:
            if self._done is not None:
                self._done()
                self._done = None


class Pool(httpx.AsyncHTTPTransport):
    """httpx's transport on the connections of one server.

    httpcore's pool, for any number of servers at once, costs a request as much as all the rest of httpcore.
    """

    def __init__(
        self, backend: httpcore.AsyncNetworkBackend, context: ssl.SSLContext, open_count: Count
    ) -> None:
        super().__init__(verify=context, trust_env=False)
        self._of_server = Connections(backend, context, open_count)
        self._pool = self._of_server  # type: ignore[assignment]  # all that it asks of a pool

    @property
    def idle(self) -> bool:
        """Whether no request is under way."""
        return self._of_server.idle

    async def close_idle(self) -> None:
        """Close what no request uses."""
        await self._of_server.close_idle()


_CHANGE_NOTHING = (b"GET", b"HEAD")
_CLOSED = (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError)


def _had_no_answer(error: Exception) -> bool:
    """Whether a connection ended before an answer began: one that was kept may have been closed meanwhile (RFC 9112, 9.3.1)."""
    return not isinstance(error, httpcore.RemoteProtocolError) or "without sending a response" in str(error)


def _has_leftover(connection: httpcore.AsyncHTTPConnection) -> bool:
    """Whether bytes came with an answer that are none of it. h11 would take them for the answer to the next request."""
    state = getattr(
        getattr(connection, "_connection", None), "_h11_state", None
    )  # httpcore has no public way
    return state is not None and bool(state.trailing_data[0])


class Connections:
    """One server's connections: as many as there are requests at the same time, kept for the next ones."""

    def __init__(
        self, backend: httpcore.AsyncNetworkBackend, context: ssl.SSLContext, open_count: Count
    ) -> None:
        self._backend = backend
        self._context = context
        self._open = open_count
        self._connections: list[httpcore.AsyncHTTPConnection] = []

    @property
    def idle(self) -> bool:
        """Whether no request is under way."""
        return all(connection.is_idle() for connection in self._connections)

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """The server's response, its body still to be read. Raises httpcore's errors."""
        while True:
            kept = await self._free()
            connection = kept or self._new(request.url.origin)
            try:
                return await connection.handle_async_request(request)
            except httpcore.ConnectionNotAvailable:  # another request was quicker
                continue
            except _CLOSED as error:
                if kept is None or request.method not in _CHANGE_NOTHING or not _had_no_answer(error):
                    raise

    async def _free(self) -> httpcore.AsyncHTTPConnection | None:
        for connection in list(self._connections):
            if connection.is_idle() and not connection.has_expired() and not _has_leftover(connection):
                return connection
            if connection.is_closed() or connection.is_idle():
                await self._close(connection)
        return None

    async def close_idle(self) -> None:
        """Close what no request uses."""
        for connection in list(self._connections):
            if connection.is_closed() or connection.is_idle():
                await self._close(connection)

    async def _close(self, connection: httpcore.AsyncHTTPConnection) -> None:
        if connection in self._connections:  # another request may have closed it meanwhile
            self._connections.remove(connection)
            self._open.number -= 1
            await connection.aclose()

    def _new(self, origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
        connection = httpcore.AsyncHTTPConnection(
            origin, self._context, keepalive_expiry=_IDLE, network_backend=self._backend
        )
        self._connections.append(connection)
        self._open.number += 1
        return connection

    async def aclose(self) -> None:
        """Close every connection."""
        while self._connections:
            await self._close(self._connections[-1])
