"""httpcore's network stream on asyncio's transports and protocols.

httpcore's own stream on anyio takes as long per request as all the rest of httpcore. Which address to connect to is
decided in `guard`.
"""

from __future__ import annotations

import asyncio
import os
import select
import socket
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore

from crawler.fetch.turns import check_turn

_MAX_BUFFER_BYTES = 256 * 1024  # received and not read yet; beyond it reading from the socket pauses
_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)
"""Linux option to acknowledge received data at once. By default the system delays an acknowledgement by up to 40 ms or
until its next request, and a server holds small pieces back until then (Nagle, RFC 896). Surplus bytes after an answer
would then arrive after the next request and be taken for its answer."""

_INFO = {
    "ssl_object": "ssl_object",
    "client_addr": "sockname",
    "server_addr": "peername",
    "socket": "socket",
}


class Stream(asyncio.Protocol, httpcore.AsyncNetworkStream):
    """One connection, plain or, after `start_tls`, over TLS. Raises httpcore's errors. One reader and one writer at a time."""

    def __init__(self) -> None:
        self.proxy: str | None = None  # kind of the proxy that made this connection
        self._transport: asyncio.Transport
        self._buffer = bytearray()  # received and not read yet
        self._paused = False  # reading from the socket, because the buffer is full
        self._ended = False  # the server has closed its side
        self._error: Exception | None = None  # why the connection broke
        self._data_or_end: asyncio.Future[None] | None = None  # what the reader waits for
        self._writable = asyncio.Event()
        self._writable.set()

    # -- callbacks of asyncio -------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport of the new connection."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Buffer received data."""
        self._buffer += data
        if _QUICKACK is not None:  # the system resets it, so it is set each time
            self._transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
        if len(self._buffer) > _MAX_BUFFER_BYTES and not self._paused:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        """Note that the server has closed its side. Returns True to keep ours open; over TLS asyncio allows only False."""
        self._ended = True
        self._wake()
        return self._transport.get_extra_info("ssl_object") is None

    def connection_lost(self, error: Exception | None) -> None:
        """Note that the connection is closed."""
        self._ended, self._error = True, error
        self._writable.set()
        self._wake()

    def pause_writing(self) -> None:
        """Make writers wait: the send buffer is full."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Let writers go on: the send buffer has room."""
        self._writable.set()

    def _wake(self) -> None:
        if self._data_or_end is not None and not self._data_or_end.done():
            self._data_or_end.set_result(None)

    # -- methods for httpcore -------------------------------------------------------------------------------

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return up to `max_bytes` received bytes; empty at the end."""
        if not self._buffer and not self._ended:
            await self._wait_for_data(timeout)
        if not self._buffer and self._error is not None:
            raise httpcore.ReadError(str(self._error)) from self._error
        data = bytes(self._buffer[:max_bytes])
        del self._buffer[:max_bytes]
        if self._paused and len(self._buffer) < _MAX_BUFFER_BYTES // 2:
            self._paused = False
            self._transport.resume_reading()
        return data

    async def _wait_for_data(self, timeout: float | None) -> None:
        self._data_or_end = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(timeout):
                await self._data_or_end
        except TimeoutError as error:
            raise httpcore.ReadTimeout("nothing was received in time") from error
        finally:
            self._data_or_end = None

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send bytes; wait while the send buffer is full. Raises Halted if the turn to ask the server has ended."""
        if self._transport.is_closing():
            raise httpcore.WriteError(str(self._error or "the connection is closed"))
        check_turn()
        self._transport.write(buffer)
        if self._writable.is_set():
            return
        try:
            async with asyncio.timeout(timeout):
                await self._writable.wait()
        except TimeoutError as error:
            raise httpcore.WriteTimeout("nothing could be sent in time") from error

    async def aclose(self) -> None:
        """Close the connection. Unsent bytes have one iteration of the event loop to go out."""
        self._transport.close()
        await asyncio.sleep(0)
        self._transport.abort()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> Stream:
        """Switch this connection to TLS and return it. Raises httpcore's ConnectError if anything came before it.

        Such bytes would be read as the server's, although TLS protects none of them.
        """
        if self._buffer:
            self._transport.abort()
            raise httpcore.ConnectError("data came before the TLS handshake")
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
        """Return httpcore's ssl_object, client_addr, server_addr, socket, or is_readable (not usable for a further request).

        Also `proxy`. Behind a proxy there is no server_addr: the peer is the proxy.
        """
        if info == "proxy":
            return self.proxy
        if info == "server_addr" and self.proxy:
            return None
        if info == "is_readable":
            return bool(self._buffer) or self._ended or self._has_unread_data()
        return self._transport.get_extra_info(_INFO[info]) if info in _INFO else None

    def _has_unread_data(self) -> bool:
        """Return whether the socket has data, or the connection's end, that the event loop has not read yet."""
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
    """Connect to an IP address. Raises httpcore's ConnectError and ConnectTimeout."""
    local = None if local_address is None else (local_address, 0)
    try:
        async with asyncio.timeout(timeout):
            transport, stream = await asyncio.get_running_loop().create_connection(
                Stream, address, port, local_addr=local
            )
    except TimeoutError as error:
        raise httpcore.ConnectTimeout(f"no connection to {address} in time") from error
    except OSError as error:  # asyncio's own message repeats number and address
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise httpcore.ConnectError(reason) from error
    for option in socket_options or ():
        transport.get_extra_info("socket").setsockopt(*option)
    return stream
