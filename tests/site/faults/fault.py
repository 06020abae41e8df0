"""What a fault is: who does what, and what must come of it."""

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
    """One fault: a row of docs/faults.md, a host of its own, and a test."""

    name: str  # its host is <name>.faults.gov.cn
    does: str  # what the server does, for people
    ending: Ending
    serve: Serve = fine
    detail: str = ""  # regular expression: part of the outcome's words
    entry: Mapping[str, Any] = field(default_factory=dict)  # what its entry in sources.yaml says besides
    url: str = "http://{host}/report.html"
    context: Callable[[Certificates, str], Context] | None = None  # its TLS, where that is the fault
    handshake: Handshake | None = None  # what it does instead of TLS
    robots: Serve | None = None  # its robots.txt; none by default
    addresses: tuple[str, ...] | None = None  # what its name leads to, instead of loopback
    asked: int | None = None  # how often the address must have been asked for
    ipv6: bool = False  # serve on ::1
    closed: bool = False  # nobody listens
    slow: bool = False  # what ends it is a limit of time
    since: str = "0.1.0"

    @property
    def host(self) -> str:
        """Its host name, as addresses have it."""
        return f"{self.name}.faults.gov.cn"

    @property
    def address(self) -> str:
        """The address that its entry gives."""
        return self.url.format(host=self.host)
