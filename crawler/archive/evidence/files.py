"""All writing of the archive's files: inside the archive, through no link, and of texts and indexes atomically.

Every function takes the archive's folder and a name relative to it. `crawler.archive.storage.folder_files` opens and writes.
`write_all` writes at once, `BackgroundWriter` in a thread. `crawler.archive.catalogue.text_names` names the text files.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from crawler.archive.catalogue.text_names import folder_name
from crawler.archive.storage.folder_files import (
    create,
    open_existing,
    open_to_append,
    remove,
    rename,
    sync_folder,
    write_all,
    write_whole,
)

__all__ = [
    "BackgroundWriter",
    "create",
    "open_existing",
    "open_to_append",
    "remove",
    "rename",
    "shorten_text_folders",
    "sync_all",
    "sync_folder",
    "write_all",
    "write_whole",
]


def shorten_text_folders(archive: Path) -> None:
    """Move text files from folders with names over MAX_FOLDER_BYTES, made by earlier versions, to shortened ones."""
    for folder in sorted((archive / "text").glob("*")):
        short = folder.with_name(folder_name(folder.name))
        if short == folder or folder.is_symlink():
            continue
        for file in sorted(folder.glob("*/*.txt")):
            target = short / file.parent.name / file.name
            if not target.exists():
                rename(archive, _name(archive, file), _name(archive, target))
            elif target.read_bytes() == file.read_bytes():
                remove(archive, _name(archive, file))
        for empty in (*folder.glob("*"), folder):
            with suppress(OSError):  # it holds other files
                empty.rmdir()


def _name(archive: Path, path: Path) -> str:
    return path.relative_to(archive).as_posix()


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
            self._last = self._thread.submit(write_all, self._archive, files, compare=True)

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
