"""Files of a folder, written and read through no link, and atomically.

Every function takes the folder, such as an archive's, and a name relative to it. The folders on the way are opened one by one
without following symbolic links, so a file is written inside the folder or not at all; what is new is made with O_EXCL.
"""

from __future__ import annotations

import errno
import os
import stat
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from crawler.archive.storage.named_errors import errors_name

_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_CREATE_FLAGS = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_EXISTING_FLAGS = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_MAX_NAME_BYTES = 255


def _parts(archive: Path, name: str) -> tuple[list[str], str]:
    """Return the folders and the file of a name. Raises OSError if it would lead out of the archive, or has control characters."""
    parts = name.split("/")
    for part in parts:
        is_path = part in ("", ".", "..") or len(os.fsencode(part)) > _MAX_NAME_BYTES
        if is_path or any(char < " " or char == "\x7f" for char in part):
            raise OSError(
                errno.EINVAL, "not a name of a file inside the archive", f"{archive}/{ascii(name)[1:-1]}"
            )
    return parts[:-1], parts[-1]


@contextmanager
def _opened_folder(archive: Path, name: str, *, make: bool = False) -> Iterator[tuple[int, str]]:
    """Open the folder of a file. Yields its descriptor and the file's own name. `make`: create folders that are missing."""
    folders, file = _parts(archive, name)
    descriptor = os.open(archive, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for number, folder in enumerate(folders):
            within = descriptor
            try:
                descriptor = _open_folder(within, folder, make=make)
            except NotADirectoryError as error:
                place = "/".join((str(archive), *folders[: number + 1]))
                reason = "not a folder of the archive, or a symbolic link, which the archive does not write through"
                raise NotADirectoryError(errno.ENOTDIR, reason, place) from error
            os.close(within)
        yield descriptor, file
    finally:
        os.close(descriptor)


def _open_folder(within: int, name: str, *, make: bool) -> int:
    try:
        return os.open(name, _FOLDER_FLAGS, dir_fd=within)
    except FileNotFoundError:
        if not make:
            raise
        with suppress(FileExistsError):
            os.mkdir(name, dir_fd=within)
        return os.open(name, _FOLDER_FLAGS, dir_fd=within)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR)) from error
        raise


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, unless it is there. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)


def create(archive: Path, name: str, *, append: bool = False) -> int:
    """Create a file and its folders; return its descriptor for writing. Raises FileExistsError for whatever is there, OSError."""
    with errors_name(f"{archive}/{name}"), _opened_folder(archive, name, make=True) as (folder, file):
        return os.open(file, _CREATE_FLAGS | (os.O_APPEND if append else 0), 0o666, dir_fd=folder)


def open_existing(archive: Path, name: str, *, flags: int = os.O_RDONLY) -> int:
    """Open a regular file of the archive; return its descriptor. Raises OSError, also for a link, a device or a pipe."""
    with errors_name(f"{archive}/{name}"), _opened_folder(archive, name) as (folder, file):
        return _open_regular(folder, file, flags, f"{archive}/{name}")


def open_to_append(archive: Path, name: str) -> int:
    """Open a file for reading and appending, or create it; return its descriptor. Raises OSError as `open_existing` does."""
    try:
        return open_existing(archive, name, flags=os.O_RDWR | os.O_APPEND)
    except FileNotFoundError:
        return create(archive, name, append=True)


def _open_regular(folder: int, file: str, flags: int, place: str) -> int:
    try:
        descriptor = os.open(file, flags | _EXISTING_FLAGS, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):
            raise OSError(errno.EINVAL, _NO_FILE, place) from error
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, _NO_FILE, place)
    return descriptor


_NO_FILE = "a symbolic link, a device or a pipe, not a file of the archive"


def rename(archive: Path, name: str, new_name: str) -> None:
    """Rename a file. A file of the new name is replaced; if that is a link, the link is. Raises OSError."""
    with (
        errors_name(f"{archive}/{new_name}"),
        _opened_folder(archive, name) as (folder, file),
        _opened_folder(archive, new_name, make=True) as (new_folder, new_file),
    ):
        os.replace(file, new_file, src_dir_fd=folder, dst_dir_fd=new_folder)


def remove(archive: Path, name: str) -> None:
    """Remove a file, or a link itself; nothing if there is none. Raises OSError."""
    named = errors_name(f"{archive}/{name}")
    with suppress(FileNotFoundError), named, _opened_folder(archive, name) as (folder, file):
        os.unlink(file, dir_fd=folder)


def write_all(
    archive: Path, files: Mapping[str, bytes], *, compare: bool = False, durable: bool = False
) -> None:
    """Write files atomically. `files`: their contents by path relative to the archive.

    A file that exists with the same size is left as it is, because a text file's name contains its digest. With
    `compare` it is left only if its bytes are the same. Files survive a power cut only if they are `durable`, or after
    `sync_all`. Raises OSError, also for a name that leads out of the archive.
    """
    for name, data in files.items():
        with errors_name(f"{archive}/{name}"), _opened_folder(archive, name, make=True) as (folder, file):
            if not _is_written(folder, file, data, compare):
                _write(folder, file, data, durable)


def _is_written(folder: int, file: str, data: bytes, compare: bool) -> bool:
    try:
        found = os.stat(file, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    if not stat.S_ISREG(found.st_mode) or found.st_size != len(data):
        return False
    return not compare or _read(folder, file) == data


def _read(folder: int, file: str) -> bytes:
    with os.fdopen(_open_regular(folder, file, os.O_RDONLY, file), "rb") as opened:
        return opened.read()


def _write(folder: int, file: str, data: bytes, durable: bool) -> None:
    part = f".{file}.part"
    with suppress(FileNotFoundError):
        os.unlink(part, dir_fd=folder)  # left by a kill, or a link that somebody put there
    descriptor = os.open(part, _CREATE_FLAGS, 0o666, dir_fd=folder)
    try:
        write_whole(descriptor, data)
        if durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
    os.replace(part, file, src_dir_fd=folder, dst_dir_fd=folder)
    if durable:
        os.fsync(folder)


def write_new(archive: Path, name: str, write: Callable[[int], None]) -> None:
    """Write a file, on disk and atomically, whose name is free. `write`: writes to a descriptor. Raises FileExistsError, OSError."""
    with errors_name(f"{archive}/{name}"), _opened_folder(archive, name, make=True) as (folder, file):
        part = f".{file}.{os.getpid()}-{threading.get_ident()}.part"  # another writer may be at the same name
        descriptor = os.open(part, _CREATE_FLAGS, 0o666, dir_fd=folder)
        try:
            try:
                write(descriptor)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            os.link(part, file, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
        finally:
            os.unlink(part, dir_fd=folder)
        os.fsync(folder)


def write_whole(descriptor: int, data: bytes) -> None:
    """Write all bytes to a descriptor. Raises OSError."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def sync_folder(folder: Path) -> None:
    """Sync a folder to disk, so that a rename in it survives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with errors_name(folder):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
