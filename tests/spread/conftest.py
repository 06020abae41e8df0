"""One PostgreSQL and one S3 server for a session of tests; a database or a bucket of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.spread.servers import ObjectStore, Postgres, object_store, postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    with postgres() as server:
        yield server


@pytest.fixture
def database(postgres_server: Postgres) -> Iterator[str]:
    """URL of an empty PostgreSQL database, for libpq: postgresql://…"""
    url = postgres_server.new_database()
    yield url
    postgres_server.drop(url)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[ObjectStore]:
    with object_store() as server:
        yield server


@pytest.fixture
def bucket(s3_server: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> str:
    """Name of an empty bucket; the environment has what a client needs to use it."""
    for name, value in s3_server.environment.items():
        monkeypatch.setenv(name, value)
    return s3_server.new_bucket()
