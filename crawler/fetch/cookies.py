"""Cookies of one source (RFC 6265), kept as bytes, so that a server gets back exactly what it set.

Python's http.cookiejar works with text, and drops cookies with a date or a number that it cannot parse; browsers keep
them. `session` keeps one jar per source.
"""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_tz
from functools import lru_cache

import httpx
from publicsuffixlist import PublicSuffixList

MAX_COOKIES = 50
"""Cookies kept per source; the newest are kept. Browsers keep at least as many per site."""

MAX_COOKIE_BYTES = 4096
"""Name and value of one cookie together. A larger cookie is refused, as in browsers."""

MAX_JAR_BYTES = 16 * 1024
"""All cookies of a source together; the newest are kept. Servers refuse requests with a longer head."""

CONTROL_BYTES = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_SPACE = b" \t"
_ADDRESS = re.compile(r"[\d.]+|[^:]*+:.*", re.S)  # IPv4, IPv6


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """One cookie and the requests that carry it."""

    name: bytes
    value: bytes
    domain: str
    host_only: bool  # sent to `domain` itself, not to its subdomains
    path: bytes
    secure: bool
    expires: float | None  # seconds since 1970; None: at the end of the crawl

    @property
    def pair(self) -> bytes:
        """The cookie as it is sent."""
        return self.name + b"=" + self.value if self.name else self.value

    def belongs_to(self, url: httpx.URL) -> bool:
        """Return whether a request for an address carries the cookie."""
        host, path = _host(url), _path(url)
        of_host = host == self.domain if self.host_only else _is_within(host, self.domain)
        of_path = path == self.path or path.startswith(self.path.rstrip(b"/") + b"/")
        return of_host and of_path and (url.scheme == "https" or not self.secure)


class Jar:
    """The cookies of one source. Drops, as browsers do, what cannot be sent or is over a limit."""

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._cookies: dict[tuple[str, bytes, bytes], Cookie] = {}  # in the order in which they were set

    def keep(self, response: httpx.Response) -> None:
        """Store the cookies that an answer sets."""
        for name, value in response.headers.raw:
            if name.lower() == b"set-cookie" and (
                cookie := parse(value, response.request.url, self._clock())
            ):
                key = (cookie.domain, cookie.path, cookie.name)
                self._cookies.pop(key, None)
                self._cookies[key] = cookie
        self._forget()

    def header(self, url: httpx.URL) -> bytes | None:
        """Return the Cookie header of a request for an address; None if there is nothing to send."""
        self._forget()
        wanted = [cookie for cookie in self._cookies.values() if cookie.belongs_to(url)]
        wanted.sort(key=lambda cookie: -len(cookie.path))  # RFC 6265, 5.4: longer paths first
        return b"; ".join(cookie.pair for cookie in wanted) or None

    def _forget(self) -> None:
        """Drop expired cookies, and the oldest ones over a limit."""
        now = self._clock()
        alive = {key: c for key, c in self._cookies.items() if c.expires is None or c.expires > now}
        newest_first = list(alive.items())[::-1][:MAX_COOKIES]
        sizes = itertools.accumulate(len(cookie.pair) + len(b"; ") for _, cookie in newest_first)
        kept = [item for item, size in zip(newest_first, sizes, strict=True) if size <= MAX_JAR_BYTES]
        self._cookies = dict(kept[::-1])


def parse(set_cookie: bytes, url: httpx.URL, now: float) -> Cookie | None:
    """Return the cookie of a Set-Cookie header (RFC 6265, 5.2 and 5.3); None if browsers would refuse it.

    Attributes that cannot be parsed are ignored. `now`: seconds since 1970.
    """
    first, *rest = set_cookie.split(b";")
    name, equals, value = first.partition(b"=")
    name, value = (name.strip(_SPACE), value.strip(_SPACE)) if equals else (b"", first.strip(_SPACE))
    refused = (
        not (name or value) or len(name) + len(value) > MAX_COOKIE_BYTES or CONTROL_BYTES.search(set_cookie)
    )
    attributes = dict(_attribute(part) for part in rest)
    host, secure = _host(url), b"secure" in attributes
    domain = attributes.get(b"domain", b"").decode("latin-1").lower().removeprefix(".") or None
    if domain == host and is_public_suffix(host):
        domain = None
    if domain and (is_public_suffix(domain) or not _is_within(host, domain)):
        refused = True
    if refused or (secure and url.scheme != "https"):
        return None
    path = attributes.get(b"path", b"")
    return Cookie(
        name=name,
        value=value,
        domain=domain or host,
        host_only=domain is None,
        path=path if path.startswith(b"/") else _path(url).rpartition(b"/")[0] or b"/",
        secure=secure,
        expires=_expires(attributes, now),
    )


def _attribute(part: bytes) -> tuple[bytes, bytes]:
    name, _, value = part.partition(b"=")
    return name.strip(_SPACE).lower(), value.strip(_SPACE)


def _expires(attributes: dict[bytes, bytes], now: float) -> float | None:
    """Return the time of expiry, seconds since 1970. Max-Age takes precedence over Expires."""
    if re.fullmatch(rb"-?\d+", age := attributes.get(b"max-age", b"")):
        return now + float(age[:16])  # 16 digits are 300 million years
    try:
        date = parsedate_tz(attributes.get(b"expires", b"").decode("latin-1"))
        return datetime(*date[:6], tzinfo=UTC).timestamp() - (date[9] or 0) if date else None
    except (ValueError, IndexError, OverflowError):
        return None


@lru_cache(maxsize=1024)
def is_public_suffix(domain: str) -> bool:
    """Return whether names below a domain have different owners, as in gov.cn: a cookie for it would go to all of them."""
    return not _ADDRESS.fullmatch(domain) and _public_suffixes().is_public(domain)


@lru_cache(maxsize=1)
def _public_suffixes() -> PublicSuffixList:
    return PublicSuffixList()  # not on import: loading the list takes 30 ms


def _is_within(host: str, domain: str) -> bool:
    """Return whether a host domain-matches a domain (RFC 6265, 5.1.3)."""
    return host == domain or (host.endswith("." + domain) and not _ADDRESS.fullmatch(host))


def _host(url: httpx.URL) -> str:
    return url.raw_host.decode("ascii").lower()


def _path(url: httpx.URL) -> bytes:
    return url.raw_path.partition(b"?")[0] or b"/"
