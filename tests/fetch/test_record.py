"""Recording of incomplete answers, and the mapping of httpx's errors to ours."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator

import httpx
import pytest

from crawler.errors import TooLarge, Unreachable
from crawler.fetch import Limits
from crawler.fetch.connections.failures import HTTPX_ERRORS, fetch_error
from crawler.fetch.figures import HostTallies
from crawler.fetch.record import Recorder
from crawler.model import Capture
from tests.conftest import Clock
from tests.fetch.conftest import PAGE


class Dripping(httpx.AsyncBaseTransport):
    """Send half a body, then raise the given error or send the given bytes."""

    def __init__(self, then: Exception | bytes) -> None:
        self._then = then

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        async def stream() -> AsyncIterator[bytes]:
            yield b"half"
            if isinstance(self._then, Exception):
                raise self._then
            yield self._then

        return httpx.Response(200, content=stream())


@pytest.mark.parametrize(
    ("then", "error", "truncated"),
    [
        (httpx.ReadError("reset"), httpx.ReadError, "disconnect"),
        (httpx.ReadTimeout("slow"), httpx.ReadTimeout, "time"),
        (TimeoutError(), Unreachable, "time"),
        (b"x" * 100, TooLarge, "length"),
    ],
)
async def test_half_an_answer_is_recorded_as_half(
    then: Exception | bytes, error: type[Exception], truncated: str, clock: Clock
) -> None:
    captures: list[Capture] = []
    recorder = Recorder(
        Dripping(then), sink=captures.append, clock=clock, tallies=HostTallies(), limits=Limits(body=50)
    )
    with pytest.raises(error):
        await recorder.handle_async_request(httpx.Request("GET", PAGE))
    (capture,) = captures
    assert capture.truncated == truncated
    assert capture.payload.startswith(b"half")
    assert len(capture.payload) <= 50


def leaves(kind: type[Exception]) -> list[type[Exception]]:
    return [leaf for child in kind.__subclasses__() for leaf in leaves(child)] or [kind]


def test_every_exception_of_httpx_is_in_the_table() -> None:
    public = {
        value for _, value in inspect.getmembers(httpx, inspect.isclass) if issubclass(value, Exception)
    }
    known = [
        kind
        for kind in public
        if kind not in HTTPX_ERRORS and not any(child in public for child in kind.__subclasses__())
    ]
    assert known == []
    assert fetch_error(PAGE, httpx.ConnectError("refused")).reason == "cannot connect: refused"
