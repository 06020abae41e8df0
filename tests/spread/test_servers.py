"""The servers that the other tests stand on do what these count on."""

from __future__ import annotations

import obstore
import psycopg
import pytest
from obstore.exceptions import AlreadyExistsError
from obstore.store import S3Store


def test_each_test_has_an_empty_database_of_its_own(database: str) -> None:
    with psycopg.connect(database) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        version = connection.info.server_version
    assert tables == (0,)
    assert version >= 160000


def test_a_bucket_takes_an_object_only_once_if_asked_so(bucket: str) -> None:
    store = S3Store(bucket)
    obstore.put(store, "segments/one", b"first", mode="create")
    with pytest.raises(AlreadyExistsError):
        obstore.put(store, "segments/one", b"second", mode="create")
    assert bytes(obstore.get(store, "segments/one").bytes()) == b"first"
