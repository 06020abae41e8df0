"""The bottom transport: httpx's transport over httpcore's connections, with one connection pool per server.

Connections are made by `raw_heads` over `guard` or, behind a proxy, over `tunnels`; TLS comes from `tls`.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from typing import NamedTuple

import httpx

from crawler.errors import ProxyFailed
from crawler.fetch.connections.descriptors import max_connections
from crawler.fetch.connections.forwarding import ForwardBackend, may_forward
from crawler.fetch.connections.guard import GuardedBackend
from crawler.fetch.connections.pools import OpenCount, Pool
from crawler.fetch.connections.raw_heads import HeadBackend
from crawler.fetch.connections.tls import tls_context
from crawler.fetch.connections.tunnels import TunnelBackend
from crawler.model import HeaderRule, Proxy, Site, Tls

log = logging.getLogger(__name__)


class Route(NamedTuple):
    """How a source's entry has its servers connected to."""

    tls: Tls = "strict"
    headers: HeaderRule = "strict"
    proxy: Proxy | None = None
    forward: bool = False  # requests to the proxy in absolute form, because it makes no tunnel to the host


_FORWARDED = "the proxy %s makes no tunnels for http: it is asked for the pages themselves, and what it changes in them is not seen"
_UNCHECKED = "the proxy %s resolves the names of the sites behind it: their IP addresses are not checked, only names and ports are"

_MAX_POOLS = 400


class Network(httpx.AsyncBaseTransport):
    """Send each request over its server's own pool, separate for each `tls`, `headers` and `proxy` setting.

    So no site uses a connection that is allowed to another one only. One pool for all servers would search all
    connections of the crawl at each request. At most `max_open` connections are open, idle ones included; by default as
    many as the process may have.
    """

    def __init__(self, backend: GuardedBackend, *, max_open: int | None = None) -> None:
        self._backend = backend
        self._max_open = max_open or max_connections()
        self._slots = asyncio.Semaphore(self._max_open)  # one per request under way
        self._open = OpenCount()
        self._told: set[tuple[str, Proxy | None]] = set()
        self._backends: dict[Route, HeadBackend] = {}
        self._pools: OrderedDict[tuple[Route, str], Pool] = OrderedDict()  # the least recently used first
        # made here, not at the first request: loading the certificate authorities is slow
        self._contexts: dict[Tls, ssl.SSLContext] = {"strict": tls_context("strict")}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the server's response, its body unread. Raises httpx's errors, and those of the guard and of proxies."""
        site: Site | None = request.extensions.get("site")
        route = Route(site.tls, site.headers, site.proxy) if site else Route()
        forward = route._replace(forward=True)
        if (forward, _origin(request)) in self._pools:
            return await self._send(request, forward)
        try:
            return await self._send(request, route)
        except ProxyFailed as error:
            if not may_forward(error, request, route.proxy, self._backend):
                raise
            response = await self._send(request, forward)
            if response.status_code == error.status:  # the proxy wants no request to this host at all
                await response.aclose()
                if pool := self._pools.pop((forward, _origin(request)), None):
                    await pool.aclose()
                raise
            self._tell(_FORWARDED, route.proxy)
            return response

    def _tell(self, what: str, proxy: Proxy | None) -> None:
        """Log once what is not seen behind a proxy."""
        if (what, proxy) not in self._told:
            self._told.add((what, proxy))
            log.warning(what, proxy)

    async def _send(self, request: httpx.Request, route: Route) -> httpx.Response:
        key = (route, _origin(request))
        await self._slots.acquire()
        try:
            await self._close_idle()
            if key not in self._pools:
                await self._make_room()
            # no wait from here on: a pool that has no request yet is idle, and may be closed to make room
            response = await self._pool(key).handle_async_request(request)
        except BaseException:
            self._slots.release()
            raise
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _BodyStream(response.stream, self._slots.release)
        return response

    def _pool(self, key: tuple[Route, str]) -> Pool:
        route = key[0]
        if key not in self._pools:
            by = route.proxy if route.forward else None
            self._pools[key] = Pool(self._backend_of(route), self._context(route.tls), self._open, forward=by)
        self._pools.move_to_end(key)
        return self._pools[key]

    def _context(self, tls: Tls) -> ssl.SSLContext:
        if tls not in self._contexts:
            self._contexts[tls] = tls_context(tls)
        return self._contexts[tls]

    def _backend_of(self, route: Route) -> HeadBackend:
        if route not in self._backends:
            if route.proxy:
                self._tell(_UNCHECKED, route.proxy)
            through = ForwardBackend if route.forward else TunnelBackend
            inner = through(self._backend, route.proxy) if route.proxy else self._backend
            self._backends[route] = HeadBackend(inner, lenient=route.headers == "lenient")
        return self._backends[route]

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


def _origin(request: httpx.Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc.decode('ascii')}"
