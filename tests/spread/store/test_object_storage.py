"""The object store as a storage, against an S3 server on loopback."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.archive.storage import object_storage
from crawler.archive.storage.interface import Storage
from crawler.archive.storage.object_storage import ObjectStorage
from crawler.archive.storage.opening import open_storage
from crawler.errors import ConfigError
from tests.archive.storages import StorageClaims


@pytest.fixture
def again(bucket: str) -> Callable[[], Storage]:
    return lambda: open_storage(f"s3://{bucket}/some/法治")


@pytest.fixture
def storage(again: Callable[[], Storage]) -> Storage:
    return again()


class TestBucket(StorageClaims):
    pass


def test_two_prefixes_of_a_bucket_do_not_see_each_other(bucket: str) -> None:
    one, two = open_storage(f"s3://{bucket}/a"), open_storage(f"s3://{bucket}/ab")
    one.put_new("warc/x", b"1")
    two.put_new("warc/x", b"2")
    assert one.read("warc/x") == b"1"
    assert [each.name for each in one.list()] == ["warc/x"]


def test_a_file_that_is_replaced_while_it_is_read_is_an_error(storage: Storage) -> None:
    storage.put("big", os.urandom(2_000_000))
    with storage.open_read("big") as file:
        file.read(10)
        storage.put("big", os.urandom(2_000_000))
        with pytest.raises(OSError, match="replaced while it was read"):
            file.read()


def test_a_large_file_goes_up_in_parts_and_takes_no_name_that_is_taken(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_storage, "MAX_SINGLE_PUT_BYTES", 6_000_000)
    data = os.urandom(20_000_000)
    (tmp_path / "large").write_bytes(data)
    storage.put_new("large", tmp_path / "large")
    with storage.open_read("large") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == hashlib.sha256(data).hexdigest()
    with pytest.raises(FileExistsError):
        storage.put_new("large", tmp_path / "large")


def test_a_missing_bucket_is_named(bucket: str) -> None:
    nowhere = open_storage("s3://no-such-bucket-here/x")
    for ask in (lambda: list(nowhere.list()), lambda: nowhere.put_new("a", b"x"), lambda: nowhere.read("a")):
        with pytest.raises(OSError, match="no such bucket") as raised:
            ask()
        assert str(raised.value.filename).startswith("s3://no-such-bucket-here/x")
        assert not isinstance(raised.value, FileNotFoundError)


def test_a_store_that_cannot_be_reached_is_named_without_the_secret(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_storage, "_RETRIES", 1)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden-secret")
    with pytest.raises(OSError, match="cannot be reached") as raised:
        open_storage(f"s3://{bucket}/x").stat("a")
    assert "hidden-secret" not in repr(raised.value)
    assert raised.value.__cause__ is None


def test_without_the_extra_the_message_names_it(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "obstore.store", None)
    with pytest.raises(ConfigError, match=r"fazhi\[spread\]"):
        ObjectStorage(object_storage.Location("s3", bucket, ""))


def test_an_environment_that_lacks_a_setting_is_a_fault_of_use(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AZURE_")]:
        monkeypatch.delenv(name)
    with pytest.raises(ConfigError, match=r"az://container/x: .*Account must be specified"):
        open_storage("az://container/x")
