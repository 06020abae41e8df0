"""Make the tests quicker in ways that change nothing they prove. `pytest_configure` of `tests.conftest` calls both functions.

Commands in processes of their own run as they always do.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from sqlalchemy import Engine, create_engine

from crawler.archive.catalogue import engine


def sync_nothing() -> None:
    """Let files be written without waiting for the disk: no test cuts the power, and the waits are half of the time.

    The calls are made all the same, and `tests.archive.failing` has each of them fail.
    """
    os.fsync = os.fdatasync = lambda _: None
    os.sync = lambda: None
    engine.SYNCHRONOUS = "OFF"


def share_compiled_statements() -> None:
    """Let all SQLite catalogues of this process have one cache of compiled statements, as one catalogue has.

    A command opens an archive or two, the tests open thousands. To compile the same statements for each of them anew takes
    a third of an archive's time. A cache is valid for one dialect, so they share that too.
    """
    engine.create_engine = _sharing_engine


def _sharing_engine(*given: Any, **named: Any) -> Engine:
    made = create_engine(*given, **named)
    if made.dialect.name == "sqlite":
        made.dialect, made._compiled_cache = _shared()
    return made


@cache
def _shared() -> tuple[Any, Any]:
    """Return a dialect that has seen a connection, and its cache."""
    first = create_engine("sqlite://")
    first.connect().close()
    first.dispose()
    return first.dialect, first._compiled_cache
