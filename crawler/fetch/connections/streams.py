"""Connections on asyncio's own transports, as httpcore asks for them.

httpcore's way over anyio takes as long again as everything else that it does for a request.
"""

from __future__ import annotations

import asyncio
import select
import socket
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore

_MOST_HELD = 256 * 1024  # bytes that have come and not been asked for; the server waits then
_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)
"""Linux' option to acknowledge at once. A server holds small pieces back until what it sent before is acknowledged (Nagle,
RFC 896), and a system delays that by 40 ms or to its next request: bytes that follow an answer, and are none of the next,
would come just behind that request and be taken for its answer."""

_INFO = {
    "ssl_object": "ssl_object",
    "client_addr": "sockname",
    "server_addr": "peername",
    "socket": "socket",
}


class Stream(asyncio.Protocol, httpcore.AsyncNetworkStream):
    """One connection, plain or, after `start_tls`, over TLS. Raises httpcore's errors. One reads and one writes at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport
        self._held = bytearray()
        self._paused = False  # reading, because enough is held
        self._ended = False  # nothing more will come
        self._error: Exception | None = None  # that the connection broke with
        self._news: asyncio.Future[None] | None = None  # a reader waits for it
        self._writable = asyncio.Event()
        self._writable.set()

    # -- what asyncio tells -------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Something has come."""
        self._held += data
        if _QUICKACK is not None:  # it does not last
            self._transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
        if len(self._held) > _MOST_HELD and not self._paused:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        """The server says no more. True: what we have still to say goes out; over TLS that is not for us to choose."""
        self._ended = True
        self._wake()
        return self._transport.get_extra_info("ssl_object") is None

    def connection_lost(self, error: Exception | None) -> None:
        """The connection is over."""
        self._ended, self._error = True, error
        self._writable.set()
        self._wake()

    def pause_writing(self) -> None:
        """More has been written than goes out."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """It has gone out."""
        self._writable.set()

    def _wake(self) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(None)

    # -- what httpcore asks -------------------------------------------------------------------------------

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What has come, at most so much; nothing when the server has said all."""
        if not self._held and not self._ended:
            await self._something(timeout)
        if not self._held and self._error is not None:
            raise httpcore.ReadError(str(self._error)) from self._error
        data = bytes(self._held[:max_bytes])
        del self._held[:max_bytes]
        if self._paused and len(self._held) < _MOST_HELD // 2:
            self._paused = False
            self._transport.resume_reading()
        return data

    async def _something(self, timeout: float | None) -> None:
        self._news = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(timeout):
                await self._news
        except TimeoutError as error:
            raise httpcore.ReadTimeout("nothing came in time") from error
        finally:
            self._news = None

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send."""
        if self._transport.is_closing():
            raise httpcore.WriteError(str(self._error or "the connection is closed"))
        self._transport.write(buffer)
        if self._writable.is_set():
            return
        try:
            async with asyncio.timeout(timeout):
                await self._writable.wait()
        except TimeoutError as error:
            raise httpcore.WriteTimeout("nothing went out in time") from error

    async def aclose(self) -> None:
        """Close the connection; what was written and has not gone out yet is given one turn of the loop."""
        self._transport.close()
        await asyncio.sleep(0)
        self._transport.abort()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> Stream:
        """The same connection, over TLS from here on."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                transport = await loop.start_tls(
                    self._transport, self, ssl_context, server_hostname=server_hostname
                )
        except TimeoutError as error:
            self._transport.abort()
            raise httpcore.ConnectTimeout("the TLS handshake was not done in time") from error
        except OSError as error:  # ssl.SSLError is one
            self._transport.abort()
            raise httpcore.ConnectError(str(error)) from error
        assert transport is not None
        self._transport = transport
        return self

    def get_extra_info(self, info: str) -> Any:
        """httpcore's names: ssl_object, client_addr, server_addr, socket; is_readable: it can't be used for a further request."""
        if info == "is_readable":
            return bool(self._held) or self._ended or self._more_has_come()
        return self._transport.get_extra_info(_INFO[info]) if info in _INFO else None

    def _more_has_come(self) -> bool:
        """Whether the system has something, such as the connection's end, that the event loop has not come to yet."""
        poll = select.poll()
        poll.register(self._transport.get_extra_info("socket"), select.POLLIN)
        return bool(poll.poll(0))


async def connect(
    address: str,
    port: int,
    timeout: float | None = None,
    local_address: str | None = None,
    socket_options: Iterable[Any] | None = None,
) -> Stream:
    """A connection to an IP address. Raises httpcore's ConnectError and ConnectTimeout."""
    local = None if local_address is None else (local_address, 0)
    try:
        async with asyncio.timeout(timeout):
            transport, stream = await asyncio.get_running_loop().create_connection(
                Stream, address, port, local_addr=local
            )
    except TimeoutError as error:
        raise httpcore.ConnectTimeout(f"no connection to {address} in time") from error
    except OSError as error:
        raise httpcore.ConnectError(str(error)) from error
    for option in socket_options or ():
        transport.get_extra_info("socket").setsockopt(*option)
    return stream
