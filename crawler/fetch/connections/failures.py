"""httpx's exceptions as ours: one table, complete (a test holds it against httpx)."""

from __future__ import annotations

import httpx

from crawler.errors import FetchError, Malformed, Refused, TooLarge, Unreachable, Untrusted
from crawler.fetch.connections.tls import tls_problem

TABLE: dict[type[Exception], tuple[type[FetchError], str, str]] = {
    httpx.ConnectTimeout: (Unreachable, "connect", "no connection in time"),
    httpx.ReadTimeout: (Unreachable, "timeout", "no answer in time"),
    httpx.WriteTimeout: (Unreachable, "timeout", "the request was not taken in time"),
    httpx.PoolTimeout: (Unreachable, "timeout", "no free connection in time"),
    httpx.ConnectError: (Unreachable, "connect", "cannot connect"),
    httpx.ReadError: (Unreachable, "reset", "the connection broke while reading"),
    httpx.WriteError: (Unreachable, "reset", "the connection broke while sending"),
    httpx.CloseError: (Unreachable, "reset", "the connection broke while closing"),
    httpx.LocalProtocolError: (FetchError, "", "not a request that HTTP allows"),
    httpx.RemoteProtocolError: (Malformed, "", "not an answer that HTTP allows"),
    httpx.ProxyError: (Unreachable, "connect", "the proxy failed"),
    httpx.UnsupportedProtocol: (Refused, "", "only http and https are fetched"),
    httpx.DecodingError: (FetchError, "", "the body is not in the coding it claims"),
    httpx.TooManyRedirects: (FetchError, "", "too many redirects"),
    httpx.HTTPStatusError: (FetchError, "", "an error status"),
    httpx.InvalidURL: (FetchError, "", "not an address"),
    httpx.CookieConflict: (FetchError, "", "two cookies of one name"),
    httpx.StreamConsumed: (FetchError, "", "the answer was read twice"),
    httpx.StreamClosed: (FetchError, "", "the answer was closed before it was read"),
    httpx.ResponseNotRead: (FetchError, "", "the answer was not read"),
    httpx.RequestNotRead: (FetchError, "", "the request was not read"),
}
"""httpx's exception → our class, kind of failure, reason in words."""

_SAID: tuple[tuple[str, type[FetchError], str, str], ...] = (
    ("no address for", Unreachable, "dns", "cannot connect"),
    ("peer closed connection", Unreachable, "short", "short: the body ended before it was whole"),
    ("Server disconnected", Unreachable, "reset", "the connection broke before the answer"),
    ("Receive buffer too long", TooLarge, "", "its headers are over the limit"),
    ("illegal header line", Malformed, "", "`headers: lenient` in its entry passes over a forbidden header line"),
    ("Only Transfer-Encoding", Malformed, "", "`headers: lenient` in its entry passes over a transfer coding that is none"),
    ("illegal status line", Malformed, "", "`headers: lenient` in its entry passes over a forbidden status line"),
)  # fmt: skip
"""What httpcore or h11 says → the same, where one exception of httpx's stands for several failures."""


def failure(url: str, error: Exception) -> FetchError:
    """Our error for one of httpx's, with its reason in words and what httpx said."""
    if problem := tls_problem(error):
        return Untrusted(url, problem, kind="tls")
    said = str(error).strip()
    kind, word, reason = next(
        ((kind, word, reason) for part, kind, word, reason in _SAID if part in said), TABLE[type(error)]
    )
    return kind(url, f"{reason}: {said}" if said else reason, kind=word)
