"""The path of an archive from what `--archive` names, and the working folder that an archive in a bucket has on this machine.

Working folders are in `fazhi/archives` of the user's state directory (`XDG_STATE_HOME`, by default ~/.local/state). One that is removed
costs a rebuild of the catalogue, and what a killed run had not put into the bucket yet.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from functools import cache
from os import PathLike, fspath
from pathlib import Path

from crawler.archive.storage.bucket import Bucket
from crawler.archive.storage.bucket_path import BucketPath, path_of
from crawler.archive.storage.location import Location, parse_location
from crawler.archive.storage.opening import open_storage

_STORE = {
    "s3": ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"),
    "az": (
        "AZURE_STORAGE_ENDPOINT",
        "AZURE_ENDPOINT",
        "AZURITE_BLOB_STORAGE_URL",
        "AZURE_STORAGE_ACCOUNT_NAME",
    ),
}
"""Variables that say which store an address means, by its scheme: the same bucket name is another bucket there."""


def archive_path(text: str) -> Path:
    """Return the path of the archive that a text names: a folder, or an address of an object store. Raises ConfigError."""
    found = parse_location(text)
    return found if isinstance(found, Path) else _opened(str(found), str(working_folder(found)))


def working_folder(place: Location, environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder in which an archive of a bucket is worked on."""
    base = (
        environment.get("XDG_STATE_HOME") or Path(environment.get("HOME") or "~", ".local/state").expanduser()
    )
    named = [environment[name] for name in _STORE.get(place.scheme, ()) if environment.get(name)]
    store = "\n".join(named if place.scheme == "az" else named[:1])
    mark = hashlib.sha256(f"{place}\n{store}".encode()).hexdigest()[:12]
    readable = re.sub(r"[^0-9A-Za-z._-]+", "-", f"{place.scheme}-{place.bucket}-{place.prefix}").strip("-")[
        :80
    ]
    return Path(base).absolute() / "fazhi" / "archives" / f"{readable}-{mark}"


@cache
def _opened(address: str, folder: str) -> BucketPath:
    return path_of(Bucket(open_storage(address), Path(folder)))


def as_archive(path: str | PathLike[str]) -> Path:
    """Return the path of an archive as a program names it: a path, or an address of an object store. Raises ConfigError."""
    return path if isinstance(path, BucketPath) else archive_path(fspath(path))
