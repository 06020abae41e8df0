"""Turns at a server that several processes ask: the delay between two requests holds over all of them.

`polite` asks for a turn before each request where more than this process may ask the server; `streams` checks it before
bytes are sent. Who keeps the turns, such as a database, is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from contextvars import ContextVar
from typing import Protocol


class Turn(Protocol):
    """One request's turn. It has a deadline, after which another process may ask the server."""

    def check(self) -> None:
        """Note that bytes are sent now. Raises Halted if the deadline has passed: this process was paused, or cut off."""

    def close_for(self, seconds: float) -> None:
        """Let nobody ask the server for so long from now."""


class Turns(Protocol):
    """Where turns are asked for."""

    def turn(self, servers: Sequence[str], gap: float) -> AbstractAsyncContextManager[Turn]:
        """Wait until nobody else asks the servers and the gap since the last request is over; hold them meanwhile.

        `servers`: IP addresses, or a host's name where no address is known. `gap`: seconds from this request to the next
        one, by whomever. Raises Halted if this process may not ask any more, or the crawl ends before.
        """


CURRENT_TURN: ContextVar[Turn | None] = ContextVar("turn", default=None)
"""The turn in which this task sends a request; None where no turns are kept."""


def check_turn() -> None:
    """Raise Halted if the turn in which this task sends a request has ended."""
    if (turn := CURRENT_TURN.get()) is not None:
        turn.check()
