"""Turn every exchange into a Capture and pass it to the archive before anything judges it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import httpx

from crawler.errors import FetchError, Malformed, TooLarge, Unreachable
from crawler.fetch.figures import HostTallies
from crawler.fetch.limits import Limits
from crawler.fetch.pieces import read_pieces
from crawler.model import Capture, Headers, Site

Sink = Callable[[Capture], None]

_CODING_HEADERS = (
    b"content-encoding",
    b"transfer-encoding",
)  # undone by Capture and h11, so hidden from httpx
_TRUNCATED: dict[type[Exception], str] = {  # WARC-Truncated reasons, ISO 28500, 5.13
    TooLarge: "length",
    Malformed: "length",
    Unreachable: "time",
    TimeoutError: "time",
    httpx.ReadTimeout: "time",
}


class Recorder(httpx.AsyncBaseTransport):
    """Read each response to its end, give its Capture to `sink`, and return the response with the Capture as extension.

    A body that breaks off or is over the limit is recorded as truncated; then the error is raised.
    """

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        *,
        sink: Sink,
        clock: Callable[[], datetime],
        tallies: HostTallies,
        limits: Limits,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._inner = inner
        self._monotonic = monotonic
        self._sink = sink
        self._clock = clock
        self._tallies = tallies
        self._limits = limits

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the inner transport's response, read and recorded."""
        url = str(request.url)
        limits = self._limits
        if (most := request.extensions.get("max_bytes")) is not None:
            limits = replace(limits, body=most, total=limits.document_total)
        tally = self._tallies.of(request.url.host)
        tally.requests += 1
        site: Site | None = request.extensions.get("site")
        budget = self._tallies.of_site(site.id if site else "")
        budget.requests += 1
        response: httpx.Response | None = None
        payload = bytearray()
        try:
            async with asyncio.timeout(limits.total):
                async with asyncio.timeout(min(limits.head, limits.total)):
                    response = await self._inner.handle_async_request(request)
                await read_pieces(
                    response.aiter_raw(), payload, url=url, limits=limits, monotonic=self._monotonic
                )
        except (TimeoutError, httpx.TransportError, FetchError) as error:
            if response is not None:
                reason = _TRUNCATED.get(type(error), "disconnect")
                self._sink(self._capture(request, response, bytes(payload[: limits.body]), reason))
            if isinstance(error, TimeoutError):
                within = limits.total if response is not None else min(limits.head, limits.total)
                reason = f"not done within {within:g} seconds"
                raise Unreachable(url, reason, kind="timeout") from error
            raise
        finally:
            tally.bytes += len(payload)
            budget.bytes += len(payload)
            if response is not None:
                await response.aclose()
        capture = self._capture(request, response, bytes(payload))
        self._sink(capture)
        return httpx.Response(
            status_code=response.status_code,
            headers=[(k, v) for k, v in response.headers.raw if k.lower() not in _CODING_HEADERS],
            content=capture.payload,
            request=request,
            extensions={"capture": capture},
        )

    def _capture(
        self, request: httpx.Request, response: httpx.Response, payload: bytes, truncated: str | None = None
    ) -> Capture:
        extensions = response.extensions
        stream = extensions.get("network_stream")
        address = stream.get_extra_info("server_addr") if stream is not None else None
        site: Site | None = request.extensions.get("site")
        capture = Capture(
            url=str(request.url),
            method=request.method,
            status=response.status_code,
            reason=response.reason_phrase,
            headers=pairs(response.headers),
            payload=payload,
            fetched_at=extensions.get("fetched_at") or self._clock(),
            request_headers=pairs(request.headers),
            request_body=request.content,
            http_version=extensions.get("http_version", b"HTTP/1.1").decode("ascii"),
            ip=str(address[0]) if address else extensions.get("ip"),
            truncated=truncated or extensions.get("truncated"),  # set by Replay
            tls=(site.tls if site else "strict")
            if stream is not None and request.url.scheme == "https"
            else None,
            proxy=stream.get_extra_info("proxy") if stream is not None else None,
        )
        head = stream.get_extra_info("head") if stream is not None else None
        return capture if not head or head == capture.plain_head else replace(capture, head=head)

    async def aclose(self) -> None:
        """Close the inner transport."""
        await self._inner.aclose()


def pairs(headers: httpx.Headers) -> Headers:
    """Return header pairs in order, bytes decoded as ISO-8859-1."""
    return tuple((key.decode("latin-1"), value.decode("latin-1")) for key, value in headers.raw)
