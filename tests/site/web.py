"""The government web: seven sites with their real host names on 127.0.0.1; tests change pages between crawls."""

from __future__ import annotations

import tempfile
import threading
from dataclasses import replace
from email.utils import format_datetime, parsedate_to_datetime
from html import escape
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

from tests.site.certificates import Authority
from tests.site.governments import GOVERNMENTS
from tests.site.model import Government
from tests.site.server import Answer, Request, Server
from tests.site.store import Page, Store

_NOT_FOUND = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>404 Not Found</title></head>
<body><center><h1>404 Not Found</h1></center><p align="center">抱歉，您访问的页面 {path} 不存在或已被删除。</p>
<hr><center>nginx</center></body></html>
<!-- a padding to disable MSIE and Chrome friendly error page -->
"""


class Web:
    """The running servers, for the block of `with Web() as web:`."""

    hosts: dict[str, tuple[str, int]]  # "www.wuhan.gov.cn:443" to ("127.0.0.1", 45123)
    ca_file: Path  # PEM of the authority that signed the servers' certificates
    requests: list[Request]  # all requests, in the order of the answers

    def __init__(self, governments: tuple[Government, ...] = GOVERNMENTS) -> None:
        """Prepare the sites; nothing listens yet."""
        self.governments = governments
        self.requests = []
        self._by_host = {host: g for g in governments for host in (g.host, *g.aliases)}
        self._store = Store(governments)
        self._delays: dict[str, float] = {}
        self._closing = threading.Event()

    def __enter__(self) -> Web:
        """Start the servers."""
        self._folder = tempfile.TemporaryDirectory(prefix="fazhi-site-")
        authority = Authority(self._by_host)
        self.ca_file = Path(self._folder.name) / "ca.pem"
        authority.write(self.ca_file)
        self._http = Server(self._respond)
        self._https = Server(self._respond, context=authority.server_context())
        self._http.start()
        self._https.start()
        self.hosts = {f"{host}:80": ("127.0.0.1", self._http.port) for host in self._by_host}
        self.hosts |= {
            f"{host}:443": ("127.0.0.1", self._https.port)
            for host, government in self._by_host.items()
            if government.https != "no"
        }
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening and remove the certificate."""
        self._closing.set()
        self._http.stop()
        self._https.stop()
        self._folder.cleanup()

    @property
    def connect_to(self) -> list[str]:
        """The host map in curl's form, HOST:PORT:127.0.0.1:REAL_PORT."""
        return [f"{name}:{address}:{port}" for name, (address, port) in self.hosts.items()]

    def government(self, id: str) -> Government:
        """Return the government with an id."""
        return next(g for g in self.governments if g.id == id)

    def edit(self, url: str, old: str, new: str) -> None:
        """Change words of a page, and with them its ETag and Last-Modified; ValueError when it does not hold them.

        Words of the title or body are given folded, as in the gold. Other words are looked for in the page's source.
        """
        self._store.edit(url, old, new)

    def take_down(self, url: str) -> None:
        """Delete a page: it answers 404 from now on."""
        self._store.show(url, down=True)

    def restore(self, url: str) -> None:
        """Restore a deleted page."""
        self._store.show(url, down=False)

    def slow(self, host: str, seconds: float) -> None:
        """Delay every answer of a host by a number of seconds."""
        self._delays[host] = seconds

    def _respond(self, request: Request) -> Answer:
        if delay := self._delays.get(request.host):
            self._closing.wait(delay)
        answer = self._answer(request)
        self.requests.append(replace(request, status=answer.status))
        return answer

    def _answer(self, request: Request) -> Answer:
        government = self._by_host.get(request.host)
        if government is None:
            return _html(421, "<h1>421 Misdirected Request</h1>")
        if government.https == "only" and request.scheme == "http":
            return Answer(status=301, headers={"Location": f"https://{request.host}{request.path}"})
        if urlsplit(request.path).path == "/robots.txt" and government.robots is not None:
            return Answer(status=200, body=government.robots.encode(), headers={"Content-Type": "text/plain"})
        page = self._store.page(request.url, request.form)
        if page is None:
            return _html(404, _NOT_FOUND.format(path=escape(request.path)))
        if request.method not in ("GET", "HEAD") and page.fixed:
            return _html(405, "<h1>405 Not Allowed</h1>", Allow="GET, HEAD")
        return _conditional(page, request)


def _conditional(page: Page, request: Request) -> Answer:
    """Return the page, or 304 if the request's validators match (RFC 9110, section 13.2.2)."""
    if not page.fixed:
        return Answer(status=200, body=page.body, headers={"Content-Type": page.content_type})
    validators = {"ETag": page.etag, "Last-Modified": format_datetime(page.modified, usegmt=True)}
    tags, since = request.headers.get("if-none-match"), request.headers.get("if-modified-since")
    if tags is not None:
        known = tags.strip() == "*" or page.etag in [t.strip().removeprefix("W/") for t in tags.split(",")]
    else:
        known = since is not None and _is_since(page, since)
    if known:
        return Answer(status=304, headers=validators)
    return Answer(status=200, body=page.body, headers={"Content-Type": page.content_type} | validators)


def _is_since(page: Page, since: str) -> bool:
    try:
        return page.modified <= parsedate_to_datetime(since)
    except (TypeError, ValueError):  # an invalid date is ignored (section 13.1.3)
        return False


def _html(status: int, body: str, **headers: str) -> Answer:
    kind = {"Content-Type": "text/html; charset=utf-8"}
    return Answer(status=status, body=body.encode(), headers=kind | headers)
