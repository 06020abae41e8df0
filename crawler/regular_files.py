"""Open files that others made, for reading: only regular files. A FIFO, socket or device is refused, never waited for."""

from __future__ import annotations

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path

_KINDS = {
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
    stat.S_IFLNK: "a symbolic link",
}


def open_regular(path: Path, *, follow: bool = True) -> BufferedReader:
    """Open a file for reading. `follow` false: a symbolic link is refused too.

    Raises OSError, with a `strerror` for people, if it cannot be opened or is no regular file.
    """
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
