"""What an operator decides of the viewer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


SHARED_SECONDS = 100.0
TRANSFER_SECONDS = 20.0
"""For a client to take an answer that took as long as it may."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One archive and how it is shown."""

    archive: Path
    database: str | None = None
    """Address of the catalogue's database, if it is not in the archive's folder."""
    hosts: tuple[str, ...] = LOOPBACK
    """Names under which the site is asked for; any other Host is refused (DNS rebinding)."""
    base_url: str | None = None
    """Public address of the site, such as https://example.org/fazhi, behind a proxy. None: as each request names it."""
    seconds: float = 10.0
    """A question that takes longer is ended, and answered with 503."""
    shared_seconds: float = SHARED_SECONDS
    """The same for what pages for all visitors need, such as the coverage of all divisions: it is made for all of them at once."""
    readers: int = 4
    """Questions that are worked on at the same time, each in a thread with a Reader of its own."""
    waiting: int = 64
    """Questions that may wait for a reader; further ones are answered with 503 at once."""
    log: Callable[[str], None] = field(default=lambda _: None)
    """Gets a line for each answer that failed for a reason of ours."""
    clock: Callable[[], datetime] = field(default=_now)
    """Time now, aware."""

    @property
    def answer_seconds(self) -> float:
        """How long an answer may take to be made and taken."""
        return max(self.seconds, self.shared_seconds) + TRANSFER_SECONDS
