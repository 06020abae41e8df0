"""The guard against connections to private networks: resolve a host, refuse addresses that are not public, connect.

It is httpcore's network backend, below all redirects, and connects to the IP address that it has checked: a second
look-up cannot return another one. `public_addresses` decides what is public; `streams` opens the socket.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import httpcore
import httpx

from crawler.errors import ConfigError, Refused
from crawler.fetch.connections.proxies import refuse_local
from crawler.fetch.connections.public_addresses import BAD_PORTS, is_address, is_public
from crawler.fetch.connections.streams import Stream, connect

ConnectTo = Mapping[str, tuple[str, int]]
"""`host:port` of an address → (IP address, port) to connect to instead, as with curl's --connect-to. Such an IP address
may be private."""

Resolver = Callable[[str, int], Awaitable[list[str]]]

_ENTRY = re.compile(r"(\[[^]]+\]|[^:]+):(\d+):(\[[^]]+\]|[^:]+):(\d+)")  # a.gov.cn:80:[::1]:8080
_LOOKUP_SECONDS = 15.0


async def system_resolver(host: str, port: int) -> list[str]:
    """Return the IP addresses of a host, by the system's resolver. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def port_of(url: httpx.URL) -> int:
    """Return an address's port; the scheme's default if it has none."""
    return url.port or (443 if url.scheme == "https" else 80)


def parse_connect_to(entries: Iterable[str]) -> dict[str, tuple[str, int]]:
    """Parse `HOST:PORT:ADDRESS:PORT` entries. Raises ConfigError for any other form."""
    mapping: dict[str, tuple[str, int]] = {}
    for entry in entries:
        found = _ENTRY.fullmatch(entry)
        if not found:
            raise ConfigError(
                f"--connect-to {entry}: must be HOST:PORT:ADDRESS:PORT, such as a.gov.cn:80:127.0.0.1:8080"
            )
        host, port, address, real = found.groups()
        mapping[f"{host.strip('[]')}:{port}"] = (address.strip("[]"), int(real))
    return mapping


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Network backend that refuses hosts with any address that is not public, and ports of other protocols.

    Looks a host up once, and again after none of its addresses has answered; checks its addresses at each connection.
    """

    def __init__(self, *, resolver: Resolver = system_resolver, connect_to: ConnectTo | None = None) -> None:
        self._resolver = resolver
        self._connect_to = connect_to or {}
        self._known: dict[str, list[str]] = {}

    async def addresses(self, host: str, port: int, timeout: float | None = _LOOKUP_SECONDS) -> list[str]:
        """Return a host's IP addresses, unchecked; for a mapped host, its name. Raises httpcore's errors."""
        if f"{host}:{port}" in self._connect_to or is_address(host):
            return [host]
        if host not in self._known:
            try:
                async with asyncio.timeout(timeout):
                    self._known[host] = await self._resolver(host, port)
            except TimeoutError as error:
                raise httpcore.ConnectTimeout(f"no address for {host} in time") from error
            except (OSError, UnicodeError) as error:
                raise httpcore.ConnectError(f"no address for {host}: {error}") from error
        return self._known[host]

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first of the host's addresses that answers. Raises Refused if any of them is not public."""
        addresses, port = await self._checked(host, port, timeout)
        for number, address in enumerate(addresses, start=1):
            try:
                return await connect(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if number == len(addresses):
                    self._known.pop(host, None)  # its addresses may have changed
                    raise
        raise httpcore.ConnectError(f"no address for {host}: the name has none")

    async def _checked(self, host: str, port: int, timeout: float | None) -> tuple[list[str], int]:
        if mapped := self._connect_to.get(f"{host}:{port}"):
            return [mapped[0]], mapped[1]
        addresses = await self.addresses(host, port, timeout)
        for address in addresses:
            if not is_public(address):
                raise Refused(host, f"its address {address} is not public; not connected")
        if port in BAD_PORTS:
            raise Refused(host, f"port {port} belongs to another protocol; not connected")
        return addresses, port

    def target_behind_proxy(self, host: str, port: int) -> tuple[str, int]:
        """Return the host and port that a proxy is asked to connect to: those of `connect_to`, or the given ones.

        Raises Refused where the name or the address shows that it is local. The name is not resolved here.
        """
        if mapped := self._connect_to.get(f"{host}:{port}"):
            return mapped
        refuse_local(host, port)
        return host, port

    async def connect_to_proxy(self, host: str, port: int, timeout: float | None) -> Stream:
        """Connect to a proxy, which may be at a private address: the operator named it. Raises httpcore's errors."""
        addresses = await self.addresses(host, port, timeout)
        for number, address in enumerate(addresses, start=1):
            try:
                return await connect(address, port, timeout)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if number == len(addresses):
                    self._known.pop(host, None)
                    raise
        raise httpcore.ConnectError(f"no address for {host}: the name has none")

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Raise Refused: no web address leads to a socket file."""
        raise Refused(path, "is a socket file; not connected")

    async def sleep(self, seconds: float) -> None:
        """Wait, for httpcore's own retries."""
        await asyncio.sleep(seconds)
