"""Run one extractor over pages and measure each page's process time, in which other programs do not count."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.extractors import Call
from bench.pages import Page
from bench.score import Answer, Score, score

ROUNDS = 3
_WARM_UP_PAGES = 3  # extracted before anything is timed


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Result of one extractor on one page. `fault` is the exception it raised; the answer is then empty."""

    page: Page
    score: Score
    seconds: float  # process time, best of ROUNDS
    empty: bool  # no body found
    fault: str | None = None


def run(call: Call, pages: Sequence[Page]) -> list[Result]:
    """Extract each page ROUNDS times, and return one result for each page."""
    for page in pages[:_WARM_UP_PAGES]:
        attempt(call, page.html)
    return [_result(call, page) for page in pages]


def _result(call: Call, page: Page) -> Result:
    seconds = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        answer, fault = attempt(call, page.html)
        seconds.append(time.process_time() - begin)
    return Result(
        page=page,
        score=score(answer, page.gold),
        seconds=min(seconds),
        empty=not answer.body,
        fault=fault,
    )


def attempt(call: Call, html: bytes) -> tuple[Answer, str | None]:
    """Return the answer, or an empty one and the exception: a failure of one extractor must not end the whole run."""
    try:
        return call(html), None
    except Exception as error:  # noqa: BLE001 - any exception of foreign code is a result here, and is printed
        return Answer(), f"{type(error).__name__}: {error}"[:200]
