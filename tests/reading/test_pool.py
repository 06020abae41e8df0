"""Pages read ahead in several processes."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.errors import UnknownFormat, Unread
from crawler.extract import extract
from crawler.reading import process
from crawler.reading.look_ahead import look_ahead
from crawler.reading.pool import MIN_JOBS_FOR_CHILDREN, ReadingPool
from crawler.reading.processors import available_processors, quota
from tests.reading import jobs


def is_running(place: int) -> bool:
    """Whether a process runs: one that has ended may wait for its parent to ask for its exit code."""
    try:
        return Path(f"/proc/{place}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


MANY = 3 * MIN_JOBS_FOR_CHILDREN


def test_each_job_gets_its_own_answer_in_any_order() -> None:
    with ReadingPool(2, print) as pool:
        begun = [pool.begin(str, n) for n in range(MANY)]
        assert [job.result() for job in reversed(begun)] == [str(n) for n in reversed(range(MANY))]


def test_jobs_are_done_in_several_children_which_end_with_the_block() -> None:
    with ReadingPool(2, print) as pool:
        begun = [pool.begin(jobs.where) for _ in range(200)]
        places = {job.result() for job in begun}
    assert len(places) == 2
    assert os.getpid() not in places
    assert not any(map(is_running, places))


def test_few_jobs_start_no_children() -> None:
    threads = threading.active_count()
    with ReadingPool(2, print) as pool:
        begun = [pool.begin(str, n) for n in range(MIN_JOBS_FOR_CHILDREN - 1)]
        assert not any(job.was_sent for job in begun)
        assert [job.result() for job in begun] == [str(n) for n in range(MIN_JOBS_FOR_CHILDREN - 1)]
    assert threading.active_count() == threads


def test_with_one_process_jobs_are_done_when_their_results_are_taken() -> None:
    with ReadingPool(1, print) as pool:
        begun = [pool.begin(jobs.where) for _ in range(MANY)]
        assert not any(job.was_sent for job in begun)
        assert len({job.result() for job in begun}) == 1


def test_what_a_job_raises_is_raised_with_its_result() -> None:
    with ReadingPool(2, print) as pool:
        begun = [pool.begin(extract, b"\0\1\2", (), "http://a.gov.cn/") for _ in range(MANY)]
        for job in begun:
            with pytest.raises(UnknownFormat):
                job.result()


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL])
def test_a_job_whose_child_was_ended_is_told_and_done_once_more_alone(
    number: signal.Signals, tmp_path: Path
) -> None:
    notices: list[str] = []
    with ReadingPool(2, notices.append) as pool:
        begun = [pool.begin(jobs.end_once, "http://a.gov.cn/1.html", str(tmp_path / "mark"), number)]
        begun += [pool.begin(jobs.where) for _ in range(MANY)]
        assert [job.result() > 0 for job in begun] == [True] * (MANY + 1)
    assert notices == [
        f"http://a.gov.cn/1.html: reading it ended the process that reads pages ({number.name});"
        " it is read once more, alone"
    ]


def test_a_job_that_always_ends_its_child_fails_alone() -> None:
    with ReadingPool(2, lambda _: None) as pool:
        broken = pool.begin(jobs.crash)
        others = [pool.begin(str, n) for n in range(MANY)]
        with pytest.raises(Unread, match="SIGSEGV"):
            broken.result()
        assert [job.result() for job in others] == [str(n) for n in range(MANY)]


def test_where_no_process_can_be_started_jobs_are_done_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start = subprocess.Popen

    def refused(*args: object, **named: object) -> object:
        if threading.current_thread() is not threading.main_thread():
            raise BlockingIOError(11, "Resource temporarily unavailable")
        return start(*args, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(process.subprocess, "Popen", refused)
    notices: list[str] = []
    with ReadingPool(2, notices.append) as pool:
        begun = [pool.begin(str, n) for n in range(MANY)]
        assert [job.result() for job in begun] == [str(n) for n in range(MANY)]
        assert not pool.reads_ahead
    assert notices == [
        "no further process can be started (Resource temporarily unavailable): pages are read one after the other"
    ]


def test_one_child_that_could_be_started_does_all_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    start, started = subprocess.Popen, list[object]()

    def refused(*args: object, **named: object) -> object:
        if started:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        started.append(args)
        return start(*args, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(process.subprocess, "Popen", refused)
    with ReadingPool(4, print) as pool:
        begun = [pool.begin(jobs.where) for _ in range(200)]
        assert len({job.result() for job in begun}) == 1


def test_an_exception_in_the_block_ends_children_at_work() -> None:
    places: set[int] = set()

    def interrupted() -> None:
        with ReadingPool(2, print) as pool:
            places.update(job.result() for job in [pool.begin(jobs.where) for _ in range(200)])
            for _ in range(4):
                pool.begin(jobs.spin)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert places
    assert not any(map(is_running, places))


PARENT = """
import sys
from crawler.reading.pool import ReadingPool
from tests.reading import jobs
with ReadingPool(2, print) as pool:
    places = {job.result() for job in [pool.begin(jobs.where) for _ in range(200)]}
    spinning = [pool.begin(jobs.spin) for _ in range(20)]
    print(*places, flush=True)
    sys.stdin.read()
