"""The bottom transport: httpx's transport over httpcore's connections, with one connection pool per server.

Connections are made by `raw_heads` over `guard`; TLS comes from `tls`.
"""

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

Leniency = tuple[Tls, HeaderRule]
"""What a source's entry allows: its `tls` and its `headers`."""

_KEEPALIVE_SECONDS = 15.0  # that a connection without a request stays open
_MAX_POOLS = 400


class Network(httpx.AsyncBaseTransport):
    """Send each request over its server's own pool, separate for each `tls` and `headers` setting.

    So no site uses a connection that is allowed to another one only. One pool for all servers would search all
    connections of the crawl at each request. At most `max_open` connections are open, idle ones included; by default as
    many as the process may have.
    """

    def __init__(self, backend: GuardedBackend, *, max_open: int | None = None) -> None:
        self._backend = backend
        self._max_open = max_open or max_connections()
        self._slots = asyncio.Semaphore(self._max_open)  # one per request under way
        self._open = OpenCount()
        self._backends: dict[Leniency, HeadBackend] = {}
        self._pools: OrderedDict[tuple[Leniency, str], Pool] = OrderedDict()  # the least recently used first
        # made here, not at the first request: loading the certificate authorities is slow
        self._contexts: dict[Tls, ssl.SSLContext] = {"strict": tls_context("strict")}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the server's response, its body unread. Raises httpx's errors."""
        site: Site | None = request.extensions.get("site")
        leniency: Leniency = (site.tls, site.headers) if site else ("strict", "strict")
        key = (leniency, f"{request.url.scheme}://{request.url.netloc.decode('ascii')}")
        if key not in self._pools:
            await self._make_room()
            self._pools[key] = Pool(self._backend_of(leniency), self._context(leniency[0]), self._open)
        self._pools.move_to_end(key)
        await self._slots.acquire()
        try:
            await self._close_idle()
            response = await self._pools[key].handle_async_request(request)
        except BaseException:
            self._slots.release()
            raise
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _BodyStream(response.stream, self._slots.release)
        return response

    def _context(self, tls: Tls) -> ssl.SSLContext:
        if tls not in self._contexts:
            self._contexts[tls] = tls_context(tls)
        return self._contexts[tls]

    def _backend_of(self, leniency: Leniency) -> HeadBackend:
        if leniency not in self._backends:
            self._backends[leniency] = HeadBackend(self._backend, lenient=leniency[1] == "lenient")
        return self._backends[leniency]

    async def _make_room(self) -> None:
        """Close the least recently used idle pool, if there are as many pools as are kept."""
        if len(self._pools) >= _MAX_POOLS:
            idle = next((key for key, pool in self._pools.items() if pool.idle), None)
            if idle:
                await self._pools.pop(idle).aclose()

    async def _close_idle(self) -> None:
        """Close idle connections while the limit is reached, least recently used pools first."""
        for pool in list(self._pools.values()):
            if self._open.number < self._max_open:
                return
            await pool.close_idle()

    async def aclose(self) -> None:
        """Close every connection."""
        for pool in self._pools.values():
            await pool.aclose()


@dataclass(slots=True)
class OpenCount:
    """Number of connections that are open or being opened, over all pools."""

    number: int = 0


class _BodyStream(httpx.AsyncByteStream):
    """A response's body that calls `done` once, when it is closed."""

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
    """httpx's transport over the connections of one server.

    httpcore's own pool, made for any number of servers, takes as long per request as all the rest of httpcore.
    """

    def __init__(
        self, backend: httpcore.AsyncNetworkBackend, context: ssl.SSLContext, open_count: OpenCount
    ) -> None:
        super().__init__(verify=context, trust_env=False)
        self._of_server = Connections(backend, context, open_count)
        self._pool = self._of_server  # type: ignore[assignment]  # has all methods that httpx calls

    @property
    def idle(self) -> bool:
        """Whether no request is under way."""
        return self._of_server.idle

    async def close_idle(self) -> None:
        """Close the connections without a request."""
        await self._of_server.close_idle()


_SAFE_METHODS = (b"GET", b"HEAD")
_CLOSED_ERRORS = (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError)


def _had_no_answer(error: Exception) -> bool:
    """Return whether a connection ended before an answer began, as idle connections may (RFC 9112, 9.3.1)."""
    return not isinstance(error, httpcore.RemoteProtocolError) or "without sending a response" in str(error)


def _has_leftover(connection: httpcore.AsyncHTTPConnection) -> bool:
    """Return whether more bytes came than the answer has. h11 would take them for the answer to the next request."""
    http1 = getattr(connection, "_connection", None)  # httpcore has no public attribute for this
    state = getattr(http1, "_h11_state", None)
    return state is not None and bool(state.trailing_data[0])


class Connections:
    """Connections of one server: one per concurrent request, kept open for later requests."""

    def __init__(
        self, backend: httpcore.AsyncNetworkBackend, context: ssl.SSLContext, open_count: OpenCount
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
        """Return the server's response, its body unread. Raises httpcore's errors."""
        while True:
            kept = await self._free()
            connection = kept or self._new(request.url.origin)
            try:
                return await connection.handle_async_request(request)
            except httpcore.ConnectionNotAvailable:  # another request took it meanwhile
                continue
            except _CLOSED_ERRORS as error:
                if kept is None or request.method not in _SAFE_METHODS or not _had_no_answer(error):
                    raise

    async def _free(self) -> httpcore.AsyncHTTPConnection | None:
        for connection in list(self._connections):
            if connection.is_idle() and not connection.has_expired() and not _has_leftover(connection):
                return connection
            if connection.is_closed() or connection.is_idle():
                await self._close(connection)
        return None

    async def close_idle(self) -> None:
        """Close the connections without a request."""
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
            origin, self._context, keepalive_expiry=_KEEPALIVE_SECONDS, network_backend=self._backend
        )
        self._connections.append(connection)
        self._open.number += 1
        return connection

    async def aclose(self) -> None:
        """Close every connection."""
        while self._connections:
            await self._close(self._connections[-1])
