"""Kills, full disks, truncated files and locks: what was reported as stored is there; half a record is never read as one."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from crawler.archive import CATALOGUE, Archive
from crawler.archive.catalogue import engine
from crawler.errors import ArchiveDamaged
from crawler.warc import WarcFile, read_records, whole_length
from tests.archive.held import ROOT, crawl_saved, faults
from tests.conftest import Clock, a_capture

Opener = Callable[[], Archive]


def test_twenty_processes_killed_or_out_of_disk_lose_nothing(tmp_path: Path) -> None:
    """`make bench-crash` does this 500 times."""
    words = [sys.executable, "-m", "tests.archive.crashing", str(tmp_path / "archive"), "20", "1"]
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "killed" in done.stdout
    assert "disk full" in done.stdout


def test_a_warc_cut_off_at_any_byte_gives_whole_records_and_no_half_one(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "a.warc.gz"
    with path.open("wb") as file:
        warc = WarcFile(file)
        warc.info(path.name, clock(), {})
        warc.capture(a_capture(payload=b"first", at=clock()))
    data, records = path.read_bytes(), list(read_records(path))
    ends = [0, *(record.place.offset + record.place.length for record in records)]
    for cut in range(len(data)):
        path.write_bytes(data[:cut])
        whole = max(end for end in ends if end <= cut)
        assert whole_length(path) == whole
        found = []
        if cut == whole:
            found = list(read_records(path)) if cut else []
        else:
            with pytest.raises(ArchiveDamaged):
                found.extend(read_records(path))
        assert found == records[: ends.index(whole)][: len(found)]


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.999])
def test_a_killed_runs_warc_cut_off_anywhere_is_repaired_and_verify_names_what_is_missing(
    share: float, opened: Opener, folder: Path, clock: Clock
) -> None:
    archive = opened()
    crawl_saved(archive, clock, "wuhan")
    archive.close(finished=False)
    (warc,) = folder.glob("warc/*/*.open")
    warc.write_bytes(warc.read_bytes()[: int(warc.stat().st_size * share)])
    opened().close()
    assert not list(folder.glob("warc/*/*.open"))
    assert any(
        "the catalogue covers" in fault.what or "does not exist" in fault.what for fault in faults(folder)
    )


def test_a_write_that_fails_is_the_last_one(clock: Clock) -> None:
    """A record after half a record could not be found again."""

    class Full:
        """A disk with room for 700 bytes."""

        room = 700

        def write(self, data: memoryview) -> int:
            taken = min(len(data), self.room)
            self.room -= taken
            if not taken:
                raise OSError(28, "No space left on device")
            return taken

        def flush(self) -> None:
            """Do nothing: there is no buffer."""

    warc = WarcFile(Full())
    warc.info("a", clock(), {})
    with pytest.raises(OSError, match="No space left"):
        warc.capture(a_capture(payload=bytes(range(256)) * 8, at=clock()))
    size = warc.size
    with pytest.raises(OSError, match="No space left"):
        warc.info("a", clock(), {})
    assert warc.size == size


def test_a_catalogue_locked_by_another_program_is_an_error(
    opened: Opener, folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened().close()
    monkeypatch.setattr(engine, "LOCK_TIMEOUT_SECONDS", 0.01)
    with closing(sqlite3.connect(folder / CATALOGUE)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ArchiveDamaged, match="locked by another program") as caught:
            opened()
    assert caught.value.exit_code == 4
    opened().close()


def test_the_error_for_a_corrupt_catalogue_names_rebuild(opened: Opener, folder: Path, clock: Clock) -> None:
    with opened() as archive:
        archive.record(a_capture(at=clock()))
    (folder / CATALOGUE).write_bytes(b"no database at all " * 500)
    with pytest.raises(ArchiveDamaged, match="`fazhi rebuild` makes it again"):
        opened()
    with (
        pytest.raises(ArchiveDamaged, match="`fazhi rebuild` makes it again"),
        Archive.read(folder) as archive,
    ):
        archive.reports()


def test_an_archive_that_cannot_be_written_is_an_error(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "a file").write_text("")
    with pytest.raises(ArchiveDamaged, match="cannot be written"):
        Archive.create(tmp_path / "a file" / "archive", clock=clock)


def test_a_read_only_archive_cannot_be_opened_for_writing_and_can_be_read(
    opened: Opener, folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened() as archive:
        crawl_saved(archive, clock, "wuhan")

    def refuse(self: Path, mode: str = "r", *given: object, **more: object) -> object:
        if set(mode) & set("wax+"):
            raise OSError(30, "Read-only file system", str(self))
        return real(self, mode, *given, **more)  # type: ignore[arg-type]

    def refuse_too(path: str | Path, flags: int, *given: int) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            raise OSError(30, "Read-only file system", str(path))
        return really(path, flags, *given)

    real, really = Path.open, os.open
    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr(os, "open", refuse_too)
    with pytest.raises(ArchiveDamaged, match="Read-only file system") as caught:
        opened()
    assert caught.value.exit_code == 4
    with Archive.read(folder) as archive:
        assert archive.reports()
    assert faults(folder) == []


def test_an_index_that_a_kill_left_unwritten_is_written_by_the_next_run(
    opened: Opener, folder: Path, clock: Clock
) -> None:
    with opened() as archive:
        crawl_saved(archive, clock, "wuhan")
    (index,) = folder.glob("warc/*/*.cdxj")
    before = index.read_bytes()
    index.unlink()
    opened().close()
    assert index.read_bytes() == before
