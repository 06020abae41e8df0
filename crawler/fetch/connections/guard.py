"""What may be connected to. Resolves once, refuses what is not public, connects to the address it has just checked.

Sits in httpcore's connection pool, below every redirect, so that no second look-up can slip another address in.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import httpcore

from crawler.errors import ConfigError, Refused
from crawler.fetch.connections.public_addresses import BAD_PORTS, is_address, is_public
from crawler.fetch.connections.streams import connect

ConnectTo = Mapping[str, tuple[str, int]]
"""`host:port` as addresses name it → (IP address, port) to connect to instead, as curl's --connect-to. An entry is
also the permission to connect there, public or not."""

Resolver = Callable[[str, int], Awaitable[list[str]]]

_ENTRY = re.compile(r"(\[[^]]+\]|[^:]+):(\d+):(\[[^]]+\]|[^:]+):(\d+)")  # a.gov.cn:80:[::1]:8080
_LOOKUP_TIME = 15.0  # seconds


async def system_resolver(host: str, port: int) -> list[str]:
    """IP addresses of a host by the system's resolver."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def parse_connect_to(entries: Iterable[str]) -> dict[str, tuple[str, int]]:
    """`HOST:PORT:ADDRESS:PORT` entries as a mapping. Raises ConfigError for any other form."""
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
    """Network backend that refuses hosts of which any address is not public, and ports of other protocols.

    A host's addresses are looked up once, and again when none of them answers; every connection checks them.
    """

    def __init__(self, *, resolver: Resolver = system_resolver, connect_to: ConnectTo | None = None) -> None:
        self._resolver = resolver
        self._connect_to = connect_to or {}
        self._known: dict[str, list[str]] = {}

    async def addresses(self, host: str, port: int, timeout: float | None = _LOOKUP_TIME) -> list[str]:
        """A host's IP addresses, unchecked; of a host that is mapped, its own name. Raises httpcore's errors."""
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
        """Connection to the first of the host's checked addresses that answers. Refused when one is not public."""
        addresses, port = await self._checked(host, port, timeout)
        for last, address in enumerate(addresses, start=1):
            try:
                return await connect(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if last == len(addresses):
                    self._known.pop(host, None)  # it may have moved since
                    raise
        raise httpcore.ConnectError(f"no address for {host}: the name has none")

    async def _checked(self, host: str, port: int, timeout: float | None) -> tuple[list[str], int]:
        if mapped := self._connect_to.get(f"{host}:{port}"):
            return [mapped[0]], mapped[1]
        addresses = await self.addresses(host, port, timeout)
        for address in addresses:
            if not is_public(address):
                raise Refused(host, f"its address {address} is not public: not connected to")
        if port in BAD_PORTS:
            raise Refused(host, f"port {port} belongs to another protocol: not connected to")
        return addresses, port

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Never: no address of a page leads to a socket file."""
        raise Refused(path, "is a socket file")

    async def sleep(self, seconds: float) -> None:
        """Wait, as httpcore asks between its own retries."""
        await asyncio.sleep(seconds)
