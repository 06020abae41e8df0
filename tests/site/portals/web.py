"""Serve portals on 127.0.0.1, each under its own host name. `with PortalWeb(30, seed=1) as web: …`"""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

from tests.site.certificates import Authority
from tests.site.portals.making import make
from tests.site.portals.model import Portal
from tests.site.portals.site import Site
from tests.site.server import Answer, Request, Server

_CHALLENGES = {
    412: "<html><head><meta charset=\"utf-8\"></head><body><script>$_ts=window['$_ts'];if(!$_ts)$_ts={};$_ts.nsd=88143;$_ts.cd='qEsqWlAqr';</script><script src=\"/c2a9f/bd71.js\"></script></body></html>",
    521: "<script>document.cookie=('_')+('_')+('j')+('s')+('l')+('_clearance_s=1699')+';max-age=3600;path=/';location.href=location.pathname+location.search</script>",
    468: '<html><head><script>var waf=window.waf||{};waf.token="9f2c";</script><script src="/_waf_/check.js"></script></head><body></body></html>',
}


class PortalWeb:
    """The running servers, for the block of the `with` statement."""

    portals: tuple[Portal, ...]
    hosts: dict[str, tuple[str, int]]  # "www.andei7.test:80" to ("127.0.0.1", 45123)
    ca_file: Path  # PEM of the authority that signed the servers' certificates
    requests: list[Request]  # all requests, in the order of the answers

    def __init__(self, number: int = 0, *, seed: int = 1, codes: Sequence[str] = ()) -> None:
        """Prepare so many portals, or those of divisions under their real names; nothing listens yet."""
        self._made = make(number, seed, codes)
        self.portals = self._made.portals
        self.requests = []

    def __enter__(self) -> PortalWeb:
        """Start the servers."""
        self._folder = tempfile.TemporaryDirectory(prefix="fazhi-portals-")
        authority = Authority(self._made.https)
        self.ca_file = Path(self._folder.name) / "ca.pem"
        authority.write(self.ca_file)
        self._http = Server(self._respond)
        self._https = Server(self._respond, context=authority.server_context())
        self._closed = socket.socket()  # bound and not listening: connections are refused
        self._closed.bind(("127.0.0.1", 0))
        self._http.start()
        self._https.start()
        self.hosts = {}
        for host in self._made.sites:
            silent = host in self._made.silent
            tls = host in self._made.https and not silent
            closed: tuple[str, int] = self._closed.getsockname()
            plain = not silent and host not in self._made.without_http
            self.hosts[f"{host}:80"] = ("127.0.0.1", self._http.port) if plain else closed
            self.hosts[f"{host}:443"] = ("127.0.0.1", self._https.port) if tls else closed
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening."""
        self._http.stop()
        self._https.stop()
        self._closed.close()
        self._folder.cleanup()

    def site(self, portal: Portal) -> Site:
        """Return what serves a portal's own host."""
        return self._made.sites[portal.host]

    def ask(self, url: str, *, method: str = "GET", body: bytes = b"", content_type: str = "") -> Answer:
        """Answer a request without the network, as the servers would."""
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"content-type": content_type} if content_type else {}
        return self._answer(
            Request(
                method=method,
                scheme=parts.scheme,
                host=parts.hostname or "",
                path=path,
                headers=headers,
                body=body,
            )
        )

    def _respond(self, request: Request) -> Answer:
        answer = self._answer(request)
        self.requests.append(replace(request, status=answer.status))
        return answer

    def _answer(self, request: Request) -> Answer:
        site = self._made.sites.get(request.host)
        if site is None:
            return Answer(
                status=421, body=b"<h1>421 Misdirected Request</h1>", headers={"Content-Type": "text/html"}
            )
        if status := self._made.firewalls.get(request.host):
            return Answer(
                status=status,
                body=_CHALLENGES[status].encode(),
                headers={"Content-Type": "text/html; charset=utf-8"},
            )
        if request.host in self._made.https and request.scheme == "http":
            return Answer(status=301, headers={"Location": f"https://{request.host}{request.path}"})
        return site.answer(request)
