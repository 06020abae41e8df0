"""What a server sent (Capture), and what a browser rendered from it (Rendering)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from crawler.coding import MAX_DECODED_BYTES, Decoded, decode_content
from crawler.model.site import ProxyUse, Tls

Headers = tuple[tuple[str, str], ...]
"""Header pairs in the order received. Decoded as ISO-8859-1, so that every byte can be restored."""

_NOT_IN_A_LINE = str.maketrans("\0\r\n", "   ")


def http_head(start_line: str, headers: Headers) -> bytes:
    """Return start line, headers and an empty line as bytes. Text is ISO-8859-1, which gives the original bytes back.

    A line end or a zero byte in a value becomes a space (RFC 9110, section 5.5): it would end the line, or the head.
    """
    lines = (start_line, *(f"{name}: {value}" for name, value in headers))
    text = "\r\n".join((*(line.translate(_NOT_IN_A_LINE) for line in lines), "", ""))
    return text.encode("latin-1", "replace")


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """Validators for a conditional request (RFC 9110, section 13)."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One HTTP exchange as received: de-chunked, not decompressed."""

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
    tls: Tls | None = None  # rule of the site's entry for this connection; None: no TLS, or unknown
    proxy: ProxyUse | None = None  # kind of proxy that it came through; `ip` is then not known
    head: bytes = b""  # status line and header lines as sent, where `plain_head` differs from them
    hops: tuple[Capture, ...] = ()  # the redirects that led here, in order

    def header(self, name: str) -> str | None:
        """Return the first value of a header, by case-insensitive name."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    @property
    def plain_head(self) -> bytes:
        """Status line and headers in the usual form, ended by an empty line."""
        return http_head(f"{self.http_version} {self.status} {self.reason}".rstrip(), self.headers)

    def all_values(self, name: str) -> str | None:
        """Return the values of all headers of a name, joined by commas (RFC 9110, section 5.3); None if there is none."""
        wanted = name.lower()
        values = [value for key, value in self.headers if key.lower() == wanted]
        return ", ".join(values) if values else None

    def decoded(self, limit: int = MAX_DECODED_BYTES) -> Decoded:
        """Return the payload with its content codings undone, at most `limit` bytes, and whether that is all of it."""
        return decode_content(self.payload, self.all_values("content-encoding"), limit=limit)

    @property
    def body(self) -> bytes:
        """The payload with its content codings undone, as far as possible. `decoded` tells whether that is all of it."""
        return self.decoded().body

    @property
    def payload_sha256(self) -> str:
        """SHA-256 of the payload, 64 hex characters."""
        return hashlib.sha256(self.payload).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """A page as a browser rendered it, from a capture and the requests of its scripts. Read like a capture."""

    of: Capture
    dom: bytes  # the document as HTML, UTF-8
    rendered_at: datetime  # aware, UTC
    browser: str  # name and version
    asked: int = 0  # requests of the page that were answered
    unanswered: tuple[str, ...] = ()  # requests of the page without an answer, each with the reason

    @property
    def url(self) -> str:
        """Address of the page."""
        return self.of.url

    @property
    def status(self) -> int:
        """Status of the server's answer."""
        return self.of.status

    @property
    def headers(self) -> Headers:
        """The one header that is true of the rendered document."""
        return (("Content-Type", "text/html; charset=utf-8"),)

    @property
    def body(self) -> bytes:
        """The rendered document."""
        return self.dom

    @property
    def fetched_at(self) -> datetime:
        """When the page itself was fetched."""
        return self.of.fetched_at

    @property
    def note(self) -> str:
        """Sentence for people: by which browser it was rendered, with how many requests."""
        lost = f"; {len(self.unanswered)} unanswered, such as {self.unanswered[0]}" if self.unanswered else ""
        return f"rendered by {self.browser}, {self.asked} further requests{lost}"


Page = Capture | Rendering
"""What a report or a list is read from."""
