from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.archive.storage.folder_storage import FolderStorage
from crawler.archive.storage.interface import Storage
from crawler.archive.storage.location import Location, parse_location
from crawler.archive.storage.opening import open_storage
from crawler.archive.storage.places import working_folder
from crawler.archive.storage.store_errors import as_os_error
from crawler.errors import ConfigError
from tests.archive.storages import StorageClaims


class TestFolder(StorageClaims):
    @pytest.fixture
    def again(self, tmp_path: Path) -> Callable[[], Storage]:
        return lambda: FolderStorage(tmp_path / "store")

    @pytest.fixture
    def storage(self, again: Callable[[], Storage]) -> Storage:
        return again()


def test_nothing_is_written_or_read_outside_of_the_folder(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path / "store")
    storage.put("inside", b"x")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_bytes(b"secret")
    (tmp_path / "store" / "link").symlink_to(tmp_path / "outside")
    (tmp_path / "store" / "file").symlink_to(tmp_path / "outside" / "secret")
    for name in ("../outside/new", "/etc/new", "link/new", "a//b", "a/./b", ""):
        with pytest.raises(OSError, match=r"."):
            storage.put_new(name, b"x")
    with pytest.raises(OSError, match="symbolic link"):
        storage.read("link/secret")
    with pytest.raises(OSError, match="symbolic link"):
        storage.read("file")
    assert [each.name for each in storage.list()] == ["inside"]
    assert os.listdir(tmp_path / "outside") == ["secret"]


def test_a_kill_while_a_file_is_put_leaves_no_file_of_that_name(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path)
    (tmp_path / ".a.12-34.part").write_bytes(b"half")
    assert list(storage.list()) == []
    storage.put_new("a", b"whole")
    assert [each.name for each in storage.list()] == ["a"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("archive", Path("archive")),
        ("/data/a b", Path("/data/a b")),
        ("file:///data/a%20b", Path("/data/a b")),
        ("s3://bucket", Location("s3", "bucket", "")),
        ("s3://bucket/", Location("s3", "bucket", "")),
        ("S3://bucket/a/b/", Location("s3", "bucket", "a/b")),
        ("gs://my.bucket/法治", Location("gs", "my.bucket", "法治")),
        ("az://container/x", Location("az", "container", "x")),
    ],
)
def test_a_place_is_a_folder_or_an_address(text: str, place: Path | Location) -> None:
    assert parse_location(text) == place


@pytest.mark.parametrize(
    "text",
    [
        "ftp://host/x", "s3://", "s3:///x", "s3://b", "s3://bucket/../x", "s3://bucket//x", "s3://bucket/a?b", "s3://bucket/a b",
        "s3://KEY:SECRET@bucket/x", "file://host/x", "file://relative", "http://host/archive",
    ],
)  # fmt: skip
def test_what_is_no_place_of_an_archive_is_refused_without_its_secret(text: str) -> None:
    with pytest.raises(ConfigError) as raised:
        parse_location(text)
    assert "SECRET" not in str(raised.value)


def test_a_folder_is_a_storage(tmp_path: Path) -> None:
    open_storage(str(tmp_path / "a")).put_new("x", b"1")
    assert open_storage(f"file://{tmp_path}/a").read("x") == b"1"


def test_a_range_behind_the_end_is_told_apart_in_each_stores_words() -> None:
    for says in (
        "Generic S3 error: Server returned non-2xx status code: 416 Range Not Satisfiable",
        "Generic MicrosoftAzure error: Wanted range starting at 10, but object was only 10 bytes long",
    ):
        assert as_os_error(RuntimeError(says), "az://container/x").errno == errno.EINVAL


def test_a_bucket_of_another_store_is_worked_on_elsewhere() -> None:
    def folder(scheme: str, **environment: str) -> Path:
        return working_folder(Location(scheme, "bucket", "x"), {"HOME": "/home/fazhi"} | environment)

    for scheme, name in (
        ("s3", "AWS_ENDPOINT_URL"),
        ("az", "AZURE_STORAGE_ENDPOINT"),
        ("az", "AZURE_STORAGE_ACCOUNT_NAME"),
        ("az", "AZURITE_BLOB_STORAGE_URL"),
    ):
        one, two = (folder(scheme, **{name: value}) for value in ("http://127.0.0.1:1", "http://127.0.0.1:2"))
        assert one != two
    account = {"AZURE_STORAGE_ENDPOINT": "http://127.0.0.1:1"}
    assert folder("az", AZURE_STORAGE_ACCOUNT_NAME="a", **account) != folder("az", **account)
    assert folder("az") == folder("az", AWS_ENDPOINT_URL="http://127.0.0.1:1")
