"""Find out before a crawl whether any of its hosts can be reached, directly or through the proxies of their entries."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

import httpcore
import httpx

from crawler.errors import ProxyDown, ProxyFailed, Refused
from crawler.fetch.connections.guard import ConnectTo, GuardedBackend, Resolver, port_of, system_resolver
from crawler.fetch.connections.proxies import REFUSED
from crawler.fetch.connections.tunnels import TunnelBackend
from crawler.model import Proxy

_NOT_REACHED = (TimeoutError, Refused, httpcore.ConnectError, httpcore.ConnectTimeout)
_PROXY_SECONDS = 15.0  # a proxy has to connect in its turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Whether any host was reached; `proxies`: what is wrong with the proxies, each once."""

    any: bool
    proxies: tuple[str, ...] = ()


async def reach_of(
    targets: Iterable[tuple[str, Proxy | None]],
    *,
    connect_to: ConnectTo | None = None,
    resolver: Resolver = system_resolver,
    timeout: float = 4.0,
) -> Reach:
    """Try to connect to the hosts of addresses, each through its proxy if it has one, until the first accepts.

    A host has `timeout` seconds, behind a proxy 15.
    """
    guard = GuardedBackend(resolver=resolver, connect_to=connect_to)
    hosts = {(httpx.URL(url).host, port_of(httpx.URL(url)), proxy) for url, proxy in targets}
    faults: dict[str, None] = {}
    attempts = [
        asyncio.create_task(_connects(guard, host, port, proxy, timeout, faults))
        for host, port, proxy in hosts
    ]
    try:
        for attempt in asyncio.as_completed(attempts):
            if await attempt:
                return Reach(any=True)
        return Reach(any=False, proxies=tuple(faults))
    finally:
        for task in attempts:
            task.cancel()
        await asyncio.gather(*attempts, return_exceptions=True)


async def _connects(
    guard: GuardedBackend, host: str, port: int, proxy: Proxy | None, timeout: float, faults: dict[str, None]
) -> bool:
    backend = TunnelBackend(guard, proxy) if proxy else guard
    seconds = _PROXY_SECONDS if proxy else timeout
    try:
        async with asyncio.timeout(seconds):
            stream = await backend.connect_tcp(host, port, timeout=seconds)
    except ProxyDown as error:
        faults[error.reason] = None
        return False
    except ProxyFailed as error:
        return (
            error.status > 0 and error.kind == REFUSED
        )  # it answers, and may forward what it makes no tunnel for
    except _NOT_REACHED:
        return False
    await stream.aclose()
    return True
