"""How many connections a process may have open, by its limit on file descriptors (RLIMIT_NOFILE)."""

from __future__ import annotations

import os
import resource

MAX_CONNECTIONS = 400
"""However many descriptors there are."""

MIN_CONNECTIONS = 4
"""However few there are; a process with so few descriptors may fail to open other things."""

RESERVED = 64
"""Descriptors kept for the archive's files, the process that reads pages, and up to 32 look-ups of names at a time."""

_OPEN_AT_LEAST = 32  # where the system does not tell what is open


def max_connections() -> int:
    """How many connections may be open at a time, beside what the process has open now and what it will need."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY:
        return MAX_CONNECTIONS
    return max(MIN_CONNECTIONS, min(MAX_CONNECTIONS, limit - _open_now() - RESERVED))


def _open_now() -> int:
    try:
        return len(os.listdir("/dev/fd"))
    except OSError:
        return _OPEN_AT_LEAST
