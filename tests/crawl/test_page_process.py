"""Pages read in a second process, which may break down."""

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

from crawler.crawl.page_process import BACKLOG, MANY, Readers, serve
from crawler.errors import NoBody, UnknownFormat, Unread
from crawler.extract import extract

PAGE = "<html><body><h1>某市2023年法治政府建设情况报告</h1>" + "<p>一年来，依法行政取得新的成效。</p>" * 20


def where() -> int:
    return os.getpid()


def break_down() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def leave() -> None:
    os._exit(3)


def take_for_ever() -> None:
    time.sleep(60)


def slip() -> None:
    raise KeyError("a slip of ours")


async def test_the_first_pages_are_read_here_and_the_others_elsewhere() -> None:
    async with Readers(here=2) as readers:
        places = [await readers.read(where) for _ in range(4)]
    assert places[:2] == [os.getpid()] * 2
    assert places[2] == places[3] != os.getpid()


async def test_a_page_reads_the_same_in_either_process() -> None:
    async with Readers(here=1) as readers:
        here = await readers.read(extract, PAGE.encode(), (), "http://a.gov.cn/1.html", hint="body")
        there = await readers.read(extract, PAGE.encode(), (), "http://a.gov.cn/1.html", hint="body")
    assert here == there
    assert here.clues == there.clues


async def test_answers_come_to_those_who_asked() -> None:
    async with Readers(here=0) as readers:
        answers = await asyncio.gather(*(readers.read(str, n) for n in range(200)))
    assert answers == [str(n) for n in range(200)]


async def test_what_the_other_process_is_behind_with_is_read_here() -> None:
    async with Readers(here=0) as readers:
        places = await asyncio.gather(*(readers.read(where) for _ in range(3 * BACKLOG)))
    assert places.count(os.getpid()) == 2 * BACKLOG


@pytest.mark.parametrize(("sites", "here"), [(1, True), (MANY, False)])
async def test_a_large_crawl_begins_with_the_other_process(sites: int, here: bool) -> None:
    async with Readers.of_crawl(sites) as readers:
        assert (await readers.read(where) == os.getpid()) is here


async def test_an_error_of_a_page_is_the_same_error_here() -> None:
    async with Readers(here=0) as readers:
        with pytest.raises(UnknownFormat) as caught:
            await readers.read(extract, b"\x7fELF\x00\x01\x02\x03" * 50, (), "http://a.gov.cn/x")
    assert caught.value.url == "http://a.gov.cn/x"
    assert str(caught.value).startswith("http://a.gov.cn/x: ")


async def test_a_fault_of_ours_comes_with_the_place_where_it_was_raised() -> None:
    async with Readers(here=0) as readers:
        with pytest.raises(RuntimeError, match=r"KeyError\('a slip of ours'\)") as caught:
            await readers.read(slip)
        assert await readers.read(where) != os.getpid()
    assert "in slip" in caught.value.__notes__[0]


@pytest.mark.parametrize(("fatal", "why"), [(break_down, "SIGSEGV"), (leave, "exit code 3")])
async def test_a_page_that_brings_its_reader_down_takes_no_other_with_it(fatal, why) -> None:  # type: ignore[no-untyped-def]
    async with Readers(here=0) as readers:
        jobs = [readers.read(str, 1), readers.read(fatal), readers.read(str, 2), readers.read(str, 3)]
        first, failed, *others = await asyncio.gather(*jobs, return_exceptions=True)
    assert isinstance(failed, Unread)
    assert why in failed.reason
    assert [first, *others] == ["1", "2", "3"]


async def test_a_page_that_takes_for_ever_is_given_up() -> None:
    async with Readers(here=0, longest=3.0) as readers:
        slow, other = await asyncio.gather(
            readers.read(take_for_ever), readers.read(str, 1), return_exceptions=True
        )
    assert isinstance(slow, Unread)
    assert "not done within 3 seconds" in slow.reason
    assert other == "1"


async def test_who_no_longer_waits_gets_no_one_elses_answer() -> None:
    async with Readers(here=0) as readers:
        given_up = asyncio.create_task(readers.read(str, 1))
        await asyncio.sleep(0)
        given_up.cancel()
        assert await readers.read(str, 2) == "2"


async def test_the_process_ends_with_the_block() -> None:
    async with Readers(here=0) as readers:
        process = await readers.read(where)
        unread = asyncio.create_task(readers.read(take_for_ever))
        await asyncio.sleep(0.05)
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    with pytest.raises(asyncio.CancelledError):
        await unread


def test_the_process_heeds_no_signal_of_the_crawls_and_ends_with_it() -> None:
    command = [sys.executable, "-m", "crawler.crawl.page_process"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        job = pickle.dumps((str, (5,), {}))
        framed = len(job).to_bytes(4) + job
        process.stdin.write(framed)
        process.stdin.flush()
        process.stdout.read(4)  # it is up
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        process.stdin.write(framed)
        process.stdin.close()
        assert process.stdout.read().count(b"\x8c\x015") == 2  # both answers, to the end
        assert process.wait(10) == 0


def test_jobs_to_answers() -> None:
    jobs = b"".join(
        len(job).to_bytes(4) + job
        for job in (pickle.dumps((str, (5,), {})), pickle.dumps((extract, (b"<p>",), {})))
    )
    answers = io.BytesIO()
    serve(io.BytesIO(jobs), answers)
    answers.seek(0)
    told = [pickle.loads(answers.read(int.from_bytes(answers.read(4)))) for _ in range(2)]
    assert told[0] == (True, "5")
    assert told[1][0] is False
    assert isinstance(told[1][1], NoBody)
