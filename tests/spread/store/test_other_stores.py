"""What every storage must do, by Google's XML API; and on a store of one's own, as docs/object-store.md says."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from crawler.archive.storage.interface import Storage
from crawler.archive.storage.opening import open_storage
from tests.archive.storages import StorageClaims
from tests.conftest import Fazhi
from tests.spread.xml_store import xml_store

PLACE = "FAZHI_TEST_STORE"
FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
_NUMBERS = count(1)


@pytest.fixture
def google(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The environment names a server of Google Cloud Storage's XML API."""
    with xml_store() as address:
        account = {"gcs_base_url": address, "disable_oauth": True}
        account |= dict.fromkeys(("client_email", "private_key", "private_key_id"), "")
        (tmp_path / "account.json").write_text(json.dumps(account), "utf-8")
        monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT", str(tmp_path / "account.json"))
        monkeypatch.setenv("GOOGLE_ALLOW_HTTP", "true")
        yield


class TestGoogle(StorageClaims):
    @pytest.fixture
    def again(self, google: None) -> Callable[[], Storage]:
        return lambda: open_storage("gs://bucket/some/法治")

    @pytest.fixture
    def storage(self, again: Callable[[], Storage]) -> Storage:
        return again()


def test_an_archive_is_kept_by_googles_api(
    google: None, tmp_path: Path, fazhi: Fazhi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    archive = "gs://bucket/archive"
    for number in range(2):
        code, _, err = fazhi("crawl", "-q", "wuhan", "--replay", str(FIXTURES), "--archive", archive)
        assert code == 0, (number, err)
    assert fazhi("pack", "--this-month", "--archive", archive)[0] == 0
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another machine"))
    assert fazhi("verify", "--deep", "--archive", archive)[0] == 0
    code, out, _ = fazhi("reports", "--json", "--archive", archive)
    assert (code, len(json.loads(out))) == (0, 4)


@pytest.mark.skipif(PLACE not in os.environ, reason=f"{PLACE} names no bucket to write to")
class TestStore(StorageClaims):
    @pytest.fixture
    def again(self) -> Callable[[], Storage]:
        place = f"{os.environ[PLACE]}/{os.getpid()}-{next(_NUMBERS)}/法治"
        return lambda: open_storage(place)

    @pytest.fixture
    def storage(self, again: Callable[[], Storage]) -> Storage:
        return again()
