"""The nouns of the house: frozen values that every room speaks in. No behaviour beyond what a value knows of itself."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from crawler.coding import decode_content

Headers = tuple[tuple[str, str], ...]
"""Header pairs in the order they came. Bytes are decoded as ISO-8859-1, so every byte comes back as it was."""

Tls = Literal["strict", "legacy", "unverified"]
HeaderRule = Literal["strict", "lenient"]
ListKind = Literal["list", "sitemap", "search"]


class Ending(StrEnum):
    """How the visit of one address ended."""

    NEW = "new"  # a report not held before
    REVISED = "revised"  # the page's text has changed: a further version
    UNCHANGED = "unchanged"  # same text as the last version
    DUPLICATE = "duplicate"  # same text as a report held from another address
    LISTED = "listed"  # a list page, read for its links
    GONE = "gone"
    MOVED = "moved"
    REFUSED = "refused"
    CHALLENGED = "challenged"
    FAILED = "failed"
    SKIPPED = "skipped"
    DRIED_UP = "dried_up"
    NOT_DUE = "not_due"  # a site whose `every` has not passed: nothing was asked of it
    LEFT = "left"  # not asked for, since the crawl was told to end; the next one goes on there


@dataclass(frozen=True, slots=True, kw_only=True)
class Years:
    """The report years wanted, both ends included; `last` None means no end."""

    first: int
    last: int | None = None

    def __contains__(self, year: int) -> bool:
        return self.first <= year and (self.last is None or year <= self.last)

    def __str__(self) -> str:
        return f"{self.first}-{self.last or ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """What a site must at least yield; less means that it has dried up."""

    years: tuple[int, ...] = ()
    least: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One government site: an entry of sources.yaml. ("source" is 来源, a field of a Report.)"""

    id: str
    name: str
    region: str  # GB/T 2260, six digits
    lists: tuple[str, ...] = ()  # addresses of list pages
    pages: tuple[str, ...] = ()  # addresses of reports given outright
    sitemaps: tuple[str, ...] = ()  # addresses of sitemaps, or of the robots.txt that names them
    urls: str | None = None  # regular expression for those addresses of a sitemap that may be reports
    search: str | None = (
        None  # address of the site's own search, with {page} or {page0} where its number stands
    )
    cms: str | None = None  # name of a preset; None: recognised from the page
    body: str | None = None  # CSS selector of the article's body
    match: str | None = None  # regular expression that a link's title must match, instead of the title filter
    years: Years = Years(first=2015)
    delay: float = 1.0  # seconds between two requests to one host
    at_once: int = 1  # requests under way to one host at the same time
    every: str | None = None  # least time between two visits, such as "1d"
    tls: Tls = "strict"  # legacy: old protocols, ciphers and keys; unverified: any certificate
    headers: HeaderRule = "strict"  # lenient: header lines that HTTP forbids and browsers pass over
    agent: str | None = None  # the whole User-Agent, instead of ours
    contact: str | None = None  # mail or web address that our User-Agent gives
    render: bool = False
    expect: Expect | None = None
    enabled: bool = True
    seen: str | None = None  # ISO date: last day it was seen to work
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An entry of a list page."""

    url: str
    title: str
    date: str | None = None  # ISO date shown beside it
    found_on: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRequest:
    """What to ask for to get a list page; `form` pairs are sent as application/x-www-form-urlencoded."""

    url: str
    method: Literal["GET", "POST"] = "GET"
    form: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListStep:
    """A page of a list, still to be read."""

    request: ListRequest
    first: ListRequest  # the list's first page; of a search, the address with a place for the number
    number: int = 1  # of this page within the list
    kind: ListKind = "list"

    @property
    def url(self) -> str:
        """Its address; pages that are POSTed for share one."""
        return self.request.url


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list page, understood: its entries in page order and the request for the page after it."""

    links: tuple[Link, ...]
    next: ListRequest | None = None
    others: tuple[ListRequest, ...] = ()  # further lists that it names, as an index of sitemaps does
    cms: str = "generic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a conditional request (RFC 9110, section 13) can be made with."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One HTTP exchange as it came over the wire, de-chunked but not decompressed."""

    url: str
    status: int
    reason: str
    headers: Headers
    payload: bytes
    fetched_at: datetime  # aware, UTC
    method: str = "GET"
    request_headers: Headers = ()
    request_body: bytes = b""
    http_version: str = "HTTP/1.1"
    ip: str | None = None
    truncated: str | None = None  # WARC-Truncated reason: "length", "time", "disconnect"
    tls: Tls | None = None  # what the site's entry allowed for this connection; None: no TLS, or not known
    head: bytes = b""  # status line and header lines as sent, where `plain_head` is not that
    hops: tuple[Capture, ...] = ()  # the redirects that led here, first one first

    def header(self, name: str) -> str | None:
        """First value of a header, by case-insensitive name."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    @property
    def plain_head(self) -> bytes:
        """Status line and headers as most servers write them, ended by an empty line."""
        status_line = f"{self.http_version} {self.status} {self.reason}".rstrip()
        lines = [status_line, *(f"{name}: {value}" for name, value in self.headers), "", ""]
        return "\r\n".join(lines).encode("latin-1", "replace")

    @property
    def body(self) -> bytes:
        """The payload with its Content-Encoding undone; the payload itself where that fails."""
        return decode_content(self.payload, self.header("content-encoding"))

    @property
    def payload_sha256(self) -> str:
        """SHA-256 of the payload, 64 hex characters."""
        return hashlib.sha256(self.payload).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """A page as a browser drew it, from a capture and what the page's scripts asked for. Read like a capture."""

    of: Capture
    dom: bytes  # the document as HTML, UTF-8
    rendered_at: datetime  # aware, UTC
    browser: str  # name and version
    asked: int = 0  # requests that the page made and that were answered
    unanswered: tuple[str, ...] = ()  # what it asked for in vain, each with the reason

    @property
    def url(self) -> str:
        """The page's address."""
        return self.of.url

    @property
    def status(self) -> int:
        """What the server answered."""
        return self.of.status

    @property
    def headers(self) -> Headers:
        """The only one that says something of the document as drawn."""
        return (("Content-Type", "text/html; charset=utf-8"),)

    @property
    def body(self) -> bytes:
        """The document."""
        return self.dom

    @property
    def fetched_at(self) -> datetime:
        """When the page itself was fetched."""
        return self.of.fetched_at

    @property
    def note(self) -> str:
        """For people: that it was drawn, by what, and from how much."""
        lost = f"; {len(self.unanswered)} in vain, such as {self.unanswered[0]}" if self.unanswered else ""
        return f"rendered by {self.browser}, {self.asked} further requests{lost}"


