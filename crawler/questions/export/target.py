"""The folder that deliveries go to: whose it is, one writer at a time, and a delivery that is there whole or not at all.

`artifacts/<version>/` are the deliveries, `index.json` lists them. A delivery is made in `.new/` and renamed.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crawler.errors import ArchiveLocked, ConfigError
from crawler.regular_files import read_regular

INDEX, ARTIFACTS, LOCK, NEW = "index.json", "artifacts", ".lock", ".new"
FORMAT = "fazhi-deliveries/1"
VERSION = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{12}")
_MAX_INDEX_BYTES = 64 << 20
_MAX_SYNCED_SINGLY = 200


class Target:
    """A folder of deliveries, locked for this process. Made by `open_target`."""

    def __init__(self, path: Path, deliveries: list[dict[str, Any]]) -> None:
        self.path = path
        self.deliveries = deliveries  # as index.json has them, oldest first
        self.new = path / NEW / "delivery"
        self.scratch = path / NEW / "scratch"

    def begin(self) -> None:
        """Make empty folders for a delivery; what a killed export left is removed."""
        shutil.rmtree(self.path / NEW, ignore_errors=True)
        self.new.mkdir(parents=True)
        self.scratch.mkdir()

    def discard(self) -> None:
        """Remove what is not complete."""
        shutil.rmtree(self.path / NEW, ignore_errors=True)

    def folder(self, version: str) -> Path:
        """Return the folder of a delivery."""
        return self.path / ARTIFACTS / version

    def place(self, version: str) -> Path:
        """Return where a delivery is, for people."""
        return self.folder(version)

    def earlier(self, version: str, name: str) -> Path:
        """Return the path of a file of an earlier delivery; it may be missing."""
        return self.folder(version) / name

    def publish(self, version: str, entry: dict[str, Any]) -> None:
        """Sync the new delivery to disk, give it its name, and then list it. A kill leaves the list before, or this one."""
        _sync_tree(self.new)
        (self.path / ARTIFACTS).mkdir(exist_ok=True)
        place = self.folder(version)
        if place.exists():  # renamed by an export that was killed before it could list it
            place.rename(self.scratch / "unlisted")
        self.new.rename(place)
        _sync(self.path / ARTIFACTS)
        self.deliveries = [*self.deliveries, entry]
        self._write_index()
        self.discard()

    def _write_index(self) -> None:
        part = self.path / NEW / INDEX
        part.write_bytes(self.index_of(self.deliveries))
        _sync(part)
        part.rename(self.path / INDEX)
        _sync(self.path)

    def index_of(self, deliveries: list[dict[str, Any]]) -> bytes:
        """Return what index.json says of deliveries."""
        value = {"format": FORMAT, "latest": deliveries[-1]["version"], "deliveries": deliveries}
        return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


@contextmanager
def open_target(path: Path, archive: Path) -> Iterator[Target]:
    """Open a folder for deliveries; make it if it is missing.

    Raises ConfigError for a folder within the archive or around it, and for one that is not empty and has no index.json of
    ours; ArchiveLocked if another export writes to it.
    """
    place, source = path.resolve(), archive.resolve()
    if place.is_relative_to(source) or source.is_relative_to(place):
        raise ConfigError(
            f"{path}: is within the archive {archive}, or around it; give a folder of its own for deliveries"
        )
    if path.exists() and not path.is_dir():
        raise ConfigError(f"{path}: is a file; give a folder for deliveries")
    if path.is_dir():
        _check(path)
    path.mkdir(parents=True, exist_ok=True)
    with (path / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ArchiveLocked(f"{path}: another export writes to it") from None
        yield Target(path, _listed(path))


def _check(path: Path) -> None:
    """Raise ConfigError unless a folder is empty or ours."""
    names = {each.name for each in path.iterdir()}
    if INDEX in names:
        _listed(path)
    elif names - {ARTIFACTS, LOCK, NEW}:
        raise ConfigError(
            f"{path}: is not empty and has no {INDEX} of an export; give a new folder, or an empty one"
        )


def _listed(path: Path) -> list[dict[str, Any]]:
    """Return the deliveries that index.json lists; none if there is no index. Raises ConfigError if it is not ours."""
    index = path / INDEX
    if not index.exists():
        return []
    try:
        value = json.loads(read_regular(index, _MAX_INDEX_BYTES))
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(f"{index}: cannot be read ({error}); give another folder") from error
    found = value.get("deliveries") if isinstance(value, dict) and value.get("format") == FORMAT else None
    if not isinstance(found, list) or not all(map(_is_entry, found)):
        raise ConfigError(f"{index}: is no index of deliveries of this program; give another folder")
    return found


def _is_entry(value: object) -> bool:
    return isinstance(value, dict) and VERSION.fullmatch(str(value.get("version"))) is not None


def _sync_tree(folder: Path) -> None:
    """Sync all files and folders to disk. Thousands at once, by `sync`, which waits for the disk on Linux: 8 ms a file are saved."""
    paths = [Path(where) / name for where, _, files in os.walk(folder) for name in (*files, "")]
    if len(paths) > _MAX_SYNCED_SINGLY:
        os.sync()
        return
    for path in paths:
        _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
