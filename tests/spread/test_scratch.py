"""Scratch folders of workers that begin and sweep at the same moment."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.spread import scratch
from crawler.spread.scratch import left_by_killed, own_scratch


@pytest.fixture
def removed_before_lock(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Let another worker remove a folder after its lock file was opened here and before it is locked, once."""
    lock = fcntl.flock

    def remove(folder: Path) -> None:
        def flock(file: object, how: int) -> None:
            if folder is not None and Path(file.name).parent == folder:  # type: ignore[attr-defined]
                monkeypatch.setattr(fcntl, "flock", lock)
                shutil.rmtree(folder)
            lock(file, how)  # type: ignore[arg-type]

        monkeypatch.setattr(fcntl, "flock", flock)

    return remove


def test_a_worker_owns_its_folder_though_another_took_it_for_one_that_was_left(
    tmp_path: Path, removed_before_lock: Callable[[Path], None]
) -> None:
    mine = tmp_path / "mine"
    removed_before_lock(mine)
    with own_scratch(mine) as lock:
        assert os.path.samestat(os.fstat(lock.fileno()), (mine / scratch._LOCK).stat())
        (mine / "7").mkdir()
        assert list(left_by_killed(tmp_path, but=tmp_path / "other")) == []
    assert list(left_by_killed(tmp_path, but=tmp_path / "other")) == [mine / "7"]


def test_a_folder_that_another_sweeper_has_just_removed_is_passed_over(
    tmp_path: Path, removed_before_lock: Callable[[Path], None]
) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name / "1").mkdir(parents=True)
    removed_before_lock(tmp_path / "b")
    found = left_by_killed(tmp_path, but=tmp_path / "mine")
    assert list(found) == [tmp_path / "a" / "1", tmp_path / "c" / "1"]
