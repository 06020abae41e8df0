"""What a server sent, and what a browser drew from it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from crawler.coding import MAX_DECODED_BYTES, Decoded, decode_content
from crawler.model.site import Tls

Headers = tuple[tuple[str, str], ...]
"""Header pairs in the order they came. Bytes are decoded as ISO-8859-1, so every byte comes back as it was."""


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

    def all_values(self, name: str) -> str | None:
        """The values of all headers of a name, joined by commas (RFC 9110, section 5.3); None where there is none."""
        wanted = name.lower()
        values = [value for key, value in self.headers if key.lower() == wanted]
        return ", ".join(values) if values else None

    def decoded(self, limit: int = MAX_DECODED_BYTES) -> Decoded:
        """The payload with its content codings undone, and whether that is a part only; cut at `limit` bytes."""
        return decode_content(self.payload, self.all_values("content-encoding"), limit=limit)

    @property
    def body(self) -> bytes:
        """The payload with its content codings undone, as far as it can be read: see `decoded` for whether that is all."""
        return self.decoded().body

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
