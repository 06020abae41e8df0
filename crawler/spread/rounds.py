"""Rounds of the event loop, given to one task at a time, so that none lasts long.

A worker of hundreds of visits may have as many that are ready to go on: answers and pages have come, scratch archives are to be
made or closed, some milliseconds each. In one round that is seconds. An answer of the database takes several rounds; leases
and signs of life must not wait for it that long.
"""

from __future__ import annotations

import asyncio
from collections import deque


class Rounds:
    """Hands out the rounds, in the order in which they are asked for."""

    def __init__(self) -> None:
        self._is_taken = False
        self._first: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()

    async def next(self, *, first: bool = False) -> None:
        """Wait for a round in which no other task that asks here goes on. `first`: before those that do not ask so.

        What a visit does with an answer has time until its next request; a visit that begins asks its server the sooner.
        """
        if self._is_taken:
            await self._wait(self._first if first else self._others)
        self._is_taken = True
        try:
            await asyncio.sleep(0)
        finally:
            self._pass_on()

    async def _wait(self, waiting: deque[asyncio.Future[None]]) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it had just got the round
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        for waiting in (self._first, self._others):
            while waiting:
                turn = waiting.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self._is_taken = False
