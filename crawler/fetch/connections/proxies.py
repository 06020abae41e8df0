"""Credentials of proxies, from the environment, and the check of hosts whose names a proxy resolves.

`tunnels` connects; `socks5` and `http_connect` speak with the proxy.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from crawler.errors import ProxyDown, Refused
from crawler.fetch.connections.public_addresses import BAD_PORTS, is_address, is_public
from crawler.model import Proxy

USER, PASSWORD = "FAZHI_PROXY_USER", "FAZHI_PROXY_PASSWORD"
"""Variables with the credentials for every proxy. The same names with `_` and the proxy's host behind them are for that
proxy alone: FAZHI_PROXY_USER_GATE_EXAMPLE_ORG."""

SETUP = "proxy setup"
"""Kind of a ProxyDown that lasts until somebody changes the entry, the environment or the proxy."""

REFUSED = "proxy refused"
"""Kind of a ProxyFailed that another attempt does not help: the proxy does not want to connect to this host."""

MAX_CREDENTIAL_BYTES = 255  # RFC 1929, 2

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LOCAL_SUFFIXES = frozenset((
    "localhost",  # RFC 6761
    "local",  # RFC 6762: mDNS
    "internal",  # reserved by ICANN for private use; cloud metadata services are there
    "intranet", "private", "corp", "home", "lan",  # RFC 6762, appendix G
    "localdomain",
))  # fmt: skip
"""Last labels of names that lead into the network in which they are resolved."""

_LOCAL_DOMAINS = ("home.arpa",)  # RFC 8375
_NUMERIC_LABEL = re.compile(r"\d+|0x[0-9a-f]*", re.I)  # a host that ends so is an IP address (WHATWG URL)


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user name and a password. They are never part of a message."""

    user: str = field(repr=False)
    password: str = field(repr=False)

    @property
    def as_bytes(self) -> tuple[bytes, bytes]:
        """Both as UTF-8 (RFC 7617, 2.1)."""
        return self.user.encode("utf-8", "surrogateescape"), self.password.encode("utf-8", "surrogateescape")


def variables_of(proxy: Proxy, environ: Mapping[str, str] = os.environ) -> tuple[str, str]:
    """Return the names of the variables that hold a proxy's credentials: its own if they are set, else those for all."""
    own = re.sub(r"[^A-Z0-9]", "_", proxy.host.upper())
    return (f"{USER}_{own}", f"{PASSWORD}_{own}") if f"{USER}_{own}" in environ else (USER, PASSWORD)


def credentials_of(proxy: Proxy, environ: Mapping[str, str] = os.environ) -> Credentials | None:
    """Return the credentials for a proxy; None if there are none. Raises ProxyDown for such as cannot be sent."""
    names = variables_of(proxy, environ)
    found = Credentials(*(environ.get(name, "") for name in names))
    if not found.user:
        return None
    for name, value, sent in zip(names, (found.user, found.password), found.as_bytes, strict=True):
        if _CONTROL.search(value) or len(sent) > MAX_CREDENTIAL_BYTES:
            reason = f"{name} must have at most {MAX_CREDENTIAL_BYTES} bytes and no control characters"
            raise down(proxy, f"cannot be asked: {reason}", setup=True)
    if ":" in found.user and proxy.scheme != "socks5":  # RFC 7617, 2
        raise down(proxy, f"cannot be asked: {names[0]} must not contain a colon", setup=True)
    return found


def down(proxy: Proxy, what: str, *, setup: bool = False) -> ProxyDown:
    """Return the error of a proxy that cannot be used. `setup`: another attempt cannot help."""
    return ProxyDown(str(proxy), f"the proxy {proxy} {what}", kind=SETUP if setup else "proxy")


def refuse_local(host: str, port: int) -> None:
    """Raise Refused for a host that leads into a private network, as far as its name or address shows it.

    The proxy resolves names, so the addresses behind them cannot be checked here.
    """
    if port in BAD_PORTS:
        raise Refused(host, f"port {port} belongs to another protocol; not connected")
    if is_address(host):
        if not is_public(host):
            raise Refused(host, f"its address {host} is not public; not connected")
        return
    name = host.rstrip(".").lower()
    labels = name.split(".")
    if len(labels) < 2 or labels[-1] in _LOCAL_SUFFIXES or name.endswith(_LOCAL_DOMAINS):
        raise Refused(host, f"{host} is the name of a local host; not connected")
    if _NUMERIC_LABEL.fullmatch(labels[-1]) or "" in labels:
        raise Refused(host, f"{host} is no valid host name; not connected")
