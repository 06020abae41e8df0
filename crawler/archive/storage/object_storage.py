"""`ObjectStorage`: a bucket of an object store, or the part of it with a prefix, as a storage. The one module that uses obstore.

obstore repeats what fails by the network or by a busy store (5xx, 429), each time after a longer wait. What it says in the end is told in our words
(`store_errors`): its own messages are long, and an address in them may hold a signature.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crawler.archive.storage.interface import Stored
from crawler.archive.storage.location import Location
from crawler.archive.storage.object_file import BUFFER_BYTES, ObjectFile
from crawler.archive.storage.store_errors import as_os_error
from crawler.errors import ConfigError

if TYPE_CHECKING:
    from obstore.store import ObjectStore

MAX_SINGLE_PUT_BYTES = 128 * 1024 * 1024
"""A larger file goes up in parts, so that it is never whole in memory. Only a single request can be bound to a free name."""

_PART_BYTES = 16 * 1024 * 1024
_PARTS_AT_ONCE = 2
_RETRIES = 8
_RETRY_SECONDS = 180
_REQUEST_SECONDS = 300
_CONNECT_SECONDS = 10
_TRUE = frozenset({"1", "true", "yes", "on"})
_ENDPOINTS = (
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT",
    "AZURE_STORAGE_ENDPOINT",
    "AZURE_ENDPOINT",
    "AZURITE_BLOB_STORAGE_URL",
)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class ObjectStorage:
    """A place in an object store. Credentials, region and endpoint come from the environment, as obstore reads it."""

    def __init__(self, location: Location) -> None:
        self._place, self._location = location, str(location)
        self._store = _open(location)

    def __reduce__(self) -> tuple[Any, ...]:
        """Open it anew in another process."""
        return ObjectStorage, (self._place,)

    @property
    def location(self) -> str:
        """The address, such as s3://bucket/prefix."""
        return self._location

    def stat(self, name: str) -> Stored | None:
        """Return what is known of an object; None if there is none."""
        import obstore

        try:
            with self._errors(name):
                return _stored(obstore.head(self._store, name))
        except FileNotFoundError:
            return None

    def list(self, prefix: str = "") -> Iterator[Stored]:
        """Yield the objects below a prefix, sorted by name. One request for each 1,000."""
        import obstore

        with self._errors(prefix):
            found = [_stored(meta) for page in obstore.list(self._store, prefix or None) for meta in page]
        yield from sorted(found)

    def read(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        """Return bytes of an object from `offset` on."""
        import obstore

        with self._errors(name):
            if offset == 0 and length is None:
                return bytes(obstore.get(self._store, name).bytes())
        with self.open_read(name) as file:
            file.seek(offset)
            return file.read() if length is None else file.read(length)

    def open_read(self, name: str) -> BufferedReader:
        """Open an object for reading in any order, by requests of ranges."""
        return BufferedReader(ObjectFile(self._fetch, name), BUFFER_BYTES)

    def put_new(self, name: str, data: bytes | Path) -> Stored:
        """Write an object whose name is free (`If-None-Match: *`). Raises FileExistsError if there is one.

        A file over MAX_SINGLE_PUT_BYTES cannot be bound to that: it is asked before whether the name is free.
        """
        if isinstance(data, Path) and data.stat().st_size > MAX_SINGLE_PUT_BYTES:
            if self.stat(name) is not None:
                raise FileExistsError(None, "is in the bucket already", f"{self._location}/{name}")
            return self._put(name, data, use_multipart=True)
        return self._put(name, data, mode="create", use_multipart=False)

    def put(self, name: str, data: bytes) -> Stored:
        """Write an object, in the place of what is there."""
        return self._put(name, data, use_multipart=False)

    def replace_if(self, name: str, data: bytes, stamp: str) -> Stored:
        """Replace an object that still has a stamp (`If-Match`). Raises Changed if it does not have it any more."""
        tag, _, version = stamp.partition("\t")
        condition = {"e_tag": tag} | ({"version": version} if version else {})
        return self._put(name, data, mode=condition, use_multipart=False)

    def remove(self, name: str) -> None:
        """Remove an object; nothing if there is none."""
        import obstore

        try:
            with self._errors(name):
                obstore.delete(self._store, name)
        except FileNotFoundError:
            pass

    def _put(self, name: str, data: bytes | Path, **options: Any) -> Stored:
        import obstore

        size = len(data) if isinstance(data, bytes) else data.stat().st_size
        with self._errors(name):
            found = obstore.put(
                self._store, name, data, chunk_size=_PART_BYTES, max_concurrency=_PARTS_AT_ONCE, **options
            )
        return Stored(name, size, _stamp(found), datetime.now(UTC))

    def _fetch(self, name: str, start: int, size: int, stamp: str | None) -> tuple[memoryview, Stored]:
        """Return a range of an object, and what is known of the object. `stamp`: it must still have this one."""
        import obstore

        options: Any = {"range": (start, start + size)}
        if stamp is not None:
            options["if_match"] = stamp.partition("\t")[0]
        with self._errors(name):
            found = obstore.get(self._store, name, options=options)
            return memoryview(found.bytes()), _stored(found.meta)

    @contextmanager
    def _errors(self, name: str) -> Iterator[None]:
        """Raise what obstore raises as an OSError that names the object."""
        from obstore.exceptions import BaseError

        try:
            yield
        except (BaseError, FileNotFoundError, PermissionError, TimeoutError) as error:
            raise as_os_error(error, f"{self._location}/{name}" if name else self._location) from None


def _open(location: Location) -> ObjectStore:
    """Return obstore's store for a place. Raises ConfigError if obstore is missing or the environment lacks a setting."""
    try:
        from obstore.exceptions import BaseError
        from obstore.store import from_url
    except ImportError as error:
        raise ConfigError(f"{location}: needs the extra `spread`: pip install 'fazhi[spread]'") from error
    try:
        return from_url(
            str(location),
            client_options={
                "allow_http": _allows_http(),
                "timeout": timedelta(seconds=_REQUEST_SECONDS),
                "connect_timeout": timedelta(seconds=_CONNECT_SECONDS),
            },
            retry_config={"max_retries": _RETRIES, "retry_timeout": timedelta(seconds=_RETRY_SECONDS)},
        )
    except (BaseError, ValueError, TypeError) as error:
        reason = as_os_error(error, str(location)).strerror
        raise ConfigError(
            f"{location}: {reason}; see docs/object-store.md for what to set in the environment"
        ) from None


def _allows_http() -> bool:
    """Whether requests may go without TLS: where it is said, and to a store on this machine."""
    said = (os.environ.get(name, "") for name in ("AWS_ALLOW_HTTP", "AZURE_ALLOW_HTTP", "GOOGLE_ALLOW_HTTP"))
    endpoints = (urlsplit(os.environ.get(name, "")) for name in _ENDPOINTS)
    return any(each.strip().lower() in _TRUE for each in said) or any(
        each.scheme == "http" and each.hostname in _LOOPBACK for each in endpoints
    )


def _stored(meta: Any) -> Stored:
    return Stored(meta["path"], meta["size"], _stamp(meta), meta["last_modified"])


def _stamp(meta: Any) -> str:
    tag, version = meta.get("e_tag") or "", meta.get("version") or ""
    return f"{tag}\t{version}"
