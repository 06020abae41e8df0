"""What every storage must do, be it a folder or a bucket: claims that the tests of each run on their own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.archive.storage.interface import Changed, Storage


class StorageClaims:
    """Claims about the fixture `storage`, an empty one; `again` opens the same place once more."""

    def test_a_file_is_read_as_it_was_put(self, storage: Storage) -> None:
        put = storage.put_new("warc/2026/a.warc.gz", b"0123456789")
        assert (put.name, put.size) == ("warc/2026/a.warc.gz", 10)
        assert storage.read("warc/2026/a.warc.gz") == b"0123456789"
        assert storage.read("warc/2026/a.warc.gz", 3, 4) == b"3456"
        assert storage.read("warc/2026/a.warc.gz", 8, 100) == b"89"
        assert storage.read("warc/2026/a.warc.gz", 10) == b""
        found = storage.stat("warc/2026/a.warc.gz")
        assert found is not None
        assert (found.size, found.stamp) == (10, put.stamp)

    def test_a_file_is_put_from_disk_with_a_chinese_name(self, storage: Storage, tmp_path: Path) -> None:
        source = tmp_path / "source"
        source.write_bytes(b"x" * 300_000)
        storage.put_new("text/420100-武汉市/2022/a.txt", source)
        assert storage.read("text/420100-武汉市/2022/a.txt") == b"x" * 300_000

    def test_an_empty_file_is_a_file(self, storage: Storage) -> None:
        storage.put_new("empty", b"")
        assert storage.read("empty") == b""
        with storage.open_read("empty") as file:
            assert file.read() == b""
        assert [each.size for each in storage.list()] == [0]

    def test_what_is_not_there_is_none_or_an_error_with_its_place(self, storage: Storage) -> None:
        assert storage.stat("warc/none") is None
        for read in (storage.read, lambda name: storage.open_read(name).read()):
            with pytest.raises(FileNotFoundError) as raised:
                read("warc/none")
            assert str(raised.value.filename) == f"{storage.location}/warc/none"
        storage.remove("warc/none")

    def test_a_name_is_taken_once(self, storage: Storage) -> None:
        storage.put_new("a", b"first")
        with pytest.raises(FileExistsError) as raised:
            storage.put_new("a", b"second")
        assert str(raised.value.filename) == f"{storage.location}/a"
        assert storage.read("a") == b"first"

    def test_of_many_who_put_a_name_at_once_one_does(
        self, storage: Storage, again: Callable[[], Storage]
    ) -> None:
        made, failed, start = [], [], threading.Barrier(8)

        def put(number: int) -> None:
            one = again()
            start.wait()
            try:
                one.put_new("warc/a", b"%d" % number)
                made.append(number)
            except FileExistsError:
                failed.append(number)

        threads = [threading.Thread(target=put, args=(number,)) for number in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert (len(made), len(failed)) == (1, 7)
        assert storage.read("warc/a") == b"%d" % made[0]
        assert [each.name for each in storage.list()] == ["warc/a"]

    def test_only_what_was_seen_is_replaced(self, storage: Storage) -> None:
        first = storage.put_new("chain", b"1\n")
        second = storage.replace_if("chain", b"1\n2\n", first.stamp)
        assert second.stamp != first.stamp
        with pytest.raises(Changed):
            storage.replace_if("chain", b"1\nother\n", first.stamp)
        assert storage.read("chain") == b"1\n2\n"
        storage.remove("chain")
        with pytest.raises(
            (Changed, FileNotFoundError)
        ):  # a store may say that it has changed, or that it is gone
            storage.replace_if("chain", b"3\n", second.stamp)
        assert storage.stat("chain") is None

    def test_of_many_who_replace_a_file_at_once_one_does(
        self, storage: Storage, again: Callable[[], Storage]
    ) -> None:
        stamp = storage.put_new("chain", b"1\n").stamp
        made, start = [], threading.Barrier(8)

        def replace(number: int) -> None:
            one = again()
            start.wait()
            try:
                one.replace_if("chain", b"1\n%d\n" % number, stamp)
                made.append(number)
            except Changed:
                pass

        threads = [threading.Thread(target=replace, args=(number,)) for number in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert len(made) == 1
        assert storage.read("chain") == b"1\n%d\n" % made[0]

    def test_put_replaces_and_remove_removes(self, storage: Storage) -> None:
        storage.put("text/a.txt", b"one")
        storage.put("text/a.txt", b"two!")
        assert storage.read("text/a.txt") == b"two!"
        storage.remove("text/a.txt")
        assert storage.stat("text/a.txt") is None

    def test_a_list_has_the_files_of_a_folder_and_below_sorted(self, storage: Storage) -> None:
        for name in ("b", "warc/2026/b", "warc/2026/a", "warc2/x", "warc/2025/c"):
            storage.put(name, b"data")
        assert [each.name for each in storage.list("warc")] == ["warc/2025/c", "warc/2026/a", "warc/2026/b"]
        assert [each.name for each in storage.list()] == [
            "b", "warc/2025/c", "warc/2026/a", "warc/2026/b", "warc2/x",
        ]  # fmt: skip
        assert list(storage.list("none")) == []

    def test_a_file_is_read_in_any_order(self, storage: Storage) -> None:
        data = b"".join(b"%08d" % number for number in range(100_000))
        storage.put_new("big", data)
        with storage.open_read("big") as file:
            file.seek(400_000)
            assert file.read(16) == data[400_000:400_016]
            file.seek(8)
            assert file.read(8) == data[8:16]
            assert file.seek(-8, 2) == len(data) - 8
            assert file.read() == data[-8:]
            assert file.read() == b""
            file.seek(0)
            assert file.read() == data
            file.seek(len(data) + 5)
            assert file.read(1) == b""
