"""The client's part of SOCKS5 (RFC 1928) with a user name and password (RFC 1929). Names are resolved by the proxy."""

from __future__ import annotations

import ipaddress

import httpcore

from crawler.errors import ProxyFailed
from crawler.fetch.connections.proxies import REFUSED, Credentials, down, variables_of
from crawler.model import Proxy

_VERSION = 5
_NO_AUTHENTICATION, _BY_PASSWORD, _NO_METHOD = 0, 2, 0xFF
_CONNECT = 1
_IPV4, _NAME, _IPV6 = 1, 3, 4
_GRANTED, _NOT_ALLOWED, _NO_SUCH_COMMAND = 0, 2, 7
_REPLIES = {  # RFC 1928, 6
    1: "general failure",
    2: "not allowed by its rules",
    3: "network unreachable",
    4: "host unreachable",
    5: "connection refused",
    6: "TTL expired",
    7: "command not supported",
    8: "address type not supported",
}
_PASSING = frozenset((1, 3, 4, 5, 6))  # replies after which another attempt may succeed


async def open_tunnel(
    stream: httpcore.AsyncNetworkStream, proxy: Proxy, host: str, port: int, credentials: Credentials | None
) -> None:
    """Have the proxy connect to a host. The stream then leads there. Raises ProxyFailed, ProxyDown, httpcore's errors."""
    await _authenticate(stream, proxy, credentials)
    await stream.write(bytes((_VERSION, _CONNECT, 0)) + _address(host) + port.to_bytes(2))
    version, reply, _, kind = await _exactly(stream, proxy, 4)
    if version != _VERSION:
        raise _no_socks(proxy)
    if reply != _GRANTED:
        raise _refusal(proxy, host, reply)
    if kind not in (_IPV4, _NAME, _IPV6):
        raise _no_socks(proxy)
    length = {_IPV4: 4, _IPV6: 16}.get(kind) or (await _exactly(stream, proxy, 1))[0]
    await _exactly(stream, proxy, length + 2)  # the address at which the proxy connects from, not the host's


async def _authenticate(
    stream: httpcore.AsyncNetworkStream, proxy: Proxy, credentials: Credentials | None
) -> None:
    methods = (_NO_AUTHENTICATION, _BY_PASSWORD) if credentials else (_NO_AUTHENTICATION,)
    await stream.write(bytes((_VERSION, len(methods), *methods)))
    version, method = await _exactly(stream, proxy, 2)
    names = " and ".join(variables_of(proxy))
    if version == _VERSION and method == _NO_METHOD and not credentials:
        raise down(proxy, f"asks for a user name and password; set {names}", setup=True)
    if version != _VERSION or method not in (*methods, _NO_METHOD):
        raise _no_socks(proxy)
    if method == _NO_METHOD:
        raise down(proxy, "takes neither a user name and password nor none", setup=True)
    if method == _BY_PASSWORD and credentials:
        user, password = credentials.as_bytes
        await stream.write(bytes((1, len(user))) + user + bytes((len(password),)) + password)
        _, status = await _exactly(stream, proxy, 2)
        if status != 0:
            raise down(proxy, f"refuses the user name and password of {names}", setup=True)


def _address(host: str) -> bytes:
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        name = host.encode("ascii")
        return bytes((_NAME, len(name))) + name
    return bytes((_IPV4 if ip.version == 4 else _IPV6,)) + ip.packed


def _refusal(proxy: Proxy, host: str, reply: int) -> ProxyFailed:
    if reply == _NO_SUCH_COMMAND:
        return down(proxy, "makes no connections (SOCKS reply 7: command not supported)", setup=True)
    does = "does not allow a connection to" if reply == _NOT_ALLOWED else "cannot connect to"
    what = f"the proxy {proxy} {does} {host}: SOCKS reply {reply}, {_REPLIES.get(reply, 'unknown')}"
    return ProxyFailed(host, what, kind="proxy" if reply in _PASSING else REFUSED)


def _no_socks(proxy: Proxy) -> ProxyFailed:
    return down(proxy, "does not speak SOCKS5 (RFC 1928)", setup=True)


async def _exactly(stream: httpcore.AsyncNetworkStream, proxy: Proxy, size: int) -> bytes:
    data = b""
    while len(data) < size:
        chunk = await stream.read(size - len(data))
        if not chunk:
            raise down(proxy, "closes the connection before it has answered")
        data += chunk
    return data
