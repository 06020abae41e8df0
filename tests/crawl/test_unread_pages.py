"""A page on which the parser hangs, in a crawl of one site."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from crawler.archive import Archive
from crawler.crawl import Halt, crawl
from crawler.fetch import Fetcher
from crawler.model import Capture, Ending, Outcome
from crawler.reading.pages import PageProcess
from crawler.reading.process import ReadingLimits
from tests.conftest import Clock
from tests.crawl.test_crawl import endings, site_of
from tests.reading import jobs
from tests.site import Web


async def crawled(
    web: Web, folder: Path, clock: Clock, limits: ReadingLimits, ends_at: str = ""
) -> list[Outcome]:
    """Crawl one site; the request to end comes with the page at `ends_at`."""

    async def at_once(_: float) -> None: ...

    def record(capture: Capture) -> None:
        archive.record(capture)
        if capture.url == ends_at:
            halt.request("--max-time 5")

    halt, site = Halt(), site_of(web.government("wuhan"))
    with Archive.create(folder, clock=clock) as archive:
        fetching = Fetcher(sink=record, connect_to=web.hosts, clock=clock, sleep=at_once)
        async with fetching as fetcher, PageProcess(limits) as pages:
            running = crawl([site], fetcher=fetcher, archive=archive, halt=halt, page_process=pages)
            return [outcome async for outcome in running]


async def test_it_fails_alone_and_says_why(
    web: Web, folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    government = web.government("wuhan")
    bad = government.documents[1].url
    monkeypatch.setattr("crawler.crawl.reports.extract", functools.partial(jobs.extract_that_hangs, bad))
    limits = ReadingLimits(cpu_seconds=2.5)  # enough for the other pages, also on a busy machine
    outcomes = await crawled(web, folder, clock, limits)
    (failed,) = [o for o in outcomes if o.ending is Ending.FAILED]
    assert failed.url == bad
    assert failed.detail == "reading it takes more than 2.5 seconds of processor time"
    assert endings(outcomes).count(Ending.NEW) == len(government.documents) - 1


async def test_a_crawl_that_must_end_does_not_wait_for_it_and_leaves_it_to_the_next(
    web: Web, folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    government = web.government("wuhan")
    bad = government.documents[1].url
    monkeypatch.setattr("crawler.crawl.reports.extract", functools.partial(jobs.extract_that_hangs, bad))

    outcomes = await crawled(web, folder, clock, ReadingLimits(), ends_at=bad)
    left = [outcome for outcome in outcomes if outcome.ending is Ending.LEFT]
    assert bad in [outcome.url for outcome in left]
    assert "--max-time 5" in left[0].detail
    assert Ending.FAILED not in endings(outcomes)
