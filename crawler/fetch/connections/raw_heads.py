"""Keep the raw head of each answer for the archive, and repair heads that h11 refuses but browsers accept.

h11 gives only parsed headers, so the head is read here first. Always repaired: a repeated or useless Transfer-Encoding.
Repaired for a site with `headers: lenient`: lines that HTTP forbids and old servers send.
"""

from __future__ import annotations

import itertools
import re
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore

_STATUS_LINE = re.compile(rb"HTTP(?:/(\d)(?:\.(\d))?)?[ \t]+(\d{3})(?!\d)[ \t]*+(.*)", re.I | re.S)
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_INTERIM = re.compile(rb"HTTP/?[\d.]*[ \t]+1(?!01)\d\d", re.I)  # 1xx but 101: the final head follows
_TRANSFER = re.compile(rb"\r?\ntransfer-encoding:([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)", re.I)  # folded lines too
_MAX_HEAD_BYTES = 100 * 1024  # a longer head is left to h11, which has its own limit
_MAX_ANSWER_BYTES = 128 * 1024 * 1024  # of one answer with all its framing, which can be longer than the body
_MAX_INTERIM_HEADS = 20  # answers of 1xx before the final one


def repair(head: bytes) -> bytes:
    """Return a response's head repaired for h11: lines without a header name dropped, control characters made spaces.

    As in browsers, a header folded over two lines becomes one line; a status line needs only a version and a code.
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
    """Return a response's head with at most one `Transfer-Encoding: chunked`, as browsers read it.

    A repeated `chunked` and `identity` are dropped. Other codings are left for h11 to refuse, or dropped if `lenient`.
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
    """A connection that keeps the raw head of its last answer as extra info `head`, and repairs heads for h11."""

    def __init__(self, inner: httpcore.AsyncNetworkStream, *, lenient: bool) -> None:
        self._inner = inner
        self._lenient = lenient
        self._in_head = True
        self._head = b""
        self._received = 0  # bytes of the body's framing and its content

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return bytes of the body as they come; a head only once it is complete, with its interim heads (1xx)."""
        if not self._in_head:
            data = await self._inner.read(max_bytes, timeout)
            self._received += len(data)
            if self._received > _MAX_ANSWER_BYTES:
                raise httpcore.RemoteProtocolError(f"more than {_MAX_ANSWER_BYTES} bytes for one answer")
            return data
        interim, data = b"", b""
        for _ in range(_MAX_INTERIM_HEADS + 1):
            data, end = await self._read_head(data, max_bytes, timeout)
            if not end:
                return interim + data
            head, data = data[:end], data[end:]
            if not _INTERIM.match(head):
                self._head, self._in_head = head, False
                return interim + self._for_h11(head) + data
            interim += self._for_h11(head)
        raise httpcore.RemoteProtocolError(
            f"more than {_MAX_INTERIM_HEADS} interim answers (1xx) and no other"
        )

    async def _read_head(self, begun: bytes, max_bytes: int, timeout: float | None) -> tuple[bytes, int]:
        """Read until the data hold a head. Return them and where the head ends; 0 if the answer or the limit ends it."""
        data, searched = bytearray(begun), 0  # a bytearray: a head may come byte by byte
        while True:
            if self._lenient and not searched:
                data = data.lstrip(b"\r\n")  # some servers send them after the previous body
            if end := _HEAD_END.search(data, max(searched - len(b"\r\n\r"), 0)):
                return bytes(data), end.end()
            searched = len(data)
            chunk = await self._inner.read(max_bytes, timeout) if searched < _MAX_HEAD_BYTES else b""
            if not chunk:
                return bytes(data), 0
            data += chunk

    def _for_h11(self, head: bytes) -> bytes:
        return framed(repair(head) if self._lenient else head, lenient=self._lenient)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send bytes. The next bytes read are the head of an answer."""
        self._in_head, self._head, self._received = True, b"", 0
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._inner.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Return this connection over TLS."""
        inner = await self._inner.start_tls(ssl_context, server_hostname, timeout)
        return HeadStream(inner, lenient=self._lenient)

    def get_extra_info(self, info: str) -> Any:
        """Return `head`, or the inner connection's information."""
        return self._head if info == "head" else self._inner.get_extra_info(info)


class HeadBackend(httpcore.AsyncNetworkBackend):
    """A network backend whose connections keep the raw heads of answers."""

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
        """Return the inner backend's connection as a HeadStream."""
        inner = await self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        return HeadStream(inner, lenient=self._lenient)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Call the inner backend, which refuses it."""
        return await self._inner.connect_unix_socket(path, timeout, socket_options)

    async def sleep(self, seconds: float) -> None:
        """Wait, for httpcore's own retries."""
        await self._inner.sleep(seconds)
