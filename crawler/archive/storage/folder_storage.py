"""`FolderStorage`: a folder of this machine as a storage. What is written is on disk, and is reached through no link."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path

from crawler.archive.storage import folder_files
from crawler.archive.storage.interface import Changed, Stored
from crawler.archive.storage.named_errors import errors_name

_COPY_BYTES = 1 << 20


class FolderStorage:
    """A folder. It is made with the first file. Hidden files (`.name`) are those in the making, and are not listed.

    A stamp is made of the file's number, size and time: each file that is put has another number than the one that it replaces.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def location(self) -> str:
        """The folder's path."""
        return str(self._folder)

    def stat(self, name: str) -> Stored | None:
        """Return what is known of a file; None if there is none."""
        try:
            with self.open_read(name) as file:
                return _stored(name, file)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError:
            if (self._folder / name).is_dir():
                return None  # a store has no folders, only names
            raise

    def list(self, prefix: str = "") -> Iterator[Stored]:
        """Yield the regular files in a folder and in those below it, sorted by name."""
        top = self._folder / prefix if prefix else self._folder
        names = [
            os.path.relpath(os.path.join(folder, file), self._folder)
            for folder, _, files in os.walk(top)
            for file in files
            if not file.startswith(".") and not os.path.islink(os.path.join(folder, file))
        ]
        return (found for name in sorted(names) if (found := self.stat(name)) is not None)

    def read(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        """Return bytes of a file from `offset` on."""
        with self.open_read(name) as file:
            file.seek(offset)
            return file.read() if length is None else file.read(length)

    def open_read(self, name: str) -> BufferedReader:
        """Open a regular file for reading; a link is refused."""
        return os.fdopen(folder_files.open_existing(self._folder, name), "rb")

    def put_new(self, name: str, data: bytes | Path) -> Stored:
        """Write a file whose name is free. Raises FileExistsError if there is one."""
        self._make()

        def write(descriptor: int) -> None:
            if isinstance(data, bytes):
                folder_files.write_whole(descriptor, data)
                return
            with data.open("rb") as source, os.fdopen(descriptor, "wb", closefd=False) as target:
                shutil.copyfileobj(source, target, _COPY_BYTES)

        folder_files.write_new(self._folder, name, write)
        return self._there(name)

    def put(self, name: str, data: bytes) -> Stored:
        """Write a file, in the place of what is there."""
        self._make()
        folder_files.write_all(self._folder, {name: data}, compare=True, durable=True)
        return self._there(name)

    def replace_if(self, name: str, data: bytes, stamp: str) -> Stored:
        """Replace a file that still has a stamp. Raises Changed if it does not have it any more."""
        with self._alone():
            found = self.stat(name)
            if found is None or found.stamp != stamp:
                raise Changed(None, "is not as it was: another writer was faster", f"{self._folder}/{name}")
            return self.put(name, data)

    def remove(self, name: str) -> None:
        """Remove a file; nothing if there is none."""
        if self._folder.is_dir():
            folder_files.remove(self._folder, name)

    def _make(self) -> None:
        folder_files.make_folder(self._folder)

    def _there(self, name: str) -> Stored:
        with self.open_read(name) as file:
            return _stored(name, file)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the folder against others who replace a file in it. The kernel releases it when its holder dies."""
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            with errors_name(self._folder):
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _stored(name: str, file: BufferedReader) -> Stored:
    found = os.fstat(file.fileno())
    stamp = f"{found.st_ino}-{found.st_size}-{found.st_mtime_ns}"
    return Stored(name, found.st_size, stamp, datetime.fromtimestamp(found.st_mtime, UTC))
