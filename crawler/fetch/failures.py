"""httpx's exceptions as ours: one table, complete (a test holds it against httpx)."""

from __future__ import annotations

import httpx

from crawler.errors import FetchError, Refused, Unreachable

TABLE: dict[type[Exception], tuple[type[FetchError], str]] = {
    httpx.ConnectTimeout: (Unreachable, "no connection in time"),
    httpx.ReadTimeout: (Unreachable, "no answer in time"),
    httpx.WriteTimeout: (Unreachable, "the request was not taken in time"),
    httpx.PoolTimeout: (Unreachable, "no free connection in time"),
    httpx.ConnectError: (Unreachable, "cannot connect"),
    httpx.ReadError: (Unreachable, "the connection broke while reading"),
    httpx.WriteError: (Unreachable, "the connection broke while sending"),
    httpx.CloseError: (Unreachable, "the connection broke while closing"),
    httpx.LocalProtocolError: (FetchError, "not a request that HTTP allows"),
    httpx.RemoteProtocolError: (Unreachable, "not an answer that HTTP allows"),
    httpx.ProxyError: (Unreachable, "the proxy failed"),
    httpx.UnsupportedProtocol: (Refused, "only http and https are fetched"),
    httpx.DecodingError: (FetchError, "the body is not in the coding it claims"),
    httpx.TooManyRedirects: (FetchError, "too many redirects"),
    httpx.HTTPStatusError: (FetchError, "an error status"),
    httpx.InvalidURL: (FetchError, "not an address"),
    httpx.CookieConflict: (FetchError, "two cookies of one name"),
    httpx.StreamConsumed: (FetchError, "the answer was read twice"),
    httpx.StreamClosed: (FetchError, "the answer was closed before it was read"),
    httpx.ResponseNotRead: (FetchError, "the answer was not read"),
    httpx.RequestNotRead: (FetchError, "the request was not read"),
}


def failure(url: str, error: Exception) -> FetchError:
    """Our error for one of httpx's, with its reason in words and what httpx said."""
    kind, reason = TABLE[type(error)]
    said = str(error).strip()
    return kind(url, f"{reason}: {said}" if said else reason)
