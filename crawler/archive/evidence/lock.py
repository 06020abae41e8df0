"""One writer an archive: a lock that the kernel drops when its holder dies, with the holder's name in it."""

from __future__ import annotations

import fcntl
import os
import platform
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from crawler.errors import ArchiveLocked

NAME = ".lock"


def acquire(archive: Path, now: datetime) -> BinaryIO:
    """The open lock file; closing it lets go. Raises ArchiveLocked, saying who holds it and since when."""
    how = (
        os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
    )  # a link put there would have another file emptied
    file = os.fdopen(os.open(archive / NAME, how, 0o666), "r+b", buffering=0)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read(500).decode("utf-8", "replace").strip() or "another process"
        file.close()
        raise ArchiveLocked(
            f"{archive}: held by {holder}; let it finish, or name another --archive"
        ) from None
    file.truncate(0)
    file.write(f"process {os.getpid()} on {platform.node()} since {now:%Y-%m-%d %H:%M:%S} UTC\n".encode())
    file.flush()
    return file
