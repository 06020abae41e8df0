"""A government site, as its entry in sources.yaml describes it. `crawler.sources` reads and checks the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tls = Literal["strict", "legacy", "unverified"]
HeaderRule = Literal["strict", "lenient"]
ProxyScheme = Literal["http", "https", "socks5"]
ProxyUse = Literal["http", "https", "socks5", "http-forward", "https-forward"]
"""Kind of proxy that made a tunnel; with `-forward`: that took the request itself and may have changed the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """A proxy that an entry or `defaults:` names. Its user name and password are never part of it."""

    scheme: ProxyScheme  # how this machine talks to it
    host: str  # a name in ASCII, or an IP address without brackets
    port: int

    def __str__(self) -> str:
        return f"{self.scheme}://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Years:
    """The years of the reports wanted, both ends included. `last` None: no end."""

    first: int
    last: int | None = None

    def __contains__(self, year: int) -> bool:
        return self.first <= year and (self.last is None or year <= self.last)

    def __str__(self) -> str:
        return f"{self.first}-{self.last or ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """What a site must yield at least; with less it has dried up."""

    years: tuple[int, ...] = ()
    least: int = 0  # number of reports


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLimits:
    """How much is fetched of what a report's page offers as its text."""

    most: int = 20  # documents of one page; 0: none
    megabytes: int = 50  # of one document


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One government site: an entry of sources.yaml. ("source" is 来源, a field of a Report.)"""

    id: str
    name: str
    region: str  # GB/T 2260, six digits
    lists: tuple[str, ...] = ()  # addresses of list pages
    pages: tuple[str, ...] = ()  # addresses of reports given outright
    sitemaps: tuple[str, ...] = ()  # addresses of sitemaps, or of the robots.txt that names them
    urls: str | None = None  # regular expression for the addresses of a sitemap that may be reports
    search: str | None = (
        None  # address of the site's own search, with {page} or {page0} in place of the number
    )
    cms: str | None = None  # name of a preset; None: recognised from the page
    body: str | None = None  # CSS selector of the article's body
    match: str | None = None  # regular expression that a link's title must match, instead of the title filter
    years: Years = Years(first=2015)
    spans: bool = False  # reports on several years are wanted too
    delay: float = 1.0  # seconds between two requests to one host
    at_once: int = 1  # requests under way to one host at the same time
    max_requests: int = 3000  # in one crawl; the next one goes on where this one stops
    max_megabytes: int = 2000  # of bodies in one crawl
    documents: DocumentLimits = DocumentLimits()
    every: str | None = None  # shortest time between two visits, such as "1d"
    tls: Tls = "strict"  # legacy: old protocols, ciphers and keys; unverified: any certificate
    headers: HeaderRule = "strict"  # lenient: accept header lines that HTTP forbids and browsers ignore
    proxy: Proxy | None = None  # its requests go through it; None: direct connections
    agent: str | None = None  # the whole User-Agent, instead of ours
    contact: str | None = None  # mail or web address in our User-Agent
    render: bool = False  # pages must be rendered by a browser
    expect: Expect | None = None
    enabled: bool = True
    seen: str | None = None  # ISO date: last day on which it worked
    note: str | None = None
