"""Atomic writing of the archive's text files and indexes: a file is there completely or not at all.

`write_all` writes at once, `BackgroundWriter` in a thread. `crawler.archive.catalogue.text_names` names the text files.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from crawler.archive.catalogue.text_names import folder_name
from crawler.archive.evidence.named_errors import errors_name

_CREATE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


def shorten_text_folders(archive: Path) -> None:
    """Move text files from folders with names over MAX_FOLDER_BYTES, made by earlier versions, to shortened ones."""
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
            with suppress(OSError):  # it holds other files
                empty.rmdir()


def write_all(
    archive: Path, files: Mapping[str, bytes], *, compare: bool = False, durable: bool = False
) -> None:
    """Write files atomically. `files`: their contents by path relative to the archive.

    A file that exists with the same size is left as it is, because a text file's name contains its digest. With
    `compare` it is left only if its bytes are the same. Files survive a power cut only if they are `durable`, or after
    `sync_all`.
    """
    root = f"{archive}/"
    for name, data in files.items():
        path = root + name
        with errors_name(path):
            if not _is_written(path, data, compare):
                _write(path, data, durable)


def _is_written(path: str, data: bytes, compare: bool) -> bool:
    try:
        same = os.stat(path).st_size == len(data)
    except FileNotFoundError:
        return False
    return same and not (compare and Path(path).read_bytes() != data)


def _write(path: str, data: bytes, durable: bool) -> None:
    folder, _, name = path.rpartition("/")
    part = f"{folder}/.{name}.part"
    try:
        file = os.open(part, _CREATE_FLAGS, 0o666)
    except FileNotFoundError:
        os.makedirs(folder, exist_ok=True)
        file = os.open(part, _CREATE_FLAGS, 0o666)
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
    """Sync all written files to disk, with one call instead of one per file."""
    os.sync()


class BackgroundWriter:
    """Writes files in a thread, in the order given. Creating a file can take as long as all other work for a page.

    An OSError in the thread is raised by the next call.
    """

    def __init__(self, archive: Path) -> None:
        self._archive = archive
        self._thread: ThreadPoolExecutor | None = None
        self._last: Future[None] | None = None

    def write(self, files: Mapping[str, bytes]) -> None:
        """Wait until the files given before are written, then start `write_all` on these."""
        self.wait()
        if files:
            self._thread = self._thread or ThreadPoolExecutor(1, thread_name_prefix="texts")
            self._last = self._thread.submit(write_all, self._archive, files)

    def wait(self) -> None:
        """Wait until all files given are written."""
        last, self._last = self._last, None
        if last is not None:
            last.result()

    def close(self) -> None:
        """Wait, and end the thread."""
        if self._thread is not None:
            self._thread.shutdown()
        self._thread = None


def sync_folder(folder: Path) -> None:
    """Sync a folder to disk, so that a rename in it survives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with errors_name(folder):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
