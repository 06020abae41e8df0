"""The row of the fault table: what the server does, and the expected outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crawler.model import Ending
from tests.site.faults.answers import fine
from tests.site.faults.server import Call, Handshake, Parts
from tests.site.faults.tls import Certificates, Context

Serve = Callable[[Call], Parts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault: a row of docs/faults.md, a host, and a test."""

    name: str  # its host is <name>.faults.gov.cn
    does: str  # what the server does, for people
    ending: Ending
    serve: Serve = fine
    detail: str = ""  # regular expression for the outcome's detail
    entry: Mapping[str, Any] = field(default_factory=dict)  # further keys of its entry in sources.yaml
    url: str = "http://{host}/report.html"
    context: Callable[[Certificates, str], Context] | None = None  # its TLS, if the fault is there
    handshake: Handshake | None = None  # what it does instead of TLS
    robots: Serve | None = None  # its robots.txt; none by default
    addresses: tuple[str, ...] | None = None  # addresses of its name, instead of loopback
    asked: int | None = None  # expected number of requests for the address
    ipv6: bool = False  # serve on ::1
    closed: bool = False  # nobody listens
    slow: bool = False  # ends by a time limit
    since: str = "0.1.0"

    @property
    def host(self) -> str:
        """Its host name."""
        return f"{self.name}.faults.gov.cn"

    @property
    def address(self) -> str:
        """The address in its entry."""
        return self.url.format(host=self.host)
