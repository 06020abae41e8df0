"""Scratch folders of workers: one for each process, with one for each visit in it. A kill leaves them, and what is in them.

A process holds a lock in its folder. Where nobody holds it any more, the next worker of the machine finishes the WARC files.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from crawler.archive import finish_warcs, finished_segments

_LOCK = ".worker"
_RETRY_SECONDS = 0.01


def own_scratch(folder: Path) -> BinaryIO:
    """Make the folder of this process; return its lock, which ends with the process. Raises OSError."""
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        lock = _try_lock(folder)
        if lock is not None:
            return lock
        time.sleep(_RETRY_SECONDS)  # another worker took the new folder for one that was left, and removes it


def _try_lock(folder: Path) -> BinaryIO | None:
    """Lock a process's folder; None if its process is alive, or if another worker has just removed the folder."""
    path = folder / _LOCK
    try:
        file = path.open("ab", buffering=0)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(file.fileno()), path.stat()):
            return file
    except (BlockingIOError, FileNotFoundError):
        pass
    file.close()
    return None


def left_by_killed(root: Path, *, but: Path) -> Iterator[Path]:
    """Yield the scratch folders of visits whose process is dead; remove a process's folder when nothing is left in it.

    `but`: the caller's own folder.
    """
    for folder in sorted(root.iterdir()):
        if folder == but or not folder.is_dir() or (lock := _try_lock(folder)) is None:
            continue
        with lock:
            yield from sorted(each for each in folder.iterdir() if each.is_dir())
            if not any(each.is_dir() for each in folder.iterdir()):
                shutil.rmtree(folder, ignore_errors=True)


def salvaged(scratch: Path, clock: Callable[[], datetime]) -> dict[str, Path]:
    """Finish the WARC files of a visit whose worker was killed; return them by the names of their segments.

    The catalogue is not asked for. Raises ArchiveError, OSError.
    """
    if not (scratch / "warc").is_dir():
        return {}
    finish_warcs(scratch, clock())
    return finished_segments(scratch)
