"""What the `datapackage.json` of a WACZ says of the files in it (specs.webrecorder.net/wacz/1.1.1, multi-wacz/0.1.0)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from crawler.warc.digests import parse_digest

DESCRIPTOR = "datapackage.json"
DIGEST = "datapackage-digest.json"
MULTI_WACZ = "multi-wacz-package"
"""Profile of a package whose resources are WACZ files."""
MAX_DESCRIPTOR_BYTES = 16 << 20
MAX_RESOURCES = 20_000


class BadPackage(Exception):
    """A description of a package that cannot be used. Its text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A file as a package lists it. `digest`: algorithm and digest; None if it has none of a known algorithm."""

    path: str
    digest: tuple[str, bytes] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package: its files by path, and whether they are WACZ files."""

    files: dict[str, Listed]
    is_multi: bool


def parse_package(data: bytes) -> Package:
    """Parse a descriptor. Raises BadPackage."""
    value = _object(data, DESCRIPTOR)
    resources = value.get("resources", [])
    if not isinstance(resources, list) or len(resources) > MAX_RESOURCES:
        raise BadPackage(f"{DESCRIPTOR}: `resources` is not a list of at most {MAX_RESOURCES} files")
    listed = [_listed(resource) for resource in resources if isinstance(resource, dict)]
    files = {each.path: each for each in listed if each.path}
    if len(files) < len(listed):
        raise BadPackage(f"{DESCRIPTOR}: a resource has no path, or one that another has too")
    return Package(files=files, is_multi=value.get("profile") == MULTI_WACZ)


def stated_digest(data: bytes) -> tuple[str, bytes] | None:
    """Return the digest of the descriptor that `datapackage-digest.json` states; None if its algorithm is not known."""
    return _digest(_object(data, DIGEST))


def _object(data: bytes, name: str) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadPackage(f"{name} is not JSON ({error})") from error
    if not isinstance(value, dict):
        raise BadPackage(f"{name} is not an object of JSON")
    return value


def _listed(resource: dict[str, Any]) -> Listed:
    path = resource.get("path")
    return Listed(path=path if isinstance(path, str) else "", digest=_digest(resource))


def _digest(value: dict[str, Any]) -> tuple[str, bytes] | None:
    """Return a digest as WACZ 1.1.1 states it; or as 1.0.0 does, in `stats`, with its algorithm in `hashing`."""
    stats = value.get("stats")
    older = stats.get("hash") if isinstance(stats, dict) else None
    text = value.get("hash") or older
    if not isinstance(text, str):
        return None
    return parse_digest(text if ":" in text else f"{value.get('hashing') or 'sha256'}:{text}")
