"""Build requests: the headers that name this crawler, validators, and the cookies that a source has set.

`cookies` parses and keeps the cookies; `client` sends the requests.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import httpx

from crawler import __version__
from crawler.address import canonical
from crawler.fetch.cookies import CONTROL_BYTES, Jar
from crawler.model import Headers, ListRequest, Site, Validators

_DEFAULT_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9",
    "Accept-Encoding": "identity",  # keeps payload digests independent of the server's compressor
    "Connection": "keep-alive",
}

MAX_VALIDATOR_BYTES = 4096
"""Longest ETag or Last-Modified that is sent back. Servers accept heads of at least 8 KB and refuse longer ones."""

_BROWSER_HEADERS = (
    "accept-encoding", "accept-language", "connection", "content-length", "cookie", "host", "origin", "pragma",
    "cache-control", "priority", "range", "upgrade-insecure-requests", "user-agent",
)  # fmt: skip
"""Headers that describe the browser. They are dropped, since we send the request; headers set by a page's script are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subresource(ListRequest):
    """A request that a page makes while a browser draws it."""

    kind: str  # the browser's resource type: document, script, xhr, fetch, image, …
    body: bytes = b""
    headers: Headers = ()

    @property
    def kept_headers(self) -> dict[str, str]:
        """Headers that are sent to the server."""
        return {
            name: value
            for name, value in self.headers
            if name.lower() not in _BROWSER_HEADERS and not name.lower().startswith(("sec-", "if-", "proxy-"))
        }


def user_agent(site: Site | None = None) -> str:
    """Return the User-Agent for a site: its entry's `agent`, or ours with the `contact` of the entry or the defaults."""
    if site and site.agent:
        return site.agent
    return service_agent(site.contact if site else None)


def service_agent(contact: str | None = None) -> str:
    """Return our User-Agent, for a service that is no site of an entry: a web archive, a receiver of messages."""
    told = f"+{contact}; " if contact else ""
    return f"fazhi/{__version__} ({told}archive of public government reports)"


class Sessions:
    """One cookie jar per source, kept for one crawl; builds the requests that carry its cookies."""

    def __init__(self) -> None:
        self._jars: defaultdict[str, Jar] = defaultdict(Jar)

    def request(
        self, asked: ListRequest, site: Site, validators: Validators | None, timeout: dict[str, float | None]
    ) -> httpx.Request:
        """Return the request for an address, conditional if there are validators. Raises httpx.InvalidURL."""
        url = httpx.URL(asked.url)
        headers: dict[str, bytes | None] = {
            name: _header_bytes(value)
            for name, value in (_DEFAULT_HEADERS | {"User-Agent": user_agent(site)}).items()
        }
        subresource = asked if isinstance(asked, Subresource) else None
        if subresource:
            own = {name.lower() for name in subresource.kept_headers}
            headers = {name: value for name, value in headers.items() if name.lower() not in own}
            headers |= {name: _header_bytes(value) for name, value in subresource.kept_headers.items()}
        if asked.json_body and not subresource:
            headers["Content-Type"] = b"application/json;charset=UTF-8"
        if asked.referer and not subresource:
            headers["Referer"] = asked.referer.encode("ascii", "ignore")
        if validators:
            headers["If-None-Match"] = _validator(validators.etag)
            headers["If-Modified-Since"] = _validator(validators.last_modified)
        if (jar := self._jars.get(site.id)) is not None:
            headers["Cookie"] = jar.header(url)
        return httpx.Request(
            asked.method,
            url,
            headers=[(name.encode("ascii"), value) for name, value in headers.items() if value],
            data=dict(asked.form)
            if asked.method == "POST" and not subresource and not asked.json_body
            else None,
            content=_content(asked),
            extensions={"delay": site.delay, "site": site, "timeout": timeout},
        )

    def keep(self, response: httpx.Response, site: Site) -> None:
        """Store the cookies that an answer sets."""
        if "set-cookie" in response.headers:
            self._jars[site.id].keep(response)


def _content(asked: ListRequest) -> bytes | None:
    """Return the body of a request that is not a form: that of a page's own request, or JSON."""
    if isinstance(asked, Subresource):
        return asked.body or None
    return asked.json_body.encode("utf-8", "replace") if asked.json_body else None


def _header_bytes(value: str) -> bytes:
    """Return a header's value as bytes: text that was decoded as ISO-8859-1 becomes the same bytes again."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "replace")


def _validator(value: str | None) -> bytes | None:
    """Return a validator's original bytes; None if it cannot be sent: the request is then unconditional."""
    sent = _header_bytes(value.strip(" \t")) if value else b""
    return sent if sent and len(sent) <= MAX_VALIDATOR_BYTES and not CONTROL_BYTES.search(sent) else None


def loop_key(request: httpx.Request) -> tuple[str, str, str]:
    """Return what makes two requests of a redirect chain equal: method, address, cookies. A repeated one is a loop."""
    return request.method, str(request.url), request.headers.get("cookie", "")


def same_page(url: str, other: str) -> bool:
    """Return whether validators of one address are valid for the other, such as http and https of one page."""
    return canonical(url) == canonical(other)
