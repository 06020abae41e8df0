"""The circuit breaker of proxies: stop using a proxy that keeps failing, for the rest of the crawl, and log that once.

A site behind it is not to blame. What one site does, or the proxy for one site, is counted in `circuit_breaker`.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict

import httpx

from crawler.errors import ProxyDown, ProxyFailed, ProxyGivenUp
from crawler.fetch.connections.proxies import SETUP
from crawler.fetch.limits import Limits
from crawler.model import Proxy, Site

log = logging.getLogger(__name__)


class ProxyBreaker(httpx.AsyncBaseTransport):
    """Raise ProxyGivenUp instead of sending a request, once its site's proxy has failed too often in a row.

    That is `limits.proxy_failures` times at the proxy itself, once where only a change of its setup can help, or at
    `limits.proxy_hosts` different hosts, none of which it connects to.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport, *, limits: Limits) -> None:
        self._inner = inner
        self._limits = limits
        self._failures: Counter[Proxy] = Counter()  # in a row
        self._not_connected: defaultdict[Proxy, set[str]] = defaultdict(set)  # hosts in a row
        self._open: dict[Proxy, str] = {}

    def given_up(self, proxy: Proxy | None) -> str:
        """Return why a proxy is not used any more; empty if it is."""
        return self._open.get(proxy, "") if proxy else ""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the inner transport's response. Raises ProxyGivenUp, also if the proxy was given up meanwhile."""
        site: Site | None = request.extensions.get("site")
        proxy = site.proxy if site else None
        if proxy is None:
            return await self._inner.handle_async_request(request)
        self._refuse_if_open(proxy, request, None)
        try:
            response = await self._inner.handle_async_request(request)
        except ProxyFailed as error:
            self._failed(proxy, request.url.host, error)
            self._refuse_if_open(proxy, request, error)
            raise
        except httpx.TransportError:  # of the host: the proxy has connected to it
            self._works(proxy)
            raise
        self._works(proxy)
        return response

    def _refuse_if_open(self, proxy: Proxy, request: httpx.Request, cause: ProxyFailed | None) -> None:
        if why := self._open.get(proxy):
            raise ProxyGivenUp(str(request.url), why) from cause

    def _works(self, proxy: Proxy) -> None:
        self._failures.pop(proxy, None)
        self._not_connected.pop(proxy, None)

    def _failed(self, proxy: Proxy, host: str, error: ProxyFailed) -> None:
        hosts = self._not_connected[proxy]
        if isinstance(error, ProxyDown):
            self._failures[proxy] += 1
        else:
            hosts.add(host)
        if error.kind == SETUP or self._failures[proxy] >= self._limits.proxy_failures:
            self._give_up(proxy, error.reason)
        elif len(hosts) >= self._limits.proxy_hosts:
            self._give_up(proxy, f"{error.reason} (the {len(hosts)}th host in a row)")

    def _give_up(self, proxy: Proxy, reason: str) -> None:
        if proxy not in self._open:
            self._open[proxy] = f"{reason}; no site behind it is asked for the rest of this crawl"
            log.warning("%s", self._open[proxy])

    async def aclose(self) -> None:
        """Close the inner transport."""
        await self._inner.aclose()
