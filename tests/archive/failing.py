"""Make the n-th operation on an archive's disk fail, the way SQLite is tested (sqlite.org/testing.html, "I/O Error Testing").

`failing` replaces the functions of Python that change files, and `SqliteFiles` the file methods of the SQLite library that
this process has loaded, so that what runs is the code that always runs. Only operations below one folder count and fail.
Those of them that sync do nothing else, which saves most of the time: no power is cut here.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from crawler.archive.catalogue import engine
from tests.archive.failing_sqlite import SqliteFiles

NEEDS_ROOM = ("write", "open new", "mkdir", "sqlite write", "sqlite open", "sqlite shared memory")
"""Operations that fail as long as a disk is full. Renaming, deleting and truncating still work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """How the disk fails: with which error, once or from then on; `short`: the failing write takes half of its bytes."""

    error: int
    lasting: bool = False
    short: bool = False

    def __str__(self) -> str:
        words = [errno.errorcode[self.error], "lasting" if self.lasting else "once", *["short"] * self.short]
        return " ".join(words)


@dataclass(slots=True)
class Disk:
    """Counts the operations below a folder, and fails the one of number `at` (from 1; 0 fails none)."""

    folder: Path
    at: int
    failure: Failure
    number: int = 0
    failed: str = ""  # the operation that failed first, such as `write .../a.txt`
    seen: list[str] = field(default_factory=list)  # kinds of the operations, in order
    lock: threading.Lock = field(default_factory=threading.Lock)

    def holds(self, place: object) -> bool:
        """Whether a path or a file descriptor is below the folder."""
        if isinstance(place, int):
            try:
                place = os.readlink(f"/proc/self/fd/{place}")
            except OSError:
                return False
        name = os.fsdecode(place) if isinstance(place, (str, bytes, os.PathLike)) else ""
        return name == str(self.folder) or name.startswith(f"{self.folder}/")

    def fails(self, kind: str, place: object) -> bool:
        """Count one operation, and return whether it must fail."""
        with self.lock:
            self.number += 1
            self.seen.append(kind)
            now = self.number == self.at
            if now:
                where = os.readlink(f"/proc/self/fd/{place}") if isinstance(place, int) else place
                self.failed = f"{kind} {where}"
            return now or bool(self.failed and self.failure.lasting and kind in NEEDS_ROOM)

    def check(self, kind: str, place: object, name: object = None) -> None:
        """Count one operation if it is below the folder, and raise the error if it must fail."""
        if self.holds(place) and self.fails(kind, place):
            raise OSError(self.failure.error, os.strerror(self.failure.error), name)

    def takes(self, kind: str, place: object, length: int) -> int:
        """Count one write, and return how many of its bytes the disk takes. Raises the error instead of 0."""
        first = not self.failed
        try:
            self.check(kind, place)
        except OSError:
            if first and self.failure.short and length > 1:
                return length // 2
            raise
        return length


class _File(io.FileIO):
    """A file that writes through `os.write` and `os.ftruncate`, which can be replaced."""

    def write(self, data: Any, /) -> int:
        return os.write(self.fileno(), data)

    def truncate(self, size: int | None = None, /) -> int:
        size = self.tell() if size is None else size
        os.ftruncate(self.fileno(), size)
        return size


def _opener(disk: Disk) -> Callable[..., Any]:
    real = io.open

    def open_(file: Any, mode: str = "r", buffering: int = -1, *given: Any, **named: Any) -> Any:
        writes = bool(set(mode) & set("wax+"))
        if not isinstance(file, int):
            new = writes and not os.path.exists(file)
            disk.check("open new" if new else "open", Path(file).absolute(), str(file))
        if (
            not writes
            or "b" not in mode
            or not disk.holds(file if isinstance(file, int) else Path(file).absolute())
        ):
            return real(file, mode, buffering, *given, **named)
        raw = _File(file, mode.replace("b", ""))
        if buffering == 0:
            return raw
        return io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)

    return open_


def _place(path: Any, named: dict[str, Any]) -> Path:
    """Return the whole path of one that may be relative to a folder's descriptor."""
    within = named.get("dir_fd", named.get("src_dir_fd"))
    if within is None:
        return Path(path).absolute()
    return Path(os.readlink(f"/proc/self/fd/{within}"), path)


def _os_functions(disk: Disk) -> dict[str, Callable[..., Any]]:
    """Return replacements of functions of `os`, by name."""
    really = {name: getattr(os, name) for name in ("open", "write", "ftruncate", *_BY_PATH)}

    def open_(path: Any, flags: int, *given: Any, **named: Any) -> int:
        place = _place(path, named)
        disk.check("open new" if flags & os.O_CREAT and not place.exists() else "open", place, path)
        return int(really["open"](path, flags, *given, **named))

    def write(descriptor: int, data: Any) -> int:
        view = memoryview(data).cast("B")
        return int(really["write"](descriptor, view[: disk.takes("write", descriptor, len(view))]))

    def of_path(name: str, kind: str) -> Callable[..., Any]:
        def changed(path: Any, *given: Any, **named: Any) -> Any:
            disk.check(kind, _place(path, named), path)
            return really[name](path, *given, **named)

        return changed

    def ftruncate(descriptor: int, length: int) -> None:
        disk.check("truncate", descriptor)
        really["ftruncate"](descriptor, length)

    def fsync(descriptor: int) -> None:
        disk.check("fsync", descriptor)

    paths = {name: of_path(name, kind) for name, kind in _BY_PATH.items()}
    synced = {"fsync": fsync, "fdatasync": fsync, "sync": lambda: None}
    return {"open": open_, "write": write, "ftruncate": ftruncate, **paths, **synced}


_BY_PATH = {
    "mkdir": "mkdir",
    "rmdir": "rmdir",
    "unlink": "unlink",
    "remove": "unlink",
    "rename": "rename",
    "replace": "rename",
    "truncate": "truncate",
    "link": "link",
    "symlink": "link",
}
_SQLITE = SqliteFiles()


@contextmanager
def failing(folder: Path, at: int, failure: Failure) -> Iterator[Disk]:
    """Fail operation number `at` of the block on files below a folder; 0 only counts them."""
    disk = Disk(folder, at, failure)
    replaced = _os_functions(disk)
    opener = _opener(disk)
    with (
        patch.multiple(os, **replaced),
        patch.object(io, "open", opener),
        patch.object(builtins, "open", opener),
        patch.object(shutil, "_USE_CP_SENDFILE", False),  # copies would go past `write`
        patch.object(engine, "SYNCHRONOUS", "FULL"),  # tests turn it off
        _SQLITE.watched_by(disk),
    ):
        yield disk
