"""What may be connected to. Resolves once, refuses what is not public, connects to the address it has just checked.

Sits in httpcore's connection pool, below every redirect, so that no second look-up can slip another address in.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import certifi
import httpcore
import httpx

from crawler.errors import ConfigError, Refused

ConnectTo = Mapping[str, tuple[str, int]]
"""`host:port` as addresses name it → (IP address, port) to connect to instead, as curl's --connect-to. An entry is
also the permission to connect there, public or not."""

Resolver = Callable[[str, int], Awaitable[list[str]]]

_NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))


async def system_resolver(host: str, port: int) -> list[str]:
    """IP addresses of a host by the system's resolver."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet, in whatever form it hides."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and any(ip in network for network in _NAT64):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def parse_connect_to(entries: Iterable[str]) -> dict[str, tuple[str, int]]:
    """`HOST:PORT:ADDRESS:PORT` entries as a mapping. Raises ConfigError for any other form."""
    mapping: dict[str, tuple[str, int]] = {}
    for entry in entries:
        parts = entry.split(":")
        if len(parts) != 4 or not (parts[1].isdigit() and parts[3].isdigit()):
            raise ConfigError(
                f"--connect-to {entry}: must be HOST:PORT:ADDRESS:PORT, such as a.gov.cn:80:127.0.0.1:8080"
            )
        mapping[f"{parts[0]}:{parts[1]}"] = (parts[2], int(parts[3]))
    return mapping


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Network backend that refuses hosts of which any address is not public."""

    def __init__(self, *, resolver: Resolver = system_resolver, connect_to: ConnectTo | None = None) -> None:
        self._resolver = resolver
        self._connect_to = connect_to or {}
        self._backend = httpcore.AnyIOBackend()

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
                return await self._backend.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if last == len(addresses):
                    raise
        raise httpcore.ConnectError(f"{host} has no address")

    async def _checked(self, host: str, port: int, timeout: float | None) -> tuple[list[str], int]:
        if mapped := self._connect_to.get(f"{host}:{port}"):
            return [mapped[0]], mapped[1]
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._resolver(host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"no address for {host} in time") from error
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"no address for {host}: {error}") from error
        for address in addresses:
            if not is_public(address):
                raise Refused(host, f"its address {address} is not public: not connected to")
        return addresses, port

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Never: no address of a page leads to a socket file."""
        raise Refused(path, "is a socket file")

    async def sleep(self, seconds: float) -> None:
        """Wait, as httpcore asks between its own retries."""
        await self._backend.sleep(seconds)


def tls_context() -> ssl.SSLContext:
    """TLS with the system's authorities and certifi's; `SSL_CERT_FILE` adds to them."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


class Guarded(httpx.AsyncHTTPTransport):
    """The bottom of the stack: httpx's own transport on a pool that asks the guard."""

    def __init__(self, backend: GuardedBackend, *, max_connections: int = 100) -> None:
        super().__init__(trust_env=False)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls_context(),
            max_connections=max_connections,
            max_keepalive_connections=max_connections,
            keepalive_expiry=15.0,
            network_backend=backend,
        )