"""


def test_no_child_outlives_a_parent_that_is_killed() -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", PARENT], stdin=pipe, stdout=pipe, text=True) as parent:
        assert parent.stdout is not None
        places = [int(word) for word in parent.stdout.readline().split()]
        assert len(places) == 2
        held = [os.pidfd_open(place) for place in places]
        parent.kill()
        parent.wait(30)
    for each in held:
        assert select.select([each], [], [], 30)[0], "a child still runs"
        os.close(each)


# -- processors ---------------------------------------------------------------------------------------------


def test_affinity_limits_the_number_of_processors() -> None:
    usable = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(usable)})
        assert available_processors() == 1
    finally:
        os.sched_setaffinity(0, usable)
    assert 1 <= available_processors() <= len(usable)


@pytest.mark.parametrize(
    ("membership", "files", "expected"),
    [
        ("0::/\n", {}, None),
        ("0::/\n", {"cpu.max": "max 100000\n"}, None),
        ("0::/\n", {"cpu.max": "150000 100000\n"}, 2),
        ("0::/\n", {"cpu.max": "1000 100000\n"}, 1),
        ("0::/a/b\n", {"a/cpu.max": "300000 100000\n", "a/b/cpu.max": "max 100000\n"}, 3),
        ("0::/a/b\n", {"a/cpu.max": "300000 100000\n", "a/b/cpu.max": "200000 100000\n"}, 2),
        ("0::/of/the/host\n", {"cpu.max": "200000 100000\n"}, 2),
        ("4:cpu,cpuacct:/a\n", {"cpu/a/cpu.cfs_quota_us": "200000\n", "cpu/a/cpu.cfs_period_us": "100000\n"}, 2),
        ("4:cpu:/\n", {"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, None),
        ("4:cpu:/\n", {"cpu/cpu.cfs_quota_us": "5\n", "cpu/cpu.cfs_period_us": "0\n"}, None),
        ("nonsense", {"cpu.max": "what"}, None),
        ("0::/../../etc\n", {"cpu.max": "100000 100000"}, 1),
    ],
)  # fmt: skip
def test_control_groups_limit_the_number_of_processors(
    membership: str, files: dict[str, str], expected: int | None, tmp_path: Path
) -> None:
    (tmp_path / "cgroup").write_text(membership)
    for name, content in files.items():
        path = tmp_path / "groups" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    assert quota(tmp_path / "cgroup", tmp_path / "groups") == expected


# -- looking ahead ------------------------------------------------------------------------------------------


def test_items_come_in_their_order_and_work_on_them_begins_earlier() -> None:
    steps: list[str] = []

    def begin(item: int) -> int:
        steps.append(f"begin {item}")
        return 1

    for item in look_ahead(range(5), begin, max_bytes=2):
        steps.append(f"take {item}")
    assert steps == [
        "begin 0", "begin 1", "take 0", "begin 2", "take 1", "begin 3", "take 2", "begin 4", "take 3", "take 4",
    ]  # fmt: skip


def test_an_item_larger_than_the_limit_passes_alone() -> None:
    assert list(look_ahead([1, 2, 3], lambda _: 100, max_bytes=10)) == [1, 2, 3]


def test_no_more_items_are_held_than_allowed() -> None:
    begun: list[int] = []

    def begin(item: int) -> int:
        begun.append(item)
        return 0

    stream = look_ahead(range(100), begin, max_items=7)
    assert next(stream) == 0
    assert begun == list(range(7))


def test_what_the_stream_raises_comes_after_the_items_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        yield 2
        raise ValueError("in the stream")

    stream = look_ahead(items(), lambda _: 1)
    assert [next(stream), next(stream)] == [1, 2]
    with pytest.raises(ValueError, match="in the stream"):
        next(stream)
