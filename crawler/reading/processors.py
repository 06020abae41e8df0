"""Number of processors that this process may use: its affinity and its control group count, not what the machine has."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from pathlib import Path

MAX_PROCESSES = 256
"""Processes that a command starts at most."""

_MEMBERSHIP = Path("/proc/self/cgroup")
_GROUPS = Path("/sys/fs/cgroup")
_MAX_BYTES = 4096  # of a file that the kernel makes; its numbers need far less


def available_processors() -> int:
    """Return how many processors may be used, at least 1."""
    try:
        usable = len(os.sched_getaffinity(0))  # type: ignore[attr-defined, unused-ignore]
    except (AttributeError, OSError):  # macOS has none
        usable = os.cpu_count() or 1
    return max(1, min(usable, quota(_MEMBERSHIP, _GROUPS) or usable))


def quota(membership: Path, groups: Path) -> int | None:
    """Return the number of processors, rounded up, that control groups leave to this process; None without a limit.

    `membership`: such as /proc/self/cgroup, `groups`: such as /sys/fs/cgroup. The limit of a group is also that of the
    groups in it. Both versions of control groups are read.
    """
    limits: list[float] = []
    for line in _read(membership).splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if not controllers:
            limits += _limits(groups, path, _version_2)
        elif "cpu" in controllers.split(","):
            limits += _limits(groups / "cpu", path, _version_1)
    return max(1, math.ceil(min(limits))) if limits else None


def _limits(root: Path, path: str, limit: Callable[[Path], float | None]) -> list[float]:
    inner = root / path.strip("/")  # in a container, the path may be that of the host, and not be there
    folders = [inner, *inner.parents]
    found = [limit(folder) for folder in folders if folder == root or root in folder.parents]
    return [each for each in found if each is not None]


def _version_2(folder: Path) -> float | None:
    return _share(*_read(folder / "cpu.max").split()[:2])


def _version_1(folder: Path) -> float | None:
    return _share(_read(folder / "cpu.cfs_quota_us").strip(), _read(folder / "cpu.cfs_period_us").strip())


def _share(microseconds: str = "", period: str = "") -> float | None:
    """Return the processors of a limit; None for `max`, -1, or what is no number."""
    if not (microseconds.isascii() and microseconds.isdigit() and period.isascii() and period.isdigit()):
        return None
    return int(microseconds) / int(period) if int(period) else None


def _read(path: Path) -> str:
    try:
        with path.open(encoding="ascii", errors="replace") as file:
            return file.read(_MAX_BYTES)
    except OSError:
        return ""
