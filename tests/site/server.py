"""HTTP/1.1 on loopback: parse requests, get the answer from a function, log both. `web` supplies the function."""

from __future__ import annotations

import contextlib
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

_IDLE_SECONDS = 30.0  # until an idle connection is closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request and the status of its answer."""

    method: str
    scheme: str
    host: str  # as in the Host header, without a port
    path: str  # with the query
    headers: Mapping[str, str]  # by lower-case name
    body: bytes = b""
    status: int = 0
    at: float = 0.0  # time.monotonic() when it was received
    connection: int = 0  # the client's port: the same for requests over one connection

    @property
    def url(self) -> str:
        """Address of the request: http://www.xuchang.gov.cn/…"""
        return f"{self.scheme}://{self.host}{self.path}"

    @property
    def form(self) -> dict[str, str]:
        """Parameters of the query and of a posted form."""
        pairs = parse_qsl(urlsplit(self.path).query, keep_blank_values=True)
        if self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            pairs += parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True)
        return dict(pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to a request."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


Respond = Callable[[Request], Answer]


class Server(ThreadingHTTPServer):
    """One listening socket on 127.0.0.1, with TLS if it gets a context; one thread for each connection."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, respond: Respond, *, context: ssl.SSLContext | None = None) -> None:
        """Listen on a free port. `respond` is called on the connection's thread."""
        self.respond = respond
        self.scheme = "https" if context else "http"
        self._context = context
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])

    def start(self) -> None:
        """Serve from a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and close every connection, including kept-alive ones."""
        self.shutdown()
        self._thread.join()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self.server_close()

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Serve one connection. The TLS handshake happens here, so that a slow one does not block others."""
        request.settimeout(_IDLE_SECONDS)
        connection = self._context.wrap_socket(request, server_side=True) if self._context else request
        with self._lock:
            self._open.add(connection)
        try:
            super().finish_request(connection, client_address)
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that close the connection."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "nginx"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body are sent together
    server: Server

    def _serve(self) -> None:
        at = time.monotonic()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(
            method=self.command,
            scheme=self.server.scheme,
            host=(self.headers.get("Host") or "").partition(":")[0].lower(),
            path=self.path,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
            at=at,
            connection=self.client_address[1],
        )
        answer = self.server.respond(request)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 304:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD" and answer.status != 304:
            self.wfile.write(answer.body)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = _serve

    def log_message(self, format: str, *args: object) -> None:
        """Do nothing: the web keeps its own log."""
