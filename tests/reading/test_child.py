"""The child that reads pages: what it inherits, what limits it, and that it ends with its parent."""

from __future__ import annotations

import io
import os
import pickle
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.errors import NoBody, Unread
from crawler.extract import extract
from crawler.reading.alone import read_alone, read_within
from crawler.reading.child import limit_memory, serve
from crawler.reading.frames import JobLimits, framed, framed_job, length_of
from crawler.reading.process import ReadingLimits
from tests.reading import jobs

linux = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's means of Linux")
SHORT = ReadingLimits(cpu_seconds=0.5, memory_bytes=1024 * jobs.MB)
IMPATIENT = ReadingLimits(wait_seconds=2.0)


def test_a_page_is_read_in_another_process_and_the_next_one_in_the_same() -> None:
    first, second = read_alone(jobs.where), read_alone(jobs.where)
    assert first == second != os.getpid()


def test_an_error_of_a_page_is_raised_here() -> None:
    with pytest.raises(NoBody):
        read_alone(extract, b"<p>", (), "http://a.gov.cn/x")


@pytest.mark.parametrize(
    ("limits", "work", "why"),
    [
        (SHORT, jobs.crash, "SIGSEGV"),
        (SHORT, jobs.leave, "exit code 3"),
        (SHORT, jobs.spin, "more than 0.5 seconds of processor time"),
        (IMPATIENT, jobs.wait, "not done within 2 seconds"),
    ],
)
def test_a_page_that_breaks_the_child_fails_alone(
    limits: ReadingLimits, work: Callable[[], None], why: str
) -> None:
    with pytest.raises(Unread, match=why):
        read_within(limits, work)
    assert read_within(SHORT, str, 5) == "5"


def test_a_page_over_the_limit_of_memory_fails_alone() -> None:
    with pytest.raises(Unread, match="more than 1024 MB of memory"):
        read_within(SHORT, jobs.fill, 2048)
    assert read_within(SHORT, str, 5) == "5"


def test_a_child_that_grew_is_not_kept() -> None:
    before = read_alone(jobs.where)
    assert read_alone(jobs.hold, 600) == 600 * jobs.MB
    assert read_alone(jobs.where) != before


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        (b"", 3.0),
        (bytes(1_000_000), 9.0),
        (bytes(30_000_000), 60.0),
        (b"\x1f\x8b a sitemap, whose size is not known", 60.0),
    ],
)
def test_processor_time_is_limited_by_the_size_of_a_page(body: bytes, seconds: float) -> None:
    assert ReadingLimits().for_job((body, (), "http://a.gov.cn/x")).cpu_seconds == seconds


@pytest.mark.parametrize(
    "mark", [b"%PDF-1.7", b"\0\0%PDF-1.7", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf1"]
)
def test_a_document_has_limits_of_its_own_whatever_its_size(mark: bytes) -> None:
    limits = ReadingLimits().for_job((mark, (), "http://a.gov.cn/x"))
    assert limits == JobLimits(60.0, 512 * jobs.MB, 32 * jobs.MB)


@linux
def test_a_document_over_its_limit_of_memory_fails_alone() -> None:
    with pytest.raises(Unread, match="more than 512 MB of memory"):
        read_alone(jobs.fill_for, b"%PDF-1.7", 700)
    assert read_alone(jobs.fill_for, b"<html>", 700) == 700 * jobs.MB


def test_a_page_larger_than_the_pipe_is_read() -> None:
    assert read_alone(len, bytes(30 * jobs.MB)) == 30 * jobs.MB


@linux
def test_the_child_inherits_neither_files_nor_sockets(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)), (tmp_path / "lock").open("w") as lock:
        os.set_inheritable(lock.fileno(), True)
        inherited = read_within(ReadingLimits(memory_bytes=999 * jobs.MB), jobs.descriptors)
    assert not [name for name in inherited if "lock" in name or name.startswith("socket")]


@linux
def test_the_child_goes_first_when_memory_is_short_and_leaves_no_core_file() -> None:
    assert read_alone(jobs.priority) == ("1000", 0)


def test_the_child_ignores_signals_and_ends_with_its_jobs() -> None:
    command = [sys.executable, "-m", "crawler.reading.child", str(os.getpid()), str(1 << 31)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        job = framed_job(str, (5,), {}, JobLimits(60.0))
        process.stdin.write(job)
        process.stdin.flush()
        process.stdout.read(8)  # the child is ready
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        process.stdin.write(job)
        process.stdin.close()
        assert process.stdout.read().count(b"\x8c\x015") == 2  # both answers, to the end
        assert process.wait(10) == 0


def test_a_child_whose_parent_ended_before_it_began_does_nothing() -> None:
    command = [sys.executable, "-m", "crawler.reading.child", "1234567", str(1 << 31)]
    ended = subprocess.run(
        command, input=framed_job(str, (5,), {}, JobLimits(60.0)), capture_output=True, timeout=60
    )
    assert (ended.returncode, ended.stdout) == (1, b"")


PARENT = """
from crawler.reading.alone import read_alone
from tests.reading import jobs
import os, sys, threading, time
def tell():
    while not os.path.exists(sys.argv[1]):
        time.sleep(0.01)
    print("spins", flush=True)
print(read_alone(jobs.where), flush=True)
threading.Thread(target=tell).start()
read_alone(jobs.spin, sys.argv[1])
"""


@linux
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_a_child_at_work_ends_when_its_parent_is_killed(tmp_path: Path, number: signal.Signals) -> None:
    # the script is no importable module and has no guard: a program may use the library so
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "begun")],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        pidfd = os.pidfd_open(child)
        assert parent.stdout.readline() == "spins\n"
        parent.send_signal(number)
        parent.wait(30)
    assert select.select([pidfd], [], [], 30)[0], "the child still runs"
    os.close(pidfd)


def test_serve_answers_each_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.reading.child.MAX_KEPT_BYTES", 1 << 40)
    answers = io.BytesIO()
    serve(
        io.BytesIO(
            framed_job(str, (5,), {}, JobLimits(60.0)) + framed_job(extract, (b"<p>",), {}, JobLimits(60.0))
        ),
        answers,
        1 << 31,
    )
    answers.seek(0)
    results = [pickle.loads(answers.read(length_of(answers.read(8))[0])) for _ in range(2)]
    assert results[0] == (True, "5")
    assert results[1][0] is False
    assert isinstance(results[1][1], NoBody)


def test_a_job_that_is_no_job_is_an_error_and_not_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.reading.child.MAX_KEPT_BYTES", 1 << 40)
    answers = io.BytesIO()
    serve(
        io.BytesIO(framed(bytes(24) + b"no pickle") + framed_job(str, (5,), {}, JobLimits(60.0))),
        answers,
        1 << 31,
    )
    answers.seek(0)
    results = [pickle.loads(answers.read(length_of(answers.read(8))[0])) for _ in range(2)]
    assert results[0][0] is False
    assert results[1] == (True, "5")


def test_a_system_without_a_limit_on_memory_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("resource.setrlimit", lambda *_: None)
    monkeypatch.setattr("sys.platform", "darwin")
    limit_memory(1 << 31)
    assert "without a limit on memory" in capsys.readouterr().err
