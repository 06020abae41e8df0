"""Compute how many connections this process may open, from its limit on file descriptors (RLIMIT_NOFILE)."""

from __future__ import annotations

import os
import resource

MAX_CONNECTIONS = 400
"""Used even if more descriptors are free."""

MIN_CONNECTIONS = 4
"""Used even if fewer descriptors are free; the process may then fail to open other files."""

RESERVED_DESCRIPTORS = 64
"""Kept free for the archive's files, the process that parses pages, and up to 32 concurrent look-ups of host names."""

_ASSUMED_OPEN = 32  # descriptors, if the system does not list the open ones


def max_connections() -> int:
    """Return how many connections may be open at a time, beside what the process has open now and the reserve."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY:
        return MAX_CONNECTIONS
    return max(MIN_CONNECTIONS, min(MAX_CONNECTIONS, limit - _open_now() - RESERVED_DESCRIPTORS))


def _open_now() -> int:
    try:
        return len(os.listdir("/dev/fd"))
    except OSError:
        return _ASSUMED_OPEN
