"""Map httpx's exceptions to ours in one table. A test checks that it has every exception of httpx."""

from __future__ import annotations

import httpx

from crawler.errors import FetchError, Malformed, Refused, TooLarge, Unreachable, Untrusted
from crawler.fetch.connections.tls import tls_problem

Mapped = tuple[type[FetchError], str, str]
"""Our class, kind of failure (empty: the class's own), reason for people."""

HTTPX_ERRORS: dict[type[Exception], Mapped] = {
    httpx.ConnectTimeout: (Unreachable, "connect", "no connection in time"),
    httpx.ReadTimeout: (Unreachable, "timeout", "no answer in time"),
    httpx.WriteTimeout: (Unreachable, "timeout", "the request could not be sent in time"),
    httpx.PoolTimeout: (Unreachable, "timeout", "no free connection in time"),
    httpx.ConnectError: (Unreachable, "connect", "cannot connect"),
    httpx.ReadError: (Unreachable, "reset", "the connection broke while reading"),
    httpx.WriteError: (Unreachable, "reset", "the connection broke while sending"),
    httpx.CloseError: (Unreachable, "reset", "the connection broke while closing"),
    httpx.LocalProtocolError: (FetchError, "", "the request is not valid HTTP"),
    httpx.RemoteProtocolError: (Malformed, "", "the answer is not valid HTTP"),
    httpx.ProxyError: (Unreachable, "connect", "the proxy failed"),
    httpx.UnsupportedProtocol: (Refused, "", "only http and https are fetched"),
    httpx.DecodingError: (FetchError, "", "the body is not in the coding it claims"),
    httpx.TooManyRedirects: (FetchError, "", "too many redirects"),
    httpx.HTTPStatusError: (FetchError, "", "an error status"),
    httpx.InvalidURL: (FetchError, "", "not a valid address"),
    httpx.CookieConflict: (FetchError, "", "two cookies with one name"),
    httpx.StreamConsumed: (FetchError, "", "the answer was read twice"),
    httpx.StreamClosed: (FetchError, "", "the answer was closed before it was read"),
    httpx.ResponseNotRead: (FetchError, "", "the answer was not read"),
    httpx.RequestNotRead: (FetchError, "", "the request was not read"),
}
"""httpx's exception → our error."""

_ERRORS_BY_MESSAGE: tuple[tuple[str, Mapped], ...] = (
    ("no address for", (Unreachable, "dns", "cannot connect")),
    ("peer closed connection", (Unreachable, "short", "short: the body ended before it was whole")),
    ("Server disconnected", (Unreachable, "reset", "the connection broke before the answer")),
    ("Receive buffer too long", (TooLarge, "", "its headers are over the limit")),
    ("illegal header line", (Malformed, "", "forbidden header line; `headers: lenient` in its entry ignores it")),
    ("Only Transfer-Encoding", (Malformed, "", "unknown transfer coding; `headers: lenient` in its entry ignores it")),
    ("illegal status line", (Malformed, "", "forbidden status line; `headers: lenient` in its entry repairs it")),
)  # fmt: skip
"""Part of httpcore's or h11's message → our error, where one exception of httpx stands for several failures."""


def fetch_error(url: str, error: Exception) -> FetchError:
    """Return our error for one of httpx's, with the reason and httpx's message."""
    if problem := tls_problem(error):
        return Untrusted(url, problem, kind="tls")
    message = str(error).strip()
    by_message = (mapped for part, mapped in _ERRORS_BY_MESSAGE if part in message)
    error_class, kind, reason = next(by_message, HTTPX_ERRORS[type(error)])
    return error_class(url, f"{reason}: {message}" if message else reason, kind=kind)
