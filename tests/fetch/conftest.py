"""A Fetcher whose captures and waits are kept, over a network mocked by respx."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import respx

from crawler.fetch import Fetcher
from crawler.model import Capture, Site
from tests.conftest import Clock

HOST = "http://www.example.gov.cn"
PAGE = f"{HOST}/a.html"


def a_site(**facts: Any) -> Site:
    return Site(**({"id": "example", "name": "某市人民政府", "region": "420100", "delay": 0.0} | facts))


class Harness:
    """A Fetcher with a fixed resolver and a clock that only its waits advance; keeps captures and waits."""

    def __init__(self, clock: Clock) -> None:
        self.captures: list[Capture] = []
        self.waits: list[float] = []
        self.now = 0.0
        self.fetcher = Fetcher(
            sink=self.captures.append,
            clock=clock,
            resolver=self.resolve,
            sleep=self.sleep,
            monotonic=lambda: self.now,
        )

    async def resolve(self, host: str, port: int) -> list[str]:
        return ["59.173.12.3"] if host.endswith(".example.gov.cn") else ["59.173.12.4"]

    async def sleep(self, seconds: float) -> None:
        if seconds > 0:
            self.waits.append(seconds)
            self.now += seconds


@pytest.fixture
async def harness(clock: Clock) -> AsyncIterator[Harness]:
    harness = Harness(clock)
    async with harness.fetcher:
        yield harness


@pytest.fixture
def web() -> AsyncIterator[respx.Router]:
    with respx.mock(assert_all_called=False) as router:
        router.get(path="/robots.txt", name="robots").respond(404)
        yield router
