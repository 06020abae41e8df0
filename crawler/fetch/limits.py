"""All bounds on requests in one value: sizes, times and counts. The waits between retries are in `pacing.retries`."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from crawler.coding import MAX_DECODED_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Maximum values for a crawl's requests. Times are seconds, sizes bytes."""

    body: int = 30 * 1024 * 1024  # a body as transferred
    decoded: int = MAX_DECODED_BYTES  # a body with its content codings undone
    total: float = 120.0  # one exchange, from connecting to the last byte
    document_total: float = 600.0  # the same for a document, which is larger than a page
    head: float = 90.0  # from connecting to the end of the answer's head
    connect: float = 15.0
    read: float = 30.0  # between two pieces of an answer
    # bytes of a body a second, over `rate_window` seconds: old servers send 1,000 and more, one that keeps us busy a few
    min_rate: float = 100.0
    rate_window: float = 20.0
    # pieces of a body that may be as small as one byte; of more, the average is at least `min_piece` bytes
    tiny_pieces: int = 200_000
    min_piece: int = 16
    hops: int = 8  # redirects of any kind
    crawl_delay: float = 60.0  # Crawl-delay of a robots.txt; a larger one is reduced to this
    retry_after: float = 120.0  # Retry-After; a host that asks for more is skipped for this crawl
    backoff: float = 60.0  # gap between two requests to a server that fails or is slow
    patience: float = 600.0  # retries of one source in one crawl: their waits and failed attempts
    # consecutive attempts without an answer, after which the circuit breaker opens
    consecutive_failures: int = 6
    # the same for answers of 5xx and 429: more, since a few broken pages do not make a broken host
    consecutive_error_answers: int = 15
    # consecutive failures of a proxy itself, after which it is not used any more
    proxy_failures: int = 3
    # different hosts in a row that a proxy connects to none of, after which it is not used any more
    proxy_hosts: int = 15
    render: float = 120.0  # to draw a page, with the politeness delays of its requests
    idle: float = 0.5  # without a request, after which a drawn page counts as settled
    subresources: int = 60  # requests of one drawn page
    subresource_bytes: int = 30 * 1024 * 1024  # all answers to one drawn page; also the script cache
    tabs: int = 4  # pages that are drawn at the same time

    @property
    def timeout(self) -> dict[str, float | None]:
        """Value for a request's extension `timeout`."""
        return httpx.Timeout(self.read, connect=self.connect).as_dict()
