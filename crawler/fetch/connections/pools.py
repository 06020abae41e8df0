"""Connection pools of one server each: one connection per concurrent request, kept open for later requests."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

import httpcore
import httpx

from crawler.fetch.connections.forwarding import in_absolute_form, own_error
from crawler.model import Proxy

_KEEPALIVE_SECONDS = 15.0  # that a connection without a request stays open


@dataclass(slots=True)
class OpenCount:
    """Number of connections that are open or being opened, over all pools."""

    number: int = 0


class Pool(httpx.AsyncHTTPTransport):
    """httpx's transport over the connections of one server.

    httpcore's own pool, made for any number of servers, takes as long per request as all the rest of httpcore.
    """

    def __init__(
        self,
        backend: httpcore.AsyncNetworkBackend,
        context: ssl.SSLContext,
        open_count: OpenCount,
        *,
        forward: Proxy | None = None,
    ) -> None:
        super().__init__(verify=context, trust_env=False)
        self._of_server = Connections(backend, context, open_count, forward=forward)
        self._pool = self._of_server  # type: ignore[assignment]  # has all methods that httpx calls

    @property
    def idle(self) -> bool:
        """Whether no request is under way."""
        return self._of_server.idle

    async def close_idle(self) -> None:
        """Close the connections without a request."""
        await self._of_server.close_idle()


_SAFE_METHODS = (b"GET", b"HEAD")
_CLOSED_ERRORS = (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError)


def _had_no_answer(error: Exception) -> bool:
    """Return whether a connection ended before an answer began, as idle connections may (RFC 9112, 9.3.1)."""
    return not isinstance(error, httpcore.RemoteProtocolError) or "without sending a response" in str(error)


def _has_leftover(connection: httpcore.AsyncHTTPConnection) -> bool:
    """Return whether more bytes came than the answer has. h11 would take them for the answer to the next request."""
    http1 = getattr(connection, "_connection", None)  # httpcore has no public attribute for this
    state = getattr(http1, "_h11_state", None)
    return state is not None and bool(state.trailing_data[0])


class Connections:
    """Connections of one server: one per concurrent request, kept open for later requests.

    `forward`: the proxy that requests are sent to, in absolute form.
    """

    def __init__(
        self,
        backend: httpcore.AsyncNetworkBackend,
        context: ssl.SSLContext,
        open_count: OpenCount,
        *,
        forward: Proxy | None = None,
    ) -> None:
        self._forward = forward
        self._backend = backend
        self._context = context
        self._open = open_count
        self._connections: list[httpcore.AsyncHTTPConnection] = []

    @property
    def idle(self) -> bool:
        """Whether no request is under way."""
        return all(connection.is_idle() for connection in self._connections)

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """Return the server's response, its body unread. Raises httpcore's errors, and those of a proxy."""
        if self._forward is None:
            return await self._exchange(request)
        response = await self._exchange(in_absolute_form(request, self._forward))
        if error := own_error(response, request.url.host.decode("ascii"), self._forward):
            await response.aclose()
            raise error
        return response

    async def _exchange(self, request: httpcore.Request) -> httpcore.Response:
        while True:
            kept = await self._free()
            connection = kept or self._new(request.url.origin)
            try:
                return await connection.handle_async_request(request)
            except httpcore.ConnectionNotAvailable:  # another request took it meanwhile
                continue
            except _CLOSED_ERRORS as error:
                if kept is None or request.method not in _SAFE_METHODS or not _had_no_answer(error):
                    raise

    async def _free(self) -> httpcore.AsyncHTTPConnection | None:
        for connection in list(self._connections):
            if connection.is_idle() and not connection.has_expired() and not _has_leftover(connection):
                return connection
            if connection.is_closed() or connection.is_idle():
                await self._close(connection)
        return None

    async def close_idle(self) -> None:
        """Close the connections without a request."""
        for connection in list(self._connections):
            if connection.is_closed() or connection.is_idle():
                await self._close(connection)

    async def _close(self, connection: httpcore.AsyncHTTPConnection) -> None:
        if connection in self._connections:  # another request may have closed it meanwhile
            self._connections.remove(connection)
            self._open.number -= 1
            await connection.aclose()

    def _new(self, origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
        connection = httpcore.AsyncHTTPConnection(
            origin, self._context, keepalive_expiry=_KEEPALIVE_SECONDS, network_backend=self._backend
        )
        self._connections.append(connection)
        self._open.number += 1
        return connection

    async def aclose(self) -> None:
        """Close every connection."""
        while self._connections:
            await self._close(self._connections[-1])
