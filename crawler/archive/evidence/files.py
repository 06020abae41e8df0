"""The archive's files: where texts go, and writing that is whole or not there."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from crawler.archive.catalogue.text_names import folder_name

_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


def move_uncut(archive: Path) -> None:
    """Put the texts of folders with names longer than MAX_FOLDER_BYTES, as earlier versions made them, where they belong now."""
    for folder in sorted((archive / "text").glob("*")):
        short = folder.with_name(folder_name(folder.name))
        if short == folder:
            continue
        for file in sorted(folder.glob("*/*.txt")):
            target = short / file.parent.name / file.name
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                file.rename(target)
            elif target.read_bytes() == file.read_bytes():
                file.unlink()
        for empty in (*folder.glob("*"), folder):
            with suppress(OSError):  # something else is in it
                empty.rmdir()


def write_all(
    archive: Path, files: Mapping[str, bytes], *, compare: bool = False, durable: bool = False
) -> None:
    """Write files, by their paths relative to the archive, so that each is there whole or not at all.

    What stands there already with the same size is left as it is, since a text file's name holds its digest; to
    `compare`, with the same bytes. A power cut can take them or their contents, until `sync_all`, unless they are
    `durable`.
    """
    root = f"{archive}/"
    for name, data in files.items():
        path = root + name
        if not _stands(path, data, compare):
            _write(path, data, durable)


def _stands(path: str, data: bytes, compare: bool) -> bool:
    try:
        same = os.stat(path).st_size == len(data)
    except FileNotFoundError:
        return False
    return same and not (compare and Path(path).read_bytes() != data)


def _write(path: str, data: bytes, durable: bool) -> None:
    folder, _, name = path.rpartition("/")
    part = f"{folder}/.{name}.part"
    try:
        file = os.open(part, _NEW, 0o666)
    except FileNotFoundError:
        os.makedirs(folder, exist_ok=True)
        file = os.open(part, _NEW, 0o666)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(file, rest) :]
        if durable:
            os.fsync(file)
    finally:
        os.close(file)
    os.replace(part, path)
    if durable:
        sync_folder(Path(folder))


def sync_all() -> None:
    """All that was written is on disk when this returns: one call in the place of one a file."""
    os.sync()


class Behind:
    """Writes files while the caller goes on, in the order given: making a file can take as long as all else for a page.

    What went wrong (OSError) is raised by the next call.
    """

    def __init__(self, archive: Path) -> None:
        self._archive = archive
        self._thread: ThreadPoolExecutor | None = None
        self._last: Future[None] | None = None

    def write(self, files: Mapping[str, bytes]) -> None:
        """As write_all, once what was given before is written."""
        self.wait()
        if files:
            self._thread = self._thread or ThreadPoolExecutor(1, thread_name_prefix="texts")
            self._last = self._thread.submit(write_all, self._archive, files)

    def wait(self) -> None:
        """All that was given is written when this returns."""
        last, self._last = self._last, None
        if last is not None:
            last.result()

    def close(self) -> None:
        """Wait, and let go of the thread."""
        if self._thread is not None:
            self._thread.shutdown()
        self._thread = None


def sync_folder(folder: Path) -> None:
    """Make a rename in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
