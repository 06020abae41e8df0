"""Only regular files are opened: a FIFO is never waited for, and a device never read."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.archive.evidence.warc_paths import file_sha256
from crawler.errors import ConfigError
from crawler.fetch import load_exchanges
from crawler.regular_files import open_regular, read_regular
from crawler.warc import read_answers, read_records
from crawler.warc.strict import read_strictly


def a_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        here = Path.cwd()
        os.chdir(path.parent)  # a socket's path has at most 107 bytes
        try:
            made.bind(path.name)
        finally:
            os.chdir(here)


KINDS: dict[str, tuple[Callable[[Path], object], str]] = {
    "FIFO": (os.mkfifo, "is a FIFO, not a regular file"),
    "socket": (a_socket, "is a socket, not a regular file"),
    "folder": (Path.mkdir, "is a folder, not a regular file"),
    "link to a device": (lambda path: path.symlink_to("/dev/zero"), "is a device, not a regular file"),
    "link to nothing": (lambda path: path.symlink_to("nothing"), "No such file or directory"),
    "link to itself": (lambda path: path.symlink_to(path.name), "Too many levels of symbolic links"),
}
READERS: dict[str, Callable[[Path], object]] = {
    "open": open_regular,
    "read": lambda path: read_regular(path, 100),
    "records": lambda path: list(read_records(path)),
    "second parser": lambda path: list(read_strictly(path)),
    "answers": lambda path: list(read_answers(path)),
    "digest": file_sha256,
}


@pytest.mark.parametrize(("make", "reason"), KINDS.values(), ids=KINDS.keys())
@pytest.mark.parametrize("read", READERS.values(), ids=READERS.keys())
def test_what_is_no_regular_file_is_refused_at_once(
    read: Callable[[Path], object], make: Callable[[Path], object], reason: str, tmp_path: Path
) -> None:
    make(tmp_path / "x.warc.gz")
    with pytest.raises(OSError) as caught:  # noqa: PT011 - the words are compared below
        read(tmp_path / "x.warc.gz")
    assert caught.value.strerror == reason


@pytest.mark.parametrize(("make", "reason"), KINDS.values(), ids=KINDS.keys())
@pytest.mark.parametrize("name", ["x.warc.gz", "exchanges.yaml", "b.html"])
def test_a_replay_of_it_is_refused(
    name: str, make: Callable[[Path], object], reason: str, tmp_path: Path
) -> None:
    if name == "b.html":
        (tmp_path / "exchanges.yaml").write_text("- {url: 'http://a.example/', status: 200, file: b.html}\n")
    make(tmp_path / name)
    with pytest.raises(ConfigError):
        load_exchanges(tmp_path / name if name == "x.warc.gz" else tmp_path)


def test_a_link_is_followed_unless_it_must_not_be(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    (tmp_path / "b").symlink_to("a")
    assert read_regular(tmp_path / "b", 3) == b"abc"
    with pytest.raises(OSError, match="is a symbolic link, not a regular file"):
        read_regular(tmp_path / "b", 3, follow=False)


def test_a_file_over_the_limit_is_not_read_whole(tmp_path: Path) -> None:
    with (tmp_path / "a").open("wb") as file:
        file.truncate(1 << 36)  # a sparse file of 64 GB
    with pytest.raises(OSError, match="is over 1000 bytes"):
        read_regular(tmp_path / "a", 1000)
