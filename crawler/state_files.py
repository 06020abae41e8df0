"""State files: what a command remembers from one run to the next. One process writes one at a time; a kill leaves it whole.

Whoever loses one has a command that begins anew. No evidence is ever in one.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
from pathlib import Path
from typing import BinaryIO

from crawler.errors import ConfigError, StateLocked


def acquire(state: Path, verb: str) -> BinaryIO:
    """Lock a state file and return the open lock file beside it; closing it releases the lock, and so does the kernel at a kill.

    It is a file of its own, because the state file is replaced by a new one. `verb`: what its holder does with it, for the
    message. Raises StateLocked, with the holder; ConfigError where the lock file cannot be made.
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
        reason = f"{holder} {verb} with this state file; wait until it ends, or name another one with --state"
        raise StateLocked(f"{state}: {reason}") from None
    except OSError as error:
        file.close()
        raise ConfigError(f"{path}: cannot be locked: {error.strerror or error}") from error
    return file


def replace(state: Path, content: bytes) -> None:
    """Write a state file in one step, readable by its owner alone, and to the disk before this returns.

    Raises ConfigError if it cannot be written; it is then as it was.
    """
    scratch = state.with_name(f".{state.name}.new")
    try:
        with contextlib.suppress(FileNotFoundError):  # a kill left it
            scratch.unlink()
        file = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(file, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        os.replace(scratch, state)
        folder = os.open(state.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise ConfigError(f"{state}: cannot be written: {error.strerror or error}") from error
