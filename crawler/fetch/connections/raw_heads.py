"""The head of each answer as it was sent, kept for the archive; h11 gives only its parts.

What h11 refuses and browsers read is repaired before h11 sees it: Transfer-Encoding said twice or of no use; and, for a
site whose entry says `headers: lenient`, lines that HTTP forbids and old servers send.
"""

from __future__ import annotations

import itertools
import re
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore

_STATUS_LINE = re.compile(rb"HTTP(?:/(\d)(?:\.(\d))?)?[ \t]+(\d{3})(?!\d)[ \t]*(.*)", re.I | re.S)
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_END = re.compile(rb"\r?\n\r?\n")
_INTERIM = re.compile(rb"HTTP/?[\d.]*[ \t]+1(?!01)\d\d", re.I)  # 1xx but 101: another head follows
_TRANSFER = re.compile(rb"\r?\ntransfer-encoding:([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)", re.I)  # folded lines too
_LONGEST = 100 * 1024  # bytes; a longer head is left to h11, which has its own limit
_MAX_INTERIM = 20  # answers of 1xx before the one that counts; a server that sends more never comes to it


def repair(head: bytes) -> bytes:
    """A response's head that h11 takes: lines without a header's name dropped, control characters made spaces.

    As in browsers, a header folded over two lines stays one; of a status line only version and code need be right.
    """
    first, *lines = re.split(rb"\r?\n", head.rstrip(b"\r\n"))
    kept: list[bytes] = []
    for line in lines:
        name, colon, value = line.partition(b":")
        if line[:1] in (b" ", b"\t") and kept:
            kept[-1] += b" " + _CONTROL.sub(b" ", line.strip())
        elif colon and _TOKEN.fullmatch(name.strip()) and not _is_wrong_length(name, value):
            kept.append(name.strip() + b": " + _CONTROL.sub(b" ", value).strip())
    return b"\r\n".join([_status_line(first), *kept, b"", b""])


def framed(head: bytes, *, lenient: bool) -> bytes:
    """A response's head that says once that its body is chunked, or not at all, as browsers read it.

    `chunked` said again and `identity` mean nothing more. Other codings are left for h11 to refuse, or passed over if
    `lenient`.
    """
    values = _TRANSFER.findall(head)
    if [value.strip(b" \t").lower() for value in values] in ([], [b"chunked"]):
        return head
    codings = {token.partition(b";")[0].strip().lower() for value in values for token in value.split(b",")}
    if codings - {b"", b"identity", b"chunked"} and not lenient:
        return head
    lines = itertools.chain(
        [b"\r\nTransfer-Encoding: chunked"] if b"chunked" in codings else [], itertools.repeat(b"")
    )
    return _TRANSFER.sub(lambda _: next(lines), head)


def _status_line(line: bytes) -> bytes:
    found = _STATUS_LINE.fullmatch(line.strip())
    if not found:
        return line
    major, minor, code, reason = found.groups()
    version = b"HTTP/%b.%b" % (major or b"1", minor or b"1") if major != b"2" else b"HTTP/1.1"
    return b"%b %b %b" % (version, code, _CONTROL.sub(b" ", reason))


def _is_wrong_length(name: bytes, value: bytes) -> bool:
    return name.strip().lower() == b"content-length" and not value.strip().isdigit()


class HeadStream(httpcore.AsyncNetworkStream):
    """A connection whose last answer's head, as it was sent, is its extra info `head`; repaired for h11 if `lenient`."""

    def __init__(self, inner: httpcore.AsyncNetworkStream, *, lenient: bool) -> None:
        self._inner = inner
        self._lenient = lenient
        self._in_head = True
        self._head = b""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Bytes of the body as they come; a head only when it is whole, with the interim ones (1xx) before it."""
        if not self._in_head:
            return await self._inner.read(max_bytes, timeout)
        interim, data = b"", b""
        for _ in range(_MAX_INTERIM + 1):
            data, end = await self._head_in(data, max_bytes, timeout)
            if not end:
                return interim + data
            head, data = data[:end], data[end:]
            if not _INTERIM.match(head):
                self._head, self._in_head = head, False
                return interim + self._for_h11(head) + data
            interim += self._for_h11(head)
        raise httpcore.RemoteProtocolError(f"more than {_MAX_INTERIM} interim answers (1xx) and no other")

    async def _head_in(self, data: bytes, max_bytes: int, timeout: float | None) -> tuple[bytes, int]:
        """`data` and what comes until a head is in it; and where that ends: 0 where it has no end, or comes to none."""
        searched = 0
        while True:
            if self._lenient and not searched:
                data = data.lstrip(b"\r\n")  # that some servers send after the body before
            if end := _END.search(data, max(searched - len(b"\r\n\r"), 0)):
                return data, end.end()
            searched = len(data)
            chunk = await self._inner.read(max_bytes, timeout) if searched < _LONGEST else b""
            if not chunk:
                return data, 0
            data += chunk

    def _for_h11(self, head: bytes) -> bytes:
        return framed(repair(head) if self._lenient else head, lenient=self._lenient)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send; what comes next is the head of an answer."""
        self._in_head, self._head = True, b""
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._inner.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        """The same over TLS."""
        inner = await self._inner.start_tls(ssl_context, server_hostname, timeout)
        return HeadStream(inner, lenient=self._lenient)

    def get_extra_info(self, info: str) -> Any:
        """What the connection tells of itself, and `head`."""
        return self._head if info == "head" else self._inner.get_extra_info(info)


class HeadBackend(httpcore.AsyncNetworkBackend):
    """A backend whose connections keep the heads that come over them."""

    def __init__(self, inner: httpcore.AsyncNetworkBackend, *, lenient: bool) -> None:
        self._inner = inner
        self._lenient = lenient

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """The inner backend's connection, with its heads."""
        inner = await self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        return HeadStream(inner, lenient=self._lenient)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Left to the inner backend, which refuses it."""
        return await self._inner.connect_unix_socket(path, timeout, socket_options)

    async def sleep(self, seconds: float) -> None:
        """Wait, as httpcore asks between its own retries."""
        await self._inner.sleep(seconds)
