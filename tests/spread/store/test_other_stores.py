"""What every storage must do, tried on a store of one's own: docs/object-store.md says how."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import count

import pytest

from crawler.archive.storage.interface import Storage
from crawler.archive.storage.opening import open_storage
from tests.archive.storages import StorageClaims

PLACE = "FAZHI_TEST_STORE"
_NUMBERS = count(1)


@pytest.mark.skipif(PLACE not in os.environ, reason=f"{PLACE} names no bucket to write to")
class TestStore(StorageClaims):
    @pytest.fixture
    def again(self) -> Callable[[], Storage]:
        place = f"{os.environ[PLACE]}/{os.getpid()}-{next(_NUMBERS)}/法治"
        return lambda: open_storage(place)

    @pytest.fixture
    def storage(self, again: Callable[[], Storage]) -> Storage:
        return again()
