"""How much, how long and how often: every bound that fetching keeps, in one value."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from crawler.coding import LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of a crawl's requests. Times are seconds, sizes bytes."""

    body: int = 30 * 1024 * 1024  # of a body as transferred
    decoded: int = LIMIT  # of a body with its codings undone
    total: float = 120.0  # one exchange, however slowly it drips
    connect: float = 15.0
    read: float = 30.0  # between two pieces of an answer
    hops: int = 8  # redirects of whatever kind
    crawl_delay: float = 60.0  # that a robots.txt can ask for; more is taken for this
    retry_after: float = 120.0  # that is waited; a server that asks for more is left alone for this crawl
    slowest: float = 60.0  # gap that a server in trouble gets at most
    patience: float = 600.0  # spent on second attempts, for one source in one crawl
    failures: int = 6  # attempts in a row without an answer, after which a host is left alone
    errors: int = (
        15  # answers in a row of 5xx or 429, after which it is too; a few broken pages are no broken host
    )
    render: float = 120.0  # to draw a page, the turns that its requests wait for among them
    quiet: float = 0.5  # without a request, after which a page is taken for drawn
    pieces: int = 60  # requests of one page that is drawn
    drawn: int = (
        30 * 1024 * 1024
    )  # of all that one page asks for; and of the scripts kept for the pages after it
    tabs: int = 4  # pages that are drawn at the same time

    @property
    def timeout(self) -> dict[str, float | None]:
        """For a request's extension `timeout`."""
        return httpx.Timeout(self.read, connect=self.connect).as_dict()
