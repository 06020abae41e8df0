"""Places of archives, as `--archive` names them: a folder, file:///a/folder, or s3://bucket/prefix, gs://…, az://….

An address never holds credentials: these come from the environment or from the files of the object store's library, and no
message shows them.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from crawler.errors import ConfigError

SCHEMES = ("s3", "gs", "az")
"""Of addresses: Amazon S3 and what speaks like it, Google Cloud Storage, Azure Blob Storage."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", re.DOTALL)
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,221}")
_PREFIX = re.compile(r"[^\x00-\x20\x7f?#\\*%]{0,500}")


class Location(NamedTuple):
    """A place in an object store. `prefix` is empty, or ends without a slash."""

    scheme: str
    bucket: str
    prefix: str

    def __str__(self) -> str:
        return f"{self.scheme}://{self.bucket}" + (f"/{self.prefix}" if self.prefix else "")


def is_address(text: str) -> bool:
    """Whether a text has a scheme, so that it is no path."""
    return _SCHEME.match(text) is not None


def parse_location(text: str) -> Path | Location:
    """Return the folder or the place in an object store that a text names. Raises ConfigError."""
    found = _SCHEME.fullmatch(text)
    if found is None:
        return Path(text)
    scheme, rest = found[1].lower(), found[2]
    if scheme == "file":
        return _folder(rest, text)
    if scheme not in SCHEMES:
        known = ", ".join(f"{each}://" for each in SCHEMES)
        raise ConfigError(f"{scheme}://…: no archive can be there; name a folder, or an address with {known}")
    bucket, _, prefix = rest.partition("/")
    if "@" in bucket:
        raise ConfigError(
            f"{scheme}://…@{bucket.rpartition('@')[2]}: an address holds no credentials; set them in the environment, see docs/object-store.md"
        )
    prefix = prefix.rstrip("/")
    if not _BUCKET.fullmatch(bucket):
        raise ConfigError(f"{scheme}://{bucket!a}: is no name of a bucket; write {scheme}://BUCKET/PREFIX")
    if not _PREFIX.fullmatch(prefix) or any(part in ("", ".", "..") for part in prefix.split("/") if prefix):
        raise ConfigError(
            f"{scheme}://{bucket}/{prefix!a}: is no prefix of an archive; write names divided by single slashes, without ? # % * or spaces"
        )
    return Location(scheme, bucket, prefix)


def _folder(rest: str, text: str) -> Path:
    path = unquote(rest.removeprefix("localhost"))
    if not path.startswith("/") or "\0" in path:
        raise ConfigError(f"{text!a}: write file:///, and the whole path of a folder of this machine")
    return Path(path)