Page = Capture | Rendering
"""What a report or a list is read from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clue:
    """One piece of evidence for one field of a report."""

    field: str
    value: str
    weight: float  # 0 to 1
    where: str  # for people: "meta PubDate", "info line", …


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One of the statutory sections, with its place in the body (character offsets, end excluded)."""

    kind: str  # achievements, problems, responsibility, plans, other
    title: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file the page offers with the report."""

    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a page says, stripped of boilerplate. Field names are the keys of every JSON output."""

    id: str | None = None  # given by the archive
    title: str
    issuer: str | None = None
    region: str | None = None  # GB/T 2260, six digits
    year: int | None = None  # the year reported on
    kind: str | None = None  # government, party_government, department; None: not such a report
    published: str | None = None  # ISO date or date-time at the page's precision, China time
    source: str | None = None  # 来源
    signed: str | None = None  # 落款日期, ISO date
    index: Mapping[str, str] | None = None  # 政府信息公开 index table
    url: str | None = None
    version: int | None = None  # given by the archive
    text_sha256: str
    body: str  # paragraphs joined by one newline
    sections: tuple[Section, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    author: str | None = None
    signer: str | None = None
    undecodable: int = 0  # bytes that no encoding could make sense of
    continues: str | None = None  # address of the article's next page
    parts: int = 1  # pages that the article was set on
    extractor: str = ""
    clues: tuple[Clue, ...] = field(default=(), repr=False)

    def text(self) -> str:
        """The report in the form of the seed documents: title, one line of metadata, paragraphs, blank lines between."""
        meta = " ".join(
            f"{label}:{value}"
            for label, value in (
                ("发布日期", (self.published or "").replace("T", " ")),
                ("来源", self.source),
            )
            if value
        )
        blocks = [self.title, *([meta] if meta else []), *self.body.split("\n")]
        return "\n\n".join(blocks) + "\n"


JSON_KEYS = (
    "id", "title", "issuer", "region", "year", "kind", "published", "source", "signed", "index",
    "url", "version", "text_sha256", "body", "sections", "attachments",
)  # fmt: skip
"""The keys of a report in JSON output, in order: the contract at the door."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One text of a report, as first and last seen."""

    report_id: str
    number: int  # from 1
    text_sha256: str
    simhash: str  # 16 hex characters
    first_seen: datetime
    last_seen: datetime
    published: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostFigures:
    """What one crawl asked of one host."""

    host: str
    requests: int = 0  # attempts, robots.txt and redirects among them
    bytes: int = 0  # of bodies, as transferred
    waited: float = 0.0  # seconds that politeness held requests back
    retries: int = 0
    errors: tuple[tuple[str, int], ...] = ()  # (kind of failure, how often), the most frequent first


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How the visit of one address ended, for people and for the record."""

    ending: Ending
    url: str
    site_id: str
    detail: str = ""
    report_id: str | None = None
    version: int | None = None
    at: datetime | None = None
    as_before: bool = False  # a report that was gone at the last visit too: no news


class VisitState(StrEnum):
    """How the visit of one site ended."""

    COMPLETE = "complete"  # everything asked for, nothing wrong
    FAILED = "failed"  # everything asked for, but not everything could be had
    LEFT = "left"  # the crawl ended before the site did


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteVisit:
    """One site's visit, for the summary and for the run that goes on."""

    site_id: str
    began_at: datetime  # of the run it began in; a visit that goes on keeps the first one's
    state: VisitState | None = None  # None: under way, or killed
    entries: tuple[str, ...] = ()  # the addresses that the site's entry gave
    frontier: tuple[Link | ListStep, ...] = ()  # what is left to ask for, in order
    found: int = 0  # reports found on its lists
    years: tuple[int, ...] = ()  # of those reports
    troubled: bool = False  # something could not be had
    requests: int = 0  # exchanges of this run
    bytes: int = 0  # of their bodies, as sent
    seconds: float = 0.0  # of this run, waiting included
