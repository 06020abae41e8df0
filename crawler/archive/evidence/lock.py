"""Lock file that allows one writer per archive. The kernel releases the lock when its holder dies."""

from __future__ import annotations

import fcntl
import os
import platform
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from crawler.archive.evidence.named_errors import errors_name
from crawler.errors import ArchiveLocked

_NAME = ".lock"


def acquire(archive: Path, now: datetime) -> BinaryIO:
    """Lock an archive and return the open lock file; closing it releases the lock.

    Raises ArchiveLocked, with the holder and since when, OSError where the file cannot be made.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW  # O_NOFOLLOW: the file is truncated below
    file = os.fdopen(os.open(archive / _NAME, flags, 0o666), "r+b", buffering=0)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read(500).decode("utf-8", "replace").strip() or "another process"
        file.close()
        raise ArchiveLocked(
            f"{archive}: held by {holder}; wait until it ends, or name another --archive"
        ) from None
    holder = f"process {os.getpid()} on {platform.node()} since {now:%Y-%m-%d %H:%M:%S} UTC\n"
    try:
        with errors_name(archive / _NAME):
            file.truncate(0)
            file.write(holder.encode())
    except OSError:
        file.close()
        raise
    return file
