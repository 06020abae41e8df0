"""The client's part of a tunnel through an HTTP proxy: CONNECT (RFC 9110, section 9.3.6), and what its refusals mean."""

from __future__ import annotations

import base64
import re

import httpcore

from crawler.errors import ProxyDown, ProxyFailed
from crawler.fetch.connections.proxies import REFUSED, Credentials, credentials_of, down, variables_of
from crawler.model import Proxy

MAX_HEAD_BYTES = 16 * 1024
"""A longer head is no answer of a proxy."""

MAX_INTERIM_HEADS = 5  # answers of 1xx before the final one

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_STATUS_LINE = re.compile(rb"HTTP/1\.\d[ \t]+(\d{3})(?!\d)[ \t]*([^\r\n]*)")
_NOT_PRINTED = re.compile(r"[^ -~]+")
_MAX_REASON_CHARS = 60
AUTHENTICATION_REQUIRED = 407
_NOT_IMPLEMENTED = 501
_PASSING = (408, 429)  # and 5xx: another attempt may succeed


async def open_tunnel(
    stream: httpcore.AsyncNetworkStream, proxy: Proxy, host: str, port: int, credentials: Credentials | None
) -> None:
    """Have the proxy connect to a host. The stream then leads there. Raises ProxyFailed, ProxyDown, httpcore's errors."""
    target = f"{f'[{host}]' if ':' in host else host}:{port}".encode("ascii")
    lines = [b"CONNECT %b HTTP/1.1" % target, b"Host: %b" % target, *_authorization(credentials), b"", b""]
    await stream.write(b"\r\n".join(lines))
    status, reason = await _status(stream, proxy)
    if 200 <= status < 300:
        return
    if status == AUTHENTICATION_REQUIRED:
        raise credentials_refused(proxy)
    passing = (status >= 500 and status != _NOT_IMPLEMENTED) or status in _PASSING
    what = f"the proxy {proxy} does not connect to {host}:{port}: it answers {f'{status} {reason}'.rstrip()}"
    error = ProxyFailed(host, what, kind="proxy" if passing else REFUSED)
    error.status = status
    raise error


def credentials_refused(proxy: Proxy) -> ProxyDown:
    """Return the error for an answer 407: it names the variables to set, never what they hold."""
    names = " and ".join(variables_of(proxy))
    if credentials_of(proxy):
        return down(proxy, f"refuses the user name and password of {names} (407)", setup=True)
    return down(proxy, f"asks for a user name and password (407); set {names}", setup=True)


def authorization(credentials: Credentials) -> bytes:
    """Return the value of a Proxy-Authorization header (Basic, RFC 7617)."""
    return b"Basic " + base64.b64encode(b":".join(credentials.as_bytes))


def _authorization(credentials: Credentials | None) -> list[bytes]:
    return [b"Proxy-Authorization: " + authorization(credentials)] if credentials else []


async def _status(stream: httpcore.AsyncNetworkStream, proxy: Proxy) -> tuple[int, str]:
    """Read the answer's head. Return its status and reason. Bytes after the head of a 2xx belong to no one: an error."""
    data = bytearray()
    for _ in range(MAX_INTERIM_HEADS + 1):
        end = await _head_end(stream, proxy, data)
        found = _STATUS_LINE.match(data)
        if not found:
            raise down(proxy, "does not answer as an HTTP proxy does", setup=True)
        status, rest = int(found[1]), data[end:]
        if status >= 200:
            if status < 300 and rest:  # the host has not been asked for anything yet
                raise down(proxy, "sends data before it was asked for any", setup=True)
            reason = _NOT_PRINTED.sub(" ", found[2].decode("latin-1")).strip()
            return status, reason[:_MAX_REASON_CHARS]
        data = rest
    raise down(proxy, f"sends more than {MAX_INTERIM_HEADS} interim answers (1xx)", setup=True)


async def _head_end(stream: httpcore.AsyncNetworkStream, proxy: Proxy, data: bytearray) -> int:
    """Read until the data hold a head. Return where it ends."""
    searched = 0
    while True:
        if found := _HEAD_END.search(data, max(searched - 3, 0)):
            return found.end()
        searched = len(data)
        if searched > MAX_HEAD_BYTES:
            raise down(proxy, f"answers with a head over {MAX_HEAD_BYTES} bytes", setup=True)
        chunk = await stream.read(4096)
        if not chunk:
            raise down(proxy, "closes the connection before it has answered", setup=bool(data))
        data += chunk
