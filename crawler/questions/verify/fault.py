"""`Fault`: what verification finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A disagreement between two parts of an archive, or a file that cannot be read."""

    place: str  # file or row, relative to the archive
    what: str
