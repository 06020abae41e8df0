"""The bottom of the stack: httpx's own transport on pools that ask the guard, one pool for each way to treat a site."""

from __future__ import annotations

import httpcore
import httpx

from crawler.fetch.guard import GuardedBackend
from crawler.fetch.heads import HeadBackend
from crawler.fetch.tls import tls_context
from crawler.model import HeaderRule, Site, Tls

Way = tuple[Tls, HeaderRule]
_IDLE = 15.0  # seconds a connection is kept open for the next request


class Network(httpx.AsyncBaseTransport):
    """Sends each request over the pool of its site's `tls` and `headers`, so that no site rides on another's leniency."""

    def __init__(self, backend: GuardedBackend, *, max_connections: int = 100) -> None:
        self._backend = backend
        self._max_connections = max_connections
        self._pools: dict[Way, Pool] = {}
        self._pool(("strict", "strict"))  # reading the authorities takes as long as many a request

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The server's response, its body still to be read. Raises httpx's errors."""
        site: Site | None = request.extensions.get("site")
        way: Way = (site.tls, site.headers) if site else ("strict", "strict")
        return await self._pool(way).handle_async_request(request)

    def _pool(self, way: Way) -> Pool:
        if way not in self._pools:
            tls, headers = way
            backend = HeadBackend(self._backend, lenient=headers == "lenient")
            self._pools[way] = Pool(backend, tls, self._max_connections)
        return self._pools[way]

    async def aclose(self) -> None:
        """Close every connection."""
        for pool in self._pools.values():
            await pool.aclose()


class Pool(httpx.AsyncHTTPTransport):
    """httpx's transport, which has no argument for a network backend, on a pool of its own."""

    def __init__(self, backend: httpcore.AsyncNetworkBackend, tls: Tls, max_connections: int) -> None:
        context = tls_context(tls)
        super().__init__(verify=context, trust_env=False)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=max_connections,
            max_keepalive_connections=max_connections,
            keepalive_expiry=_IDLE,
            network_backend=backend,
        )
