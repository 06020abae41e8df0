"""Pages read in child processes from an event loop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

import pytest

from crawler.errors import Halted, UnknownFormat, Unread
from crawler.extract import extract
from crawler.reading.pages import MAX_PENDING_BYTES, MAX_PENDING_JOBS, PageProcess
from crawler.reading.process import ReadingLimits
from tests.reading import jobs

PAGE = "<html><body><h1>某市2023年法治政府建设情况报告</h1>" + "<p>一年来，依法行政取得新的成效。</p>" * 20


async def test_every_page_is_read_in_the_child_from_the_first_on() -> None:
    async with PageProcess() as pages:
        places = [await pages.run(jobs.where) for _ in range(3)]
    assert len(set(places)) == 1
    assert places[0] != os.getpid()


async def test_a_page_is_read_the_same_in_either_process() -> None:
    here = extract(PAGE.encode(), (), "http://a.gov.cn/1.html", hint="body")
    async with PageProcess() as pages:
        there = await pages.run(extract, PAGE.encode(), (), "http://a.gov.cn/1.html", hint="body")
    assert here == there
    assert here.clues == there.clues


@pytest.mark.parametrize("children", [1, 3])
async def test_each_job_gets_its_own_answer(children: int) -> None:
    async with PageProcess(max_children=children) as pages:
        answers = await asyncio.gather(*(pages.run(str, n) for n in range(200)))
    assert answers == [str(n) for n in range(200)]


async def test_jobs_beyond_the_limit_of_pending_ones_wait_and_none_runs_in_this_process() -> None:
    async with PageProcess(max_children=1) as pages:
        places = await asyncio.gather(*(pages.run(jobs.where) for _ in range(3 * MAX_PENDING_JOBS)))
    assert os.getpid() not in places


async def test_jobs_larger_than_the_limit_of_pending_bytes_are_read_one_at_a_time() -> None:
    large = bytes(MAX_PENDING_BYTES // 2 + 1)
    async with PageProcess(max_children=1) as pages:
        lengths = await asyncio.gather(*(pages.run(len, large) for _ in range(4)))
    assert lengths == [len(large)] * 4


async def test_further_children_are_started_where_the_first_cannot_keep_up() -> None:
    async with PageProcess(max_children=2) as pages:
        places = await asyncio.gather(*(pages.run(jobs.where) for _ in range(MAX_PENDING_JOBS)))
    assert len(set(places)) == 2


async def test_an_error_of_a_page_is_raised_in_this_process_as_it_was() -> None:
    async with PageProcess() as pages:
        with pytest.raises(UnknownFormat) as caught:
            await pages.run(extract, b"\x7fELF\x00\x01\x02\x03" * 50, (), "http://a.gov.cn/x")
    assert caught.value.url == "http://a.gov.cn/x"
    assert str(caught.value).startswith("http://a.gov.cn/x: ")


async def test_an_internal_error_comes_with_its_traceback() -> None:
    async with PageProcess() as pages:
        with pytest.raises(RuntimeError, match=r"KeyError\('a bug'\)") as caught:
            await pages.run(jobs.internal_error)
        assert await pages.run(jobs.where) != os.getpid()
    assert "in internal_error" in caught.value.__notes__[0]


SHORT = ReadingLimits(cpu_seconds=1.5, memory_bytes=1024 * jobs.MB)
IMPATIENT = ReadingLimits(wait_seconds=2.0)
FATAL = {
    "it crashes": (jobs.crash, (), "SIGSEGV"),
    "it ends the process": (jobs.leave, (), "exit code 3"),
    "it uses the processor without end": (jobs.spin, (), "more than 1.5 seconds of processor time"),
    "it waits without end": (jobs.wait, (), "not done within 2 seconds"),
    "it takes too much memory": (jobs.fill, (2048,), "more than 1024 MB of memory"),
    "its answer is too large": (jobs.large_answer, (300,), "over 268435456 bytes"),
}


@pytest.mark.parametrize("fault", FATAL)
async def test_a_page_fails_alone_and_says_why(fault: str) -> None:
    work: Callable[..., object]
    work, args, why = FATAL[fault]
    async with PageProcess(IMPATIENT if work is jobs.wait else SHORT, max_children=1) as pages:
        tasks = [pages.run(str, 1), pages.run(work, *args), pages.run(str, 2), pages.run(str, 3)]
        first, failed, *others = await asyncio.gather(*tasks, return_exceptions=True)
        later = await pages.run(str, 4)
    assert isinstance(failed, Unread), failed
    assert why in failed.reason
    assert [first, *others, later] == ["1", "2", "3", "4"]


async def test_a_child_that_grew_is_replaced_so_that_the_next_page_has_the_memory_it_is_promised() -> None:
    async with PageProcess(max_children=1) as pages:
        before = await pages.run(jobs.where)
        sizes = await asyncio.gather(*(pages.run(jobs.hold, 600) for _ in range(3)))
        after = await pages.run(jobs.where)
    assert sizes == [600 * jobs.MB] * 3
    assert before != after


async def test_a_cancelled_job_does_not_shift_the_answers_of_others() -> None:
    async with PageProcess() as pages:
        given_up = asyncio.create_task(pages.run(str, 1))
        await asyncio.sleep(0)
        given_up.cancel()
        assert await pages.run(str, 2) == "2"


async def test_a_child_at_work_ends_with_the_block() -> None:
    async with PageProcess() as pages:
        process = await pages.run(jobs.where)
        unread = asyncio.create_task(pages.run(jobs.spin))
        await asyncio.sleep(0)
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    with pytest.raises(asyncio.CancelledError):
        await unread


async def test_an_idle_child_is_kept_for_the_next_reader() -> None:
    places = []
    for _ in range(2):
        async with PageProcess() as pages:
            places.append(await pages.run(jobs.where))
    assert places[0] == places[1]


async def test_when_the_crawl_must_end_pages_that_are_quick_are_still_read() -> None:
    async with PageProcess() as pages:
        pages.hasten("SIGTERM")
        assert await pages.run(str, 1) == "1"


async def test_when_the_crawl_must_end_a_page_that_is_not_quick_ends_all_reading() -> None:
    async with PageProcess(max_children=1) as pages:
        tasks = [
            asyncio.create_task(pages.run(*job))
            for job in ((jobs.wait,), *((str, n) for n in range(2 * MAX_PENDING_JOBS)))
        ]
        await asyncio.sleep(0)
        pages.hasten("SIGTERM")
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        with pytest.raises(Halted, match="SIGTERM"):
            await pages.run(str, 1)
    assert {type(each) for each in ended} == {Halted}
