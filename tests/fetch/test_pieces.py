"""A body is read within limits on its size, its rate and its pieces. The clock is given: nothing waits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

import pytest

from crawler.errors import FetchError, Malformed, TooLarge, Unreachable
from crawler.fetch.limits import Limits
from crawler.fetch.pieces import read_pieces

URL = "http://www.example.gov.cn/report.html"
LIMITS = Limits(body=50_000, min_rate=100.0, rate_window=20.0, tiny_pieces=1000, min_piece=16)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def read(pieces: Iterable[bytes], *, apart: float = 0.0) -> bytes:
    """Read pieces that come `apart` seconds after each other."""
    clock, body = Clock(), bytearray()

    async def coming() -> AsyncIterator[bytes]:
        for piece in pieces:
            clock.now += apart
            yield piece

    await read_pieces(coming(), body, url=URL, limits=LIMITS, monotonic=clock)
    return bytes(body)


@pytest.mark.parametrize(
    ("pieces", "apart"),
    [
        pytest.param([b"a" * 1000] * 40, 1.0, id="1,000 bytes a second, as old servers send"),
        pytest.param([b"a" * 2500] * 6, 19.0, id="a long wait before each piece"),
        pytest.param([b"a"] * 900, 0.0, id="a page in pieces of one byte"),
        pytest.param([b"a" * 20] * 2000, 0.0, id="many small pieces"),
        pytest.param([b"a"] * 19, 1.0, id="a few bytes, slowly"),
        pytest.param([], 0.0, id="nothing"),
    ],
)
async def test_what_honest_servers_send_is_read_whole(pieces: list[bytes], apart: float) -> None:
    assert await read(pieces, apart=apart) == b"".join(pieces)


@pytest.mark.parametrize(
    ("pieces", "apart", "error", "reason"),
    [
        pytest.param([b"a"] * 900, 1.0, Unreachable, "slower than 100 bytes a second", id="a byte a second"),
        pytest.param([b"a" * 400] * 90, 5.0, Unreachable, "slower than 100 bytes", id="80 bytes a second"),
        pytest.param(
            [*([b"a" * 4000] * 10), *([b"a"] * 60)], 1.0, Unreachable, "slower than", id="fast, then slow"
        ),
        pytest.param(
            [b"a"] * 2000, 0.0, Malformed, "1001 pieces of 1 bytes", id="pieces of one byte without end"
        ),
        pytest.param([b"a" * 15] * 3000, 0.0, Malformed, "pieces of 15 bytes", id="pieces of a few bytes"),
        pytest.param([b"a" * 1000] * 51, 0.0, TooLarge, "body over 50000 bytes", id="too many bytes"),
    ],
)
async def test_what_only_keeps_us_busy_is_ended(
    pieces: list[bytes], apart: float, error: type[FetchError], reason: str
) -> None:
    with pytest.raises(error, match=reason):
        await read(pieces, apart=apart)


def test_too_slow_is_a_timeout_and_is_retried() -> None:
    assert Unreachable(URL, "slower than 100 bytes a second", kind="timeout").retry
    assert not Malformed(URL, "its body comes in many pieces").retry
