"""After any failed operation on the disk, the next command finds all that was promised.

`make bench-crash` fails every operation of every command in four ways; here, nearly all of one crawl and some of the others.
"""

from __future__ import annotations

import errno
import shutil
import sqlite3
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy import event

from crawler.archive import Archive
from crawler.archive.damage import NO_SPACE
from crawler.errors import ArchiveDamaged
from tests.archive.failing import Failure, failing
from tests.archive.write_failures import FAILURES, FULL, SCENARIOS, Sweep
from tests.conftest import BODY, SITE, URL, Clock, a_capture, a_report

KINDS = {
    "first crawl": ("write", "open new", "mkdir", "rename", "fsync", "sqlite open", "sqlite delete"),
    "crawl after a kill": ("write", "open", "truncate", "rename", "unlink", "fsync", "sqlite fsync"),
    "crawl that migrates": (
        "sqlite write",
        "sqlite fsync",
        "sqlite shared memory",
        "sqlite truncate",
        "rename",
    ),
    "import": ("write", "open new", "mkdir", "fsync", "rename", "sqlite write", "sqlite fsync"),
    "rebuild --reextract": ("write", "open new", "rename", "fsync", "sqlite open"),
    "merge": ("write", "open new", "rename", "sqlite write"),
    "anchor": ("write", "open new", "mkdir", "rename", "fsync"),
    "pack": ("write", "open new", "rename", "unlink", "fsync", "sqlite write"),
    "rebuild": ("open", "unlink", "rename", "sqlite write", "sqlite fsync", "sqlite truncate"),
}
"""By scenario, the kinds of operations of which the last one is made to fail, each with the next of the errors."""


def test_every_operation_of_a_crawl_may_fail(tmp_path: Path) -> None:
    """On a full disk, and with a single error, in turn: about 130 operations, half of them SQLite's."""
    sweep = Sweep.of("second crawl", tmp_path)
    numbers = list(sweep.representatives())
    ends = Counter(sweep.check(number, FAILURES[nth % 2]) for nth, number in enumerate(numbers))
    assert ends["exit code 4"] > len(numbers) / 2


@pytest.mark.parametrize("name", KINDS)
def test_an_operation_of_each_kind_may_fail(name: str, tmp_path: Path) -> None:
    sweep = Sweep.of(name, tmp_path)
    last = sweep.last_of_kinds()
    for index, kind in enumerate(KINDS[name]):
        sweep.check(last[kind], FAILURES[index % len(FAILURES)], thorough=index == 0)


def test_all_commands_that_write_are_covered() -> None:
    assert {*KINDS, "second crawl"} == set(SCENARIOS)


def test_what_fails_is_the_operation_asked_for(tmp_path: Path) -> None:
    """A disk that fails nothing would prove nothing."""
    for number, kind in enumerate(("open new", "write", "mkdir", "rename", "unlink"), start=1):
        with failing(tmp_path, number, Failure(error=errno.EIO)) as disk, suppress(OSError):
            (tmp_path / "a").write_bytes(b"1")
            (tmp_path / "b").mkdir()
            (tmp_path / "a").rename(tmp_path / "c")
            (tmp_path / "c").unlink()
        assert disk.failed.startswith(f"{kind} ")
        shutil.rmtree(tmp_path / "b", ignore_errors=True)


def test_sqlite_fails_too(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db")) as database:
        database.execute("CREATE TABLE a (b)")
    for failure, message in (
        (FULL, "database or disk is full"),
        (Failure(error=errno.EIO), "disk I/O error"),
    ):
        with (
            failing(tmp_path, 4, failure) as disk,
            closing(sqlite3.connect(tmp_path / "a.db")) as database,
            pytest.raises(sqlite3.OperationalError, match=message),
        ):
            database.executescript("BEGIN; INSERT INTO a VALUES (1); COMMIT")
        assert disk.failed.startswith("sqlite write ")


@pytest.mark.parametrize(("kind", "named"), [("write", "warc/"), ("open new", "warc/"), ("fsync", "warc/")])
def test_a_failed_command_says_which_file_and_why(kind: str, named: str, tmp_path: Path) -> None:
    """And nothing else, so that cron mails one line."""
    sweep = Sweep.of("second crawl", tmp_path)
    first = sweep.kinds.index(kind) + 1
    while (run := sweep.attempt(first, FULL))[0].code != 4 or named not in run[1].failed:
        first = sweep.kinds.index(kind, first) + 1
    (line,) = run[0].err.splitlines()
    assert line.startswith(f"{sweep.archive}/{named}")
    assert line.endswith(f": No space left on device; {NO_SPACE}")


def test_the_first_fault_of_a_run_is_told_by_every_task_that_meets_it(tmp_path: Path, clock: Clock) -> None:
    """After a commit that failed the session refuses all that other visits still write."""

    def fail(_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    archive = Archive.create(tmp_path, clock=clock, notify=lambda _: None, batch=64)
    capture = a_capture(URL, BODY.encode(), at=clock())
    archive.record(capture)
    archive.store(a_report(), capture, SITE)
    event.listen(archive._engine, "commit", fail)
    told = []
    for act in (archive.flush, lambda: archive.store(a_report(), capture, SITE), archive.flush):
        with pytest.raises(ArchiveDamaged) as raised:
            act()
        told.append(str(raised.value))
    archive.close(finished=False)
    assert told == [f"{tmp_path}: its catalogue: database or disk is full"] * 3
