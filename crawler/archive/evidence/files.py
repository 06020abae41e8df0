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
from crawler.archive.storage import folder_files
from crawler.archive.storage.bucket_path import bucket_of
from crawler.archive.storage.folder_files import create, open_existing, open_to_append, write_whole

__all__ = [
    "BackgroundWriter",
    "create",
    "is_taken",
    "open_existing",
    "open_to_append",
    "put_before_listed",
    "remove",
    "rename",
    "shorten_text_folders",
    "sync_all",
    "sync_folder",
    "write_all",
    "write_whole",
]


def is_taken(archive: Path, name: str) -> bool:
    """Whether a name is that of a file, a folder or a link."""
    return os.path.lexists(archive / name) or (archive / name).exists()


def put_before_listed(archive: Path, name: str, new_name: str) -> None:
    """Put a finished file into its bucket, before the manifest lists it under its new name: this machine may be lost then.

    In a folder nothing is done: there the file is on disk, and gets its name after its line. Raises OSError.
    """
    if bucket := bucket_of(archive):
        bucket.upload(name, new_name)


def rename(archive: Path, name: str, new_name: str) -> None:
    """Rename a file. A file of the new name is replaced; if that is a link, the link is. Raises OSError.

    In a bucket, a WARC file is never replaced: FileExistsError is raised if there is another one of the new name.
    """
    if bucket := bucket_of(archive):
        bucket.rename(name, new_name)
    else:
        folder_files.rename(archive, name, new_name)


def remove(archive: Path, name: str) -> None:
    """Remove a file, or a link itself; nothing if there is none. Raises OSError."""
    if bucket := bucket_of(archive):
        bucket.remove(name)
    else:
        folder_files.remove(archive, name)


def sync_folder(folder: Path) -> None:
    """Sync a folder to disk, so that a rename in it survives a power cut. One in a bucket needs none."""
    if bucket_of(folder) is None:
        folder_files.sync_folder(folder)


def write_all(
    archive: Path, files: Mapping[str, bytes], *, compare: bool = False, durable: bool = False
) -> None:
    """Write files atomically. `files`: their contents by path relative to the archive.

    A file that exists with the same size is left as it is, because a text file's name contains its digest. With
    `compare` it is left only if its bytes are the same. Files survive a power cut only if they are `durable`, or after
    `sync_all`. Raises OSError, also for a name that leads out of the archive.
    """
    if bucket := bucket_of(archive):
        bucket.write_all(files, compare=compare)
    else:
        folder_files.write_all(archive, files, compare=compare, durable=durable)


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

    An OSError in the thread is raised by the next call. For a bucket the files are kept in memory until `put_kept`: a text must
    not be there before the WARC file from which it is derived.
    """

    def __init__(self, archive: Path) -> None:
        self._archive = archive
        self._thread: ThreadPoolExecutor | None = None
        self._last: Future[None] | None = None
        self._kept: dict[str, bytes] = {}

    def write(self, files: Mapping[str, bytes], *, at_once: bool = False) -> None:
        """Wait until the files given before are written, then start `write_all` on these.

        `at_once`: they are put into a bucket too, since what they are derived from is there.
        """
        self.wait()
        if bucket_of(self._archive) and not at_once:
            self._kept |= files
        elif files:
            self._thread = self._thread or ThreadPoolExecutor(1, thread_name_prefix="texts")
            self._last = self._thread.submit(write_all, self._archive, files, compare=True)

    def wait(self) -> None:
        """Wait until all files given are written."""
        last, self._last = self._last, None
        if last is not None:
            last.result()

    def put_kept(self) -> None:
        """Put the files that were kept for a bucket. Call this when the WARC file is there."""
        kept, self._kept = self._kept, {}
        write_all(self._archive, kept, compare=True)

    def close(self) -> None:
        """Wait, and end the thread."""
        if self._thread is not None:
            self._thread.shutdown()
        self._thread = None
