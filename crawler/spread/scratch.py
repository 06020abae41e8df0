"""Scratch folders of workers: one for each process, with one for each visit in it. A kill leaves them, and what is in them.

A process holds a lock in its folder. Where nobody holds it any more, the next worker of the machine finishes the WARC files.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from crawler.archive import finish_warcs, finished_segments

_LOCK = ".worker"


def own_scratch(folder: Path) -> BinaryIO:
    """Make the folder of this process; return its lock, which ends with the process. Raises OSError."""
    folder.mkdir(parents=True)
    lock = _try_lock(folder)
    assert lock is not None, "the name of a process is its own"
    return lock


def _try_lock(folder: Path) -> BinaryIO | None:
    """Lock a process's folder; None if its process is alive."""
    file = (folder / _LOCK).open("ab", buffering=0)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


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
