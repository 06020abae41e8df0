"""Tests of archives run on SQLite, and once more with the catalogue in PostgreSQL: `make test-spread`.

FAZHI_TEST_POSTGRESQL=1 has them run on both. A test of what SQLite alone has, such as its files, is marked `sqlite_only`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.archive.catalogue.databases import address, opening

SQLITE, POSTGRESQL = "sqlite", "postgresql"
ON_BOTH = {
    "test_archive",
    "test_continuity",
    "test_fulltext",
    "test_merging",
    "test_publishers",
    "test_read_ahead",
    "test_rebuild",
    "test_reader_queries",
    "test_report_queries",
    "test_states",
    "test_troubles",
    "test_visits",
}
"""Modules whose tests run on both."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test on both databases, if that is asked for."""
    module = metafunc.module.__name__.rpartition(".")[2]
    on_both = os.environ.get("FAZHI_TEST_POSTGRESQL") and module in ON_BOTH
    if on_both and not any(metafunc.definition.iter_markers("sqlite_only")):
        metafunc.parametrize("database_kind", [SQLITE, POSTGRESQL], indirect=True)


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    """Kind of the database that catalogues are in."""
    return str(getattr(request, "param", SQLITE))


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """Address of an empty database, for a session."""
    from tests.spread.servers import postgres

    with postgres() as server:
        url = server.new_database()
        yield url
        server.drop(url)


@pytest.fixture(autouse=True)
def _catalogues(database_kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the catalogues that no one names a database for in PostgreSQL: each folder has a schema."""
    if database_kind == SQLITE:
        return
    url = request.getfixturevalue("postgresql_url")

    def place(archive: Path) -> address.PostgresqlAddress:
        name = hashlib.sha256(os.fsencode(archive.absolute())).hexdigest()[:16]
        found = address.parse(f"{url}{'&' if '?' in url else '?'}schema=a{name}")
        assert isinstance(found, address.PostgresqlAddress)
        return found

    monkeypatch.setattr(opening, "default_place", place)
