"""Pages parsed in a child process, which may crash."""

from __future__ import annotations

import asyncio
import io
import os
import pickle
import signal
import subprocess
import sys
import time

import pytest

from crawler.crawl.page_process import MAX_PENDING_JOBS, MIN_SITES_FOR_CHILD, PageProcess, serve
from crawler.errors import NoBody, UnknownFormat, Unread
from crawler.extract import extract

PAGE = "<html><body><h1>某市2023年法治政府建设情况报告</h1>" + "<p>一年来，依法行政取得新的成效。</p>" * 20


def where() -> int:
    return os.getpid()


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def leave() -> None:
    os._exit(3)


def never_end() -> None:
    time.sleep(60)


def internal_error() -> None:
    raise KeyError("a bug")


async def test_the_first_pages_are_parsed_in_this_process_and_the_others_in_the_child() -> None:
    async with PageProcess(pages_before_child=2) as pages:
        places = [await pages.run(where) for _ in range(4)]
    assert places[:2] == [os.getpid()] * 2
    assert places[2] == places[3] != os.getpid()


async def test_a_page_parses_the_same_in_either_process() -> None:
    async with PageProcess(pages_before_child=1) as pages:
        here = await pages.run(extract, PAGE.encode(), (), "http://a.gov.cn/1.html", hint="body")
        there = await pages.run(extract, PAGE.encode(), (), "http://a.gov.cn/1.html", hint="body")
    assert here == there
    assert here.clues == there.clues


async def test_each_job_gets_its_own_answer() -> None:
    async with PageProcess(pages_before_child=0) as pages:
        answers = await asyncio.gather(*(pages.run(str, n) for n in range(200)))
    assert answers == [str(n) for n in range(200)]


async def test_jobs_beyond_the_limit_of_pending_ones_run_in_this_process() -> None:
    async with PageProcess(pages_before_child=0) as pages:
        places = await asyncio.gather(*(pages.run(where) for _ in range(3 * MAX_PENDING_JOBS)))
    assert places.count(os.getpid()) == 2 * MAX_PENDING_JOBS


@pytest.mark.parametrize(("sites", "here"), [(1, True), (MIN_SITES_FOR_CHILD, False)])
async def test_a_large_crawl_starts_the_child_at_once(sites: int, here: bool) -> None:
    async with PageProcess.for_sites(sites) as pages:
        assert (await pages.run(where) == os.getpid()) is here


async def test_an_error_of_a_page_is_raised_in_this_process_as_it_was() -> None:
    async with PageProcess(pages_before_child=0) as pages:
        with pytest.raises(UnknownFormat) as caught:
            await pages.run(extract, b"\x7fELF\x00\x01\x02\x03" * 50, (), "http://a.gov.cn/x")
    assert caught.value.url == "http://a.gov.cn/x"
    assert str(caught.value).startswith("http://a.gov.cn/x: ")


async def test_an_internal_error_comes_with_its_traceback() -> None:
    async with PageProcess(pages_before_child=0) as pages:
        with pytest.raises(RuntimeError, match=r"KeyError\('a bug'\)") as caught:
            await pages.run(internal_error)
        assert await pages.run(where) != os.getpid()
    assert "in internal_error" in caught.value.__notes__[0]


@pytest.mark.parametrize(("fatal", "why"), [(crash, "SIGSEGV"), (leave, "exit code 3")])
async def test_a_page_that_crashes_the_child_fails_alone(fatal, why) -> None:  # type: ignore[no-untyped-def]
    async with PageProcess(pages_before_child=0) as pages:
        jobs = [pages.run(str, 1), pages.run(fatal), pages.run(str, 2), pages.run(str, 3)]
        first, failed, *others = await asyncio.gather(*jobs, return_exceptions=True)
    assert isinstance(failed, Unread)
    assert why in failed.reason
    assert [first, *others] == ["1", "2", "3"]


async def test_a_page_over_the_time_limit_fails() -> None:
    async with PageProcess(pages_before_child=0, max_seconds=3.0) as pages:
        slow, other = await asyncio.gather(pages.run(never_end), pages.run(str, 1), return_exceptions=True)
    assert isinstance(slow, Unread)
    assert "not done within 3 seconds" in slow.reason
    assert other == "1"


async def test_a_cancelled_job_does_not_shift_the_answers_of_others() -> None:
    async with PageProcess(pages_before_child=0) as pages:
        given_up = asyncio.create_task(pages.run(str, 1))
        await asyncio.sleep(0)
        given_up.cancel()
        assert await pages.run(str, 2) == "2"


async def test_the_child_ends_with_the_block() -> None:
    async with PageProcess(pages_before_child=0) as pages:
        process = await pages.run(where)
        unread = asyncio.create_task(pages.run(never_end))
        await asyncio.sleep(0.05)
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    with pytest.raises(asyncio.CancelledError):
        await unread


def test_the_child_ignores_signals_and_ends_with_its_jobs() -> None:
    command = [sys.executable, "-m", "crawler.crawl.page_process"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        job = pickle.dumps((str, (5,), {}))
        framed = len(job).to_bytes(4) + job
        process.stdin.write(framed)
        process.stdin.flush()
        process.stdout.read(4)  # the child is ready
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        process.stdin.write(framed)
        process.stdin.close()
        assert process.stdout.read().count(b"\x8c\x015") == 2  # both answers, to the end
        assert process.wait(10) == 0


def test_serve_answers_each_job() -> None:
    jobs = b"".join(
        len(job).to_bytes(4) + job
        for job in (pickle.dumps((str, (5,), {})), pickle.dumps((extract, (b"<p>",), {})))
    )
    answers = io.BytesIO()
    serve(io.BytesIO(jobs), answers)
    answers.seek(0)
    results = [pickle.loads(answers.read(int.from_bytes(answers.read(4)))) for _ in range(2)]
    assert results[0] == (True, "5")
    assert results[1][0] is False
    assert isinstance(results[1][1], NoBody)
