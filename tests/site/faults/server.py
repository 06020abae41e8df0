"""A server that sends given bytes, also those that no server library would send. The faults supply the bytes."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum, auto


class Act(Enum):
    """Acts of a server other than sending bytes."""

    RESET = auto()  # break the connection with RST
    HANG = auto()  # say nothing more, and keep the connection
    DRIP = auto()  # a byte every 20 ms, for ever
    FLOOD = auto()  # 64 KiB again and again, for ever


Part = bytes | Act
Parts = Iterable[Part]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request."""

    scheme: str
    host: str  # without a port
    path: str  # with the query
    headers: dict[str, str]  # by lower-case name
    number: int  # number of requests for this address, this one included


Respond = Callable[[Call], Parts]
Handshake = Callable[[socket.socket], "Act | None"]
"""Function in place of the TLS handshake: gets the raw connection, sends any bytes, and may return an act."""

_LINGER = struct.pack("ii", 1, 0)  # close() sends RST


@dataclass(slots=True)
class Server:
    """One listening socket; one thread and one answer for each connection."""

    respond: Respond
    context: ssl.SSLContext | None = None
    handshake: Handshake | None = None
    address: str = "127.0.0.1"
    _counts: dict[str, int] = field(default_factory=dict)
    _threads: list[threading.Thread] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _closing: threading.Event = field(default_factory=threading.Event)
    _listener: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        """Listen on a free port."""
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        self._listener = socket.create_server((self.address, 0), family=family, backlog=128)
        self._listener.settimeout(0.05)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._listener.getsockname()[1])

    def start(self) -> None:
        """Serve from a thread of its own."""
        thread = threading.Thread(target=self._accept, daemon=True)
        self._threads.append(thread)
        thread.start()

    def stop(self) -> None:
        """Stop listening, and end every connection."""
        self._closing.set()
        for thread in self._threads:
            thread.join(timeout=5)
        self._listener.close()

    def count(self, url: str) -> int:
        """Return the number of requests for an address."""
        return self._counts.get(url, 0)

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, raw: socket.socket) -> None:
        raw.settimeout(5)
        connection = raw
        try:
            if self.handshake is not None:
                self._act(raw, self.handshake(raw))
                return
            if self.context is not None:
                connection = self.context.wrap_socket(raw, server_side=True)
            if (call := self._read(connection)) is not None:
                for part in self.respond(call):
                    self._send(connection, part)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the client closed the connection
        finally:
            connection.close()
            raw.close()

    def _read(self, connection: socket.socket) -> Call | None:
        data = b""
        while b"\r\n\r\n" not in data:
            chunk = connection.recv(65536)
            if not chunk:
                return None
            data += chunk
        first, *lines = data.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        host, path = headers["host"].rpartition("]")[0] or headers["host"], first.split(" ")[1]
        host = host.lstrip("[") if host.startswith("[") else host.partition(":")[0]
        scheme = "https" if self.context else "http"
        url = f"{scheme}://{host}{path}"
        with self._lock:
            number = self._counts[url] = self._counts.get(url, 0) + 1
        return Call(scheme=scheme, host=host, path=path, headers=headers, number=number)

    def _send(self, connection: socket.socket, part: Part) -> None:
        if isinstance(part, bytes):
            connection.sendall(part)
        else:
            self._act(connection, part)

    def _act(self, connection: socket.socket, act: Act | None) -> None:
        if act is Act.RESET:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
            connection.close()
        elif act is Act.HANG:
            self._closing.wait(10)
        elif act is Act.DRIP:
            while not self._closing.is_set():
                connection.sendall(b".")
                time.sleep(0.02)
        elif act is Act.FLOOD:
            while not self._closing.is_set():
                connection.sendall(b" " * 65536)
