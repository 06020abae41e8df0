"""Files that are written behind their run's back, and what goes wrong there."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.archive.files import Behind, write_all


def test_files_are_there_when_they_have_been_waited_for(tmp_path: Path) -> None:
    behind = Behind(tmp_path)
    for number in range(3):
        behind.write({f"text/{number}/a.txt": b"%d" % number})
    behind.wait()
    assert [path.read_bytes() for path in sorted(tmp_path.glob("text/*/*"))] == [b"0", b"1", b"2"]
    behind.close()


def test_what_goes_wrong_behind_is_raised_by_the_next_call(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b"in the way")
    behind = Behind(tmp_path)
    behind.write({"text/a.txt": b""})
    with pytest.raises(OSError, match="text"):
        behind.write({"b.txt": b""})
    behind.close()


def test_what_stands_is_left_or_compared(tmp_path: Path) -> None:
    files = {"text/a.txt": b"one"}
    write_all(tmp_path, files)
    (tmp_path / "text/a.txt").write_bytes(b"two")
    write_all(tmp_path, files)
    assert (tmp_path / "text/a.txt").read_bytes() == b"two"
    write_all(tmp_path, files, compare=True, durable=True)
    assert (tmp_path / "text/a.txt").read_bytes() == b"one"
    assert [path.name for path in (tmp_path / "text").iterdir()] == ["a.txt"]
