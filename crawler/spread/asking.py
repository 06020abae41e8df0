"""Ask the archive a question, also while its first run is making it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from crawler.archive import Reader
from crawler.errors import ArchiveDamaged, NoArchive

T = TypeVar("T")

_WAIT_SECONDS = (0.2, 1.0, 3.0)
"""Waits between attempts to read an archive. One that is just being made has a catalogue without tables for a moment."""


def ask(archive: Path, database: str | None, question: Callable[[Reader], T]) -> T | None:
    """Return the answer to a question; None if there is no archive yet. Raises ArchiveError. It may block for seconds."""
    for wait in _WAIT_SECONDS:
        try:
            return _asked(archive, database, question)
        except ArchiveDamaged:
            time.sleep(wait)
    return _asked(archive, database, question)


def _asked(archive: Path, database: str | None, question: Callable[[Reader], T]) -> T | None:
    try:
        with Reader.read(archive, notify=lambda _: None, database=database) as reader:
            return question(reader)
    except NoArchive:
        return None
