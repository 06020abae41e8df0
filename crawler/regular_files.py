"""Open files that others made, for reading: only regular files. A FIFO, socket or device is refused, never waited for.

A file may be kept as a range of bytes of another one, see `PartPath`.
"""

from __future__ import annotations

import errno
import os
import stat
from io import BufferedReader, RawIOBase
from pathlib import Path, PosixPath
from typing import Any, Self

_KINDS = {
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
    stat.S_IFLNK: "a symbolic link",
}


class RemotePath(PosixPath):
    """Path of a file that may lie elsewhere than on this machine. `open_regular` asks it."""

    def open_remote(self) -> BufferedReader | None:
        """Open the file where it lies; None if it is on this machine. Raises OSError."""
        return None


class PartPath(PosixPath):
    """Path of a file that is kept as a range of bytes of another file, the holder.

    It has the name that the file had; `open_regular`, `stat`, `exists` and `is_file` go to the range. So whatever reads files
    by `open_regular` reads it as if it were there, at its own offsets. A path that is derived from it is a plain one.
    """

    holder: Path | None = None
    start: int = 0  # bytes from the holder's beginning
    length: int = 0  # in bytes

    @classmethod
    def of(cls, path: Path, holder: Path, start: int, length: int) -> Self:
        """Return the path of `length` bytes of a holder from `start` on, under the name `path`."""
        part = cls(path)
        part.holder, part.start, part.length = holder, start, length
        return part

    def with_segments(self, *segments: str | os.PathLike[str]) -> Path:
        """Return a plain path: a parent or a file beside this one is in no holder."""
        return Path(*segments)

    def __reduce__(self) -> tuple[Any, ...]:
        """Keep the range when the path goes to another process."""
        return PartPath.of, (Path(self), self.holder, self.start, self.length)

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        """Return the holder's state, with this file's size. Raises OSError."""
        if self.holder is None:
            return super().stat(follow_symlinks=follow_symlinks)
        found = self.holder.stat(follow_symlinks=follow_symlinks)
        return os.stat_result((*found[:6], self.length, *found[7:10]))

    def exists(self, *, follow_symlinks: bool = True) -> bool:
        """Whether the holder is there."""
        return super().exists() if self.holder is None else self.holder.exists()

    def is_file(self, *, follow_symlinks: bool = True) -> bool:
        """Whether the holder is a file."""
        return super().is_file() if self.holder is None else self.holder.is_file()


class _Range(RawIOBase):
    """A range of an open file, read as a file of its own. Closes the file with itself."""

    def __init__(self, file: BufferedReader, start: int, length: int) -> None:
        self._file, self._start, self._length, self._at = file, start, length, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._file.fileno()

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._length}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)
        size = min(len(view), max(0, self._length - self._at))
        self._file.seek(self._start + self._at)
        read = self._file.readinto(view[:size])
        self._at += read
        return read

    def close(self) -> None:
        self._file.close()
        super().close()


def open_range(file: BufferedReader, path: Path) -> BufferedReader:
    """Return an open holder as the file that a PartPath names; for any other path, the file itself."""
    if not isinstance(path, PartPath) or path.holder is None:
        return file
    return BufferedReader(_Range(file, path.start, path.length), 1 << 16)


def holder_of(path: Path) -> Path:
    """Return the file on disk that has a path's bytes: the holder of a PartPath, else the path itself."""
    return path if not isinstance(path, PartPath) or path.holder is None else path.holder


def open_regular(path: Path, *, follow: bool = True) -> BufferedReader:
    """Open a file for reading. `follow` false: a symbolic link is refused too.

    Raises OSError, with a `strerror` for people, if it cannot be opened or is no regular file.
    """
    if (holder := holder_of(path)) is not path:
        return open_range(open_regular(holder, follow=follow), path)
    if isinstance(path, RemotePath) and (remote := path.open_remote()) is not None:
        return remote
    _check(os.stat(path, follow_symlinks=follow), path)  # first: opening a device can do something
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY | (0 if follow else os.O_NOFOLLOW)
    descriptor = os.open(path, flags)
    try:
        _check(os.fstat(descriptor), path)  # it may have been replaced meanwhile
    except OSError:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "rb")


def read_regular(path: Path, max_bytes: int, *, follow: bool = True) -> bytes:
    """Return a file's bytes. Raises OSError as `open_regular` does, and with EFBIG if there are more than `max_bytes`."""
    with open_regular(path, follow=follow) as file:
        data = file.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise OSError(errno.EFBIG, f"is over {max_bytes} bytes", str(path))
    return data


def _check(found: os.stat_result, path: Path) -> None:
    kind = stat.S_IFMT(found.st_mode)
    if kind != stat.S_IFREG:
        raise OSError(errno.EINVAL, f"is {_KINDS.get(kind, 'something else')}, not a regular file", str(path))


def file_stamp(path: Path) -> tuple[int, ...]:
    """Return mtime, size and inode of a file: they differ after it was changed or replaced. Empty without a file."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return ()
    return found.st_mtime_ns, found.st_size, found.st_ino
