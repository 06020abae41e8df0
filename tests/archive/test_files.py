"""Text files: atomic writing, writing in the background and its errors, and shortened folder names."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.archive.catalogue.text_names import MAX_FOLDER_BYTES, folder_name
from crawler.archive.evidence.files import BackgroundWriter, shorten_text_folders, write_all


def test_wait_returns_when_all_files_are_written(tmp_path: Path) -> None:
    writer = BackgroundWriter(tmp_path)
    for number in range(3):
        writer.write({f"text/{number}/a.txt": b"%d" % number})
    writer.wait()
    assert [path.read_bytes() for path in sorted(tmp_path.glob("text/*/*"))] == [b"0", b"1", b"2"]
    writer.close()


def test_an_error_in_the_background_is_raised_by_the_next_call(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b"a file")
    writer = BackgroundWriter(tmp_path)
    writer.write({"text/a.txt": b""})
    with pytest.raises(OSError, match="text"):
        writer.write({"b.txt": b""})
    writer.close()


def test_a_file_of_the_same_size_is_kept_unless_it_is_compared(tmp_path: Path) -> None:
    files = {"text/a.txt": b"one"}
    write_all(tmp_path, files)
    (tmp_path / "text/a.txt").write_bytes(b"two")
    write_all(tmp_path, files)
    assert (tmp_path / "text/a.txt").read_bytes() == b"two"
    write_all(tmp_path, files, compare=True, durable=True)
    assert (tmp_path / "text/a.txt").read_bytes() == b"one"
    assert [path.name for path in (tmp_path / "text").iterdir()] == ["a.txt"]


LONG = "某某经济技术开发区管理委员会" * 8
NAMES = {
    "short": ("420100-武汉市", False),
    "at the limit": ("a" * MAX_FOLDER_BYTES, False),
    "over it": ("a" * (MAX_FOLDER_BYTES + 1), True),
    "three bytes a character": (f"990199-{LONG}", True),
    "four bytes a character": ("990199-" + "𠮷" * 60, True),
    "one character off": (f"99019-{LONG}", True),
}


@pytest.mark.parametrize(("name", "cut"), NAMES.values(), ids=NAMES.keys())
def test_a_folders_name_is_cut_between_characters(name: str, cut: bool) -> None:
    short = folder_name(name)
    assert len(short.encode("utf-8")) <= MAX_FOLDER_BYTES
    assert (short != name) == cut
    assert name.startswith(short[:20])
    assert "\ufffd" not in short
    assert folder_name(short) == short


def test_names_with_one_beginning_stay_apart() -> None:
    assert len({folder_name(LONG + end) for end in ("甲", "乙", "丙")}) == 3


def test_texts_in_folders_with_long_names_move_to_the_shortened_ones(tmp_path: Path) -> None:
    long, short = f"text/{LONG[:80]}/2022", f"text/{folder_name(LONG[:80])}/2022"
    write_all(tmp_path, {f"{long}/{name}.txt": name.encode() for name in "abc"})
    write_all(tmp_path, {f"{short}/b.txt": b"b", f"{short}/c.txt": b"another"})
    shorten_text_folders(tmp_path)
    shorten_text_folders(tmp_path)
    found = {p.relative_to(tmp_path).as_posix(): p.read_bytes() for p in tmp_path.glob("text/*/*/*.txt")}
    assert found == {
        f"{short}/a.txt": b"a",
        f"{short}/b.txt": b"b",
        f"{short}/c.txt": b"another",
        f"{long}/c.txt": b"c",
    }
