"""Time and outcome of one extractor over pages. Process time: what other programs do meanwhile does not count."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.extractors import Call
from bench.pages import Page
from bench.score import Answer, Score, score

ROUNDS = 3
_WARM_UP = 3  # pages that are read before anything is timed


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What an extractor made of one page. `fault` is what it raised; its answer is then an empty one."""

    page: Page
    score: Score
    seconds: float  # process time, best of ROUNDS
    empty: bool  # no body found
    fault: str | None = None


def run(call: Call, pages: Sequence[Page]) -> list[Result]:
    """Each page ROUNDS times, page after page."""
    for page in pages[:_WARM_UP]:
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
    """The answer, or an empty one and what was raised: a fault of one extractor must not end the run of all."""
    try:
        return call(html), None
    except Exception as error:  # noqa: BLE001 - whatever others' code may raise is a result here, and is shown
        return Answer(), f"{type(error).__name__}: {error}"[:200]
