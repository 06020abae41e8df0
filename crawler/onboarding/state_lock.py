"""Lock of a state file: one search writes it at a time. The kernel releases the lock when its holder dies."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from pathlib import Path
from typing import BinaryIO

from crawler.errors import ConfigError, SearchLocked


def acquire(state: Path) -> BinaryIO:
    """Lock a state file and return the open lock file beside it; closing it releases the lock.

    It is a file of its own, because the state file is replaced by a new one. Raises SearchLocked, with the holder;
    ConfigError where the lock file cannot be made.
    """
    path = state.with_name(f".{state.name}.lock")
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        file = os.fdopen(os.open(path, flags, 0o666), "r+b", buffering=0)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror or error}") from error
    try:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "a device or a pipe in the place of the lock file")
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        file.truncate(0)
        file.write(f"process {os.getpid()}\n".encode())
    except BlockingIOError:
        file.seek(0)
        holder = file.read(100).decode("ascii", "replace").strip() or "another process"
        file.close()
        reason = (
            f"{holder} searches with this state file; wait until it ends, or name another one with --state"
        )
        raise SearchLocked(f"{state}: {reason}") from None
    except OSError as error:
        file.close()
        raise ConfigError(f"{path}: cannot be locked: {error.strerror or error}") from error
    return file
