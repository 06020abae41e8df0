"""The fault site: `with FaultSite() as site: …`; hosts, name look-ups and entries for a crawl of all its faults."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from crawler.model import Site
from tests.site.faults import tls
from tests.site.faults.answers import http
from tests.site.faults.fault import Fault
from tests.site.faults.server import Call, Parts, Server

_CLOSED = 1
"""A port of 127.0.0.1 on which nothing listens."""


class FaultSite:
    """The running servers: every fault has its own host name."""

    hosts: dict[str, tuple[str, int]]  # "short-body.faults.gov.cn:80" to ("127.0.0.1", 45123)
    ca_file: Path  # PEM of the authority that signed the good certificates

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        """Prepare the site; nothing listens yet."""
        self._faults = {fault.host.encode("idna").decode(): fault for fault in faults}
        self._servers: list[Server] = []
        self.hosts = {}

    def __enter__(self) -> Self:
        """Start the servers."""
        self._folder = tempfile.TemporaryDirectory(prefix="fazhi-faults-")
        self._certificates = tls.Certificates(Path(self._folder.name))
        self.ca_file = self._certificates.file
        plain = self._server(Server(self._respond))
        for host, fault in list(self._faults.items()):
            if fault.addresses is None:
                self.hosts[f"{host}:80"] = ("127.0.0.1", _CLOSED if fault.closed else plain.port)
            if fault.context is not None or fault.handshake is not None:
                self.hosts[f"{host}:443"] = ("127.0.0.1", self._secure(host, fault).port)
            if fault.ipv6:
                self._serve_ipv6(fault)
        return self

    def _secure(self, host: str, fault: Fault) -> Server:
        context = fault.context(self._certificates, host) if fault.context else None
        return self._server(Server(self._respond, context=context, handshake=fault.handshake))

    def _serve_ipv6(self, fault: Fault) -> None:
        parts = urlsplit(fault.address)
        server = self._server(Server(self._respond, address="::1"))
        self.hosts[f"{parts.hostname}:{parts.port}"] = ("::1", server.port)
        self._faults[parts.hostname or ""] = fault

    def _server(self, server: Server) -> Server:
        server.start()
        self._servers.append(server)
        return server

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening and remove keys and certificates."""
        for server in self._servers:
            server.stop()
        self._folder.cleanup()

    def _respond(self, call: Call) -> Parts:
        fault = self._faults[call.host]
        if call.path == "/robots.txt":
            return fault.robots(call) if fault.robots else [http("404 Not Found")]
        return fault.serve(call)

    async def resolve(self, host: str, port: int) -> list[str]:
        """Resolve a name that is not in the host map, as its fault says; other names do not exist."""
        fault = self._faults.get(host)
        if fault is None or not fault.addresses:
            raise OSError("Name or service not known")
        return list(fault.addresses)

    def asked(self, fault: Fault) -> int:
        """Return the number of requests for a fault's address."""
        parts = urlsplit(fault.address)
        host = parts.hostname or ""
        url = f"{parts.scheme}://{host if host.isascii() else host.encode('idna').decode()}{parts.path}"
        return sum(server.count(url) for server in self._servers)


def entry(fault: Fault) -> Site:
    """Return the site of a fault's host."""
    site = Site(id=fault.name, name="武汉市人民政府", region="420100", pages=(fault.address,), delay=0.0)
    return replace(site, **fault.entry)
