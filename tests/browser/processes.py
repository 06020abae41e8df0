"""Which processes a process has started, and whether one ends."""

from __future__ import annotations

import os
import select
from pathlib import Path

_WAIT = 30.0  # seconds


def descendants(pid: int) -> dict[int, str]:
    """The processes that a process has started, and those that these have, with their names."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = stat.read_text().rpartition(")")
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents[int(stat.parent.name)] = (int(rest.split()[1]), name.partition("(")[2])
    found: dict[int, str] = {}
    waiting = [pid]
    while waiting:
        parent = waiting.pop()
        children = {child: name for child, (its, name) in parents.items() if its == parent}
        found |= children
        waiting += children
    return found


def ended(pid: int) -> bool:
    """Whether a process ends in time."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], _WAIT)[0])
    finally:
        os.close(handle)
