"""Requests in absolute form through an HTTP proxy (RFC 9112, section 3.2.2): for http hosts to which it makes no tunnel.

Many proxies make tunnels to port 443 alone. Such a proxy can change an answer or give one of its own, so captures say that
they came so (`http-forward`), and answers that are known to be the proxy's own are errors of the proxy.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from crawler.errors import ProxyFailed
from crawler.fetch.connections.guard import GuardedBackend
from crawler.fetch.connections.http_connect import AUTHENTICATION_REQUIRED, authorization, credentials_refused
from crawler.fetch.connections.proxies import REFUSED, credentials_of
from crawler.fetch.connections.tunnels import TunnelBackend
from crawler.model import Proxy

FORWARD = "-forward"
"""Ends the kind of a proxy through which a request went in absolute form."""


class ForwardBackend(TunnelBackend):
    """Network backend whose connections lead to the proxy itself. The guard checks each host as for a tunnel."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Return a connection to the proxy, for requests to this host. Raises Refused, ProxyDown."""
        self._guard.target_behind_proxy(host, port)
        stream = await self.to_proxy(timeout)
        stream.proxy = f"{self._proxy.scheme}{FORWARD}"
        return stream


def may_forward(
    error: ProxyFailed, request: httpx.Request, proxy: Proxy | None, guard: GuardedBackend
) -> bool:
    """Return whether a request may go in absolute form, because the proxy refuses a tunnel to its host."""
    url = request.url
    if proxy is None or error.kind != REFUSED or not error.status or url.scheme != "http":
        return False
    here = (url.host, url.port or 80)
    return (
        guard.target_behind_proxy(*here) == here
    )  # a mapped host: the proxy would ask another one by this name


def in_absolute_form(request: httpcore.Request, proxy: Proxy) -> httpcore.Request:
    """Return a request as it is sent to a proxy, with its credentials. Raises ProxyDown for such as cannot be sent."""
    url, credentials = request.url, credentials_of(proxy)
    own = [(b"Proxy-Authorization", authorization(credentials))] if credentials else []
    return httpcore.Request(
        method=request.method,
        url=httpcore.URL(scheme=url.scheme, host=url.host, port=url.port, target=bytes(url)),
        headers=[*request.headers, *own],
        content=request.stream,
        extensions=request.extensions,
    )


def own_error(response: httpcore.Response, host: str, proxy: Proxy) -> ProxyFailed | None:
    """Return the error that an answer of the proxy itself stands for; None for an answer of the host, as far as known."""
    if response.status == AUTHENTICATION_REQUIRED:
        return credentials_refused(proxy)
    headers = {name.lower(): value for name, value in response.headers}
    squid, status = headers.get(b"x-squid-error"), headers.get(b"proxy-status", b"")  # RFC 9209, 2.1.1
    if squid is None and b"error=" not in status:
        return None
    what = f"the proxy {proxy} does not fetch from {host}: it answers {response.status}"
    return ProxyFailed(host, what, kind="proxy" if response.status >= 500 else REFUSED)
