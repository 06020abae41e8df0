"""A source's cookies (RFC 6265), as bytes: what a server sets goes back as it came, within limits."""

from __future__ import annotations

import itertools
import re
import urllib.request
from functools import lru_cache
from http.cookiejar import Cookie, CookieJar, DefaultCookiePolicy

import httpx
from publicsuffixlist import PublicSuffixList

MAX_COOKIES = 50
"""Cookies that one source can set; the newest stay. Browsers keep as many or more a site."""

MAX_COOKIE_BYTES = 4096
"""Of one cookie's name and value; a larger one is refused, as in browsers."""

MAX_HEADER_BYTES = 16 * 1024
"""Of all cookies of a source; the newest stay. Servers refuse requests whose head is longer."""

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class Jar:
    """The cookies of one source. What cannot be sent, or is over a limit, is dropped without a word, as in browsers."""

    def __init__(self) -> None:
        self._policy = DefaultCookiePolicy()
        self._jar = CookieJar(self._policy)
        self._numbers = itertools.count()
        self._set: dict[tuple[str, str, str], int] = {}  # by what identifies a cookie: greater is newer

    def keep(self, response: httpx.Response) -> None:
        """Take the cookies that an answer sets."""
        answer = _SetCookies(response)
        if not answer.values:
            return
        asked = urllib.request.Request(str(response.request.url))
        # CookieJar's annotations want an HTTPResponse; it calls `info().get_all()` and nothing else
        for cookie in self._jar.make_cookies(answer, asked):  # type: ignore[arg-type]
            _confine(cookie, response.request.url.host)
            if _size(cookie) <= MAX_COOKIE_BYTES and self._may_be_set(cookie, asked):
                self._jar.set_cookie(cookie)
                self._set[_key(cookie)] = next(self._numbers)
        self._keep_limits()

    def header(self, url: httpx.URL) -> bytes | None:
        """The Cookie header of a request for an address, None where there is nothing to send."""
        asked = urllib.request.Request(str(url))
        self._jar.add_cookie_header(asked)
        value = asked.get_header("Cookie")
        return value.encode("latin-1") if value else None

    def _may_be_set(self, cookie: Cookie, asked: urllib.request.Request) -> bool:
        domain = cookie.domain.lstrip(".")
        return self._policy.set_ok(cookie, asked) and not (
            cookie.domain_specified and is_public_suffix(domain)
        )

    def _keep_limits(self) -> None:
        total = 0
        kept: dict[tuple[str, str, str], int] = {}
        newest_first = sorted(self._jar, key=lambda cookie: -self._set[_key(cookie)])
        for cookie in newest_first:
            total += _size(cookie) + len("; ")
            if len(kept) < MAX_COOKIES and total <= MAX_HEADER_BYTES:
                kept[_key(cookie)] = self._set[_key(cookie)]
            else:
                self._jar.clear(*_key(cookie))
        self._set = kept


class _SetCookies:
    """An answer as CookieJar looks at it. Bytes are read as ISO-8859-1, so that each comes back as it was."""

    def __init__(self, response: httpx.Response) -> None:
        values = [
            value.decode("latin-1") for name, value in response.headers.raw if name.lower() == b"set-cookie"
        ]
        self.values = [value for value in values if not _CONTROL.search(value)]  # could not be sent

    def info(self) -> _SetCookies:
        return self

    def get_all(self, name: str, default: list[str]) -> list[str]:
        return self.values if name == "Set-Cookie" else default


def _confine(cookie: Cookie, host: str) -> None:
    """A host that is itself a public suffix may set cookies for itself only (RFC 6265, 5.3, step 5)."""
    if cookie.domain_specified and cookie.domain.lstrip(".") == host and is_public_suffix(host):
        cookie.domain, cookie.domain_specified, cookie.domain_initial_dot = host, False, False


@lru_cache(maxsize=1024)
def is_public_suffix(domain: str) -> bool:
    """Whether whoever likes can register names below a domain, such as gov.cn: a cookie for it would go to them all."""
    return _public_suffixes().is_public(domain)


@lru_cache(maxsize=1)
def _public_suffixes() -> PublicSuffixList:
    return PublicSuffixList()  # not on import: reading the list takes 30 ms


def _key(cookie: Cookie) -> tuple[str, str, str]:
    return cookie.domain, cookie.path, cookie.name


def _size(cookie: Cookie) -> int:
    return len(cookie.name) + len("=") + len(cookie.value or "")
