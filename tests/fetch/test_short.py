"""A part of a page fails with the kind `short`, however it shows; a part of an error page is that error."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import respx

from crawler.errors import FetchError, Gone, Refused, Unreachable
from crawler.fetch import Fetcher, Replay
from crawler.fetch.answers.judge import judge, uncompressed
from crawler.fetch.replay import Exchange
from crawler.model import Capture, Headers
from tests.conftest import Clock
from tests.fetch.conftest import PAGE, Harness

PAYLOAD = "<html><p>全年办结事项2725件。</p></html>".encode() * 50
ZIPPED = gzip.compress(PAYLOAD)
GZIP = ("Content-Encoding", "gzip")


def a_capture(payload: bytes = PAYLOAD, *headers: tuple[str, str], **facts: Any) -> Capture:
    capture = Capture(
        url=PAGE, status=200, reason="OK", headers=headers, payload=payload, fetched_at=datetime(2026, 11, 25, tzinfo=UTC)
    )  # fmt: skip
    return replace(capture, **facts)


SHORT = {
    "206": a_capture(status=206),
    "206 with its range": a_capture(PAYLOAD, ("Content-Range", "bytes 0-99/1000"), status=206),
    "fewer bytes than Content-Length": a_capture(PAYLOAD, ("content-length", "99999")),
    "two lengths, one of them larger": a_capture(
        PAYLOAD, ("Content-Length", "10"), ("Content-Length", "99999")
    ),
    "truncated": a_capture(truncated="disconnect"),
    "gzip without its end": a_capture(ZIPPED[:-1], GZIP),
    "gzip without its end, in a second header": a_capture(
        ZIPPED[:-1], ("Content-Encoding", "identity"), GZIP
    ),
    "gzip in gzip without its end": a_capture(gzip.compress(ZIPPED[:-1]), GZIP, GZIP),
    "nothing at all of so many bytes": a_capture(b"", ("Content-Length", "5")),
}
WHOLE = {
    "as long as it says": a_capture(PAYLOAD, ("Content-Length", str(len(PAYLOAD)))),
    "longer than it says, as stored decoded": a_capture(PAYLOAD, ("Content-Length", str(len(ZIPPED))), GZIP),
    "chunked: Content-Length does not count": a_capture(
        PAYLOAD, ("Transfer-Encoding", "chunked"), ("Content-Length", "99999")
    ),
    "a length that is no number": a_capture(PAYLOAD, ("Content-Length", "many")),
    "a length of a thousand digits": a_capture(PAYLOAD, ("Content-Length", "9" * 1000)),
    "HEAD": a_capture(b"", ("Content-Length", "99999"), method="HEAD"),
    "gzip": a_capture(ZIPPED, GZIP),
    "gzip of two members": a_capture(gzip.compress(PAYLOAD[:99]) + gzip.compress(PAYLOAD[99:]), GZIP),
    "gzip in two headers, twice": a_capture(gzip.compress(ZIPPED), GZIP, GZIP),
    "gzip in two headers, once": a_capture(ZIPPED, GZIP, GZIP),
}


@pytest.mark.parametrize("capture", SHORT.values(), ids=SHORT)
def test_a_part_is_short(capture: Capture) -> None:
    with pytest.raises(Unreachable, match="short: ") as caught:
        judge(capture, uncompressed(capture))
    assert (caught.value.kind, caught.value.retry) == ("short", True)


@pytest.mark.parametrize("capture", WHOLE.values(), ids=WHOLE)
def test_a_whole_page_is_not(capture: Capture) -> None:
    body = uncompressed(capture)
    judge(capture, body)
    assert body in (PAYLOAD, b"")


@pytest.mark.parametrize(("status", "error"), [(404, Gone), (403, Refused), (500, Unreachable)])
def test_half_an_error_page_is_the_error(status: int, error: type[FetchError]) -> None:
    capture = a_capture(ZIPPED[:-1], GZIP, ("Content-Length", "99999"), status=status)
    with pytest.raises(error, match=f"HTTP {status}"):
        judge(capture, uncompressed(capture))


@pytest.mark.parametrize(
    "capture", [each for each in SHORT.values() if not (each.truncated or each.header("content-length"))]
)
async def test_a_part_is_recorded_and_then_it_fails(
    harness: Harness, web: respx.Router, capture: Capture
) -> None:
    headers = [(name.encode(), value.encode()) for name, value in capture.headers]
    stream = httpx.ByteStream(capture.payload)
    web.get(PAGE).mock(return_value=httpx.Response(capture.status, headers=headers, stream=stream))
    with pytest.raises(Unreachable, match=r"short: .*\(tried 3 times\)"):
        await harness.fetcher.get(PAGE)
    assert [each.payload for each in harness.captures if each.url == PAGE] == [capture.payload] * 3


@pytest.mark.parametrize("capture", [each for each in SHORT.values() if not each.truncated])
async def test_a_part_that_was_saved_is_short_when_it_is_replayed(clock: Clock, capture: Capture) -> None:
    captures: list[Capture] = []
    replay = Replay([Exchange.of(capture)])
    async with Fetcher(sink=captures.append, replay=replay, clock=clock) as fetcher:
        with pytest.raises(Unreachable, match="short: "):
            await fetcher.get(PAGE)
    assert {each.payload for each in captures} == {capture.payload}


async def test_one_short_answer_costs_an_attempt_and_no_page(harness: Harness, web: respx.Router) -> None:
    headers: Headers = (GZIP,)
    web.get(PAGE).mock(
        side_effect=[
            httpx.Response(200, headers=headers, stream=httpx.ByteStream(ZIPPED[:100])),
            httpx.Response(200, headers=headers, stream=httpx.ByteStream(ZIPPED)),
        ]
    )
    assert (await harness.fetcher.get(PAGE)).body == PAYLOAD
