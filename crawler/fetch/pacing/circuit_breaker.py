"""The circuit breaker: stop asking a host that keeps failing, for the rest of the crawl, and log that once.

Retries of one address are decided in `retries`.
"""

from __future__ import annotations

import logging
from collections import Counter

import httpx

from crawler.errors import FetchError, LeftAlone, ProxyDown, ProxyFailed, Unreachable
from crawler.fetch.answers.judge import retry_after
from crawler.fetch.connections.failures import HTTPX_ERRORS, fetch_error
from crawler.fetch.limits import Limits
from crawler.model import Proxy, Site, Tls

log = logging.getLogger(__name__)

Circuit = tuple[str, Tls, Proxy | None]
"""An origin, and the `tls` and `proxy` of its source: another source with other settings may reach the same origin."""


class CircuitBreaker(httpx.AsyncBaseTransport):
    """Raise LeftAlone instead of sending a request, once an origin has failed too often in a row.

    The numbers are `limits.consecutive_failures` and `limits.consecutive_error_answers`. One failure is enough if a
    repetition cannot help: TLS that is not allowed, or a Retry-After over `limits.retry_after`.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport, *, limits: Limits) -> None:
        self._inner = inner
        self._limits = limits
        self._failures: Counter[Circuit] = Counter()
        self._open: dict[Circuit, str] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the inner transport's response. Raises LeftAlone while the circuit is open."""
        circuit = _circuit(request)
        if circuit in self._open:
            raise LeftAlone(str(request.url), f"left alone for the rest of this crawl: {self._open[circuit]}")
        try:
            response = await self._inner.handle_async_request(request)
        except tuple(HTTPX_ERRORS) as error:
            self._failed(circuit, fetch_error(str(request.url), error), self._limits.consecutive_failures)
            raise
        except ProxyDown:  # no fault of the origin: see `proxy_breaker`
            raise
        except (Unreachable, ProxyFailed) as error:
            self._failed(circuit, error, self._limits.consecutive_failures)
            raise
        self._answered(circuit, response)
        return response

    def _answered(self, circuit: Circuit, response: httpx.Response) -> None:
        status, url = response.status_code, str(response.request.url)
        if status < 500 and status != 429:
            self._failures.pop(circuit, None)
            return
        asked = retry_after(response.extensions["capture"])
        if asked is not None and asked > self._limits.retry_after:
            self._break(circuit, f"HTTP {status}, it asks to wait for {asked:.0f} seconds")
        else:
            self._failed(circuit, Unreachable(url, f"HTTP {status}"), self._limits.consecutive_error_answers)

    def _failed(self, circuit: Circuit, error: FetchError, max_failures: int) -> None:
        self._failures[circuit] += 1
        if error.kind == "tls":
            self._break(circuit, error.reason)
        elif error.retry and self._failures[circuit] >= max_failures:
            self._break(circuit, f"{self._failures[circuit]} failures in a row, the last one: {error.reason}")

    def _break(self, circuit: Circuit, reason: str) -> None:
        if circuit not in self._open:
            self._open[circuit] = reason
            log.warning("%s is left alone for the rest of this crawl: %s", circuit[0], reason)

    async def aclose(self) -> None:
        """Close the inner transport."""
        await self._inner.aclose()


def _circuit(request: httpx.Request) -> Circuit:
    site: Site | None = request.extensions.get("site")
    url = request.url
    origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
    return (origin, site.tls, site.proxy) if site else (origin, "strict", None)
