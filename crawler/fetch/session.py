"""How we introduce ourselves to a site, and what it has asked us to carry: request headers and cookies."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import httpx

from crawler import __version__
from crawler.address import canonical
from crawler.model import Headers, ListRequest, Site, Validators

_ALWAYS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9",
    "Accept-Encoding": "identity",  # keeps payload digests independent of the server's compressor
    "Connection": "keep-alive",
}


_BROWSERS_OWN = (
    "accept-encoding", "accept-language", "connection", "content-length", "cookie", "host", "origin", "pragma",
    "cache-control", "priority", "range", "upgrade-insecure-requests", "user-agent",
)  # fmt: skip
"""Headers in which a browser speaks of itself, where it is we who ask; those that a page's script sets go with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece(ListRequest):
    """What a page asks for while a browser draws it."""

    kind: str  # as browsers name it: document, script, xhr, fetch, image, …
    body: bytes = b""
    headers: Headers = ()

    @property
    def kept_headers(self) -> dict[str, str]:
        """The headers that are passed on."""
        return {
            name: value
            for name, value in self.headers
            if name.lower() not in _BROWSERS_OWN and not name.lower().startswith(("sec-", "if-", "proxy-"))
        }


def user_agent(site: Site | None = None) -> str:
    """The User-Agent for a site: its entry's own, or ours with the contact that the entry or the defaults give."""
    if site and site.agent:
        return site.agent
    contact = f"+{site.contact}; " if site and site.contact else ""
    return f"fazhi/{__version__} ({contact}archive of public government reports)"


class Sessions:
    """A cookie jar for each source, kept within a crawl only, and the requests that are made with it."""

    def __init__(self) -> None:
        self._jars: defaultdict[str, httpx.Cookies] = defaultdict(httpx.Cookies)

    def request(
        self, asked: ListRequest, site: Site, validators: Validators | None, timeout: dict[str, float | None]
    ) -> httpx.Request:
        """The request for an address, conditional where there are validators. Raises httpx.InvalidURL."""
        headers = httpx.Headers(_ALWAYS | {"User-Agent": user_agent(site)})
        piece = asked if isinstance(asked, Piece) else None
        if piece:
            headers.update(piece.kept_headers)
        if validators and validators.etag:
            headers["If-None-Match"] = validators.etag
        if validators and validators.last_modified:
            headers["If-Modified-Since"] = validators.last_modified
        request = httpx.Request(
            asked.method,
            asked.url,
            headers=headers,
            data=dict(asked.form) if asked.method == "POST" and not piece else None,
            content=piece.body or None if piece else None,
            extensions={"delay": site.delay, "site": site, "timeout": timeout},
        )
        if (jar := self._jars.get(site.id)) is not None:
            jar.set_cookie_header(request)
        return request

    def keep(self, response: httpx.Response, site: Site) -> None:
        """Take the cookies that an answer sets."""
        if "set-cookie" in response.headers:
            self._jars[site.id].extract_cookies(response)


def step(request: httpx.Request) -> tuple[str, str, str]:
    """What makes two requests of one chain the same: method, address, cookies. The same again would go round for ever."""
    return request.method, str(request.url), request.headers.get("cookie", "")


def same_page(url: str, other: str) -> bool:
    """Whether validators of one address speak for the other: http and https of one page."""
    return canonical(url) == canonical(other)
