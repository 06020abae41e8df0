"""Connections through a proxy: a network backend whose connections are tunnels to the host, made by the proxy.

Tunnels for http too, not requests in absolute form: the proxy then has no part in HTTP, so that it cannot serve an answer
from its cache, and its own errors are never taken for the site's. Where it refuses one, see `forwarding`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import httpcore

from crawler.errors import ProxyFailed, Refused
from crawler.fetch.connections import http_connect, socks5
from crawler.fetch.connections.guard import GuardedBackend
from crawler.fetch.connections.proxies import Credentials, credentials_of, down
from crawler.fetch.connections.streams import Stream
from crawler.fetch.connections.tls import tls_context, tls_problem
from crawler.model import Proxy, ProxyScheme

_Open = Callable[[httpcore.AsyncNetworkStream, Proxy, str, int, Credentials | None], Awaitable[None]]
_OPEN: dict[ProxyScheme, _Open] = {
    "http": http_connect.open_tunnel,
    "https": http_connect.open_tunnel,
    "socks5": socks5.open_tunnel,
}
_CONNECT_ERRORS = (httpcore.ConnectError, httpcore.ConnectTimeout)
_BROKEN = (httpcore.ReadError, httpcore.WriteError)


class TunnelBackend(httpcore.AsyncNetworkBackend):
    """Network backend that connects through one proxy. The guard checks names, ports and IP addresses that it can see."""

    def __init__(self, guard: GuardedBackend, proxy: Proxy) -> None:
        self._guard = guard
        self._proxy = proxy

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Return a connection to the host. Raises Refused, ProxyDown, or ProxyFailed where the proxy does not connect.

        Reaching the proxy and making the tunnel have `timeout` seconds each.
        """
        host, port = self._guard.target_behind_proxy(host, port)
        credentials = credentials_of(self._proxy)
        stream = await self.to_proxy(timeout)
        try:
            async with asyncio.timeout(timeout):
                await _OPEN[self._proxy.scheme](stream, self._proxy, host, port, credentials)
        except TimeoutError as error:
            await stream.aclose()
            waited = f"the proxy {self._proxy} has not connected to {host}:{port} within {timeout:g} seconds"
            raise ProxyFailed(host, waited, kind="proxy") from error
        except _BROKEN as error:
            await stream.aclose()
            raise down(self._proxy, "breaks the connection before it has answered") from error
        except BaseException:
            await stream.aclose()
            raise
        stream.proxy = self._proxy.scheme
        return stream

    async def to_proxy(self, timeout: float | None) -> Stream:
        """Return a connection to the proxy. Raises ProxyDown."""
        proxy = self._proxy
        try:
            async with asyncio.timeout(timeout):
                stream = await self._guard.connect_to_proxy(proxy.host, proxy.port, timeout)
                if proxy.scheme == "https":
                    await stream.start_tls(tls_context("strict"), proxy.host, timeout)
                return stream
        except TimeoutError as error:
            raise down(proxy, f"cannot be reached within {timeout:g} seconds") from error
        except _CONNECT_ERRORS as error:
            if problem := tls_problem(error):  # without the advice, which is on the TLS of sites
                raise down(proxy, f"fails at TLS: {problem.partition(';')[0]}", setup=True) from error
            raise down(proxy, f"cannot be reached: {error}") from error

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Raise Refused: no web address leads to a socket file."""
        raise Refused(path, "is a socket file; not connected")

    async def sleep(self, seconds: float) -> None:
        """Wait, for httpcore's own retries."""
        await asyncio.sleep(seconds)
