"""Leases in PostgreSQL: one holder a server at a time, over all workers, with the gap between two requests.

The table `server_budget` has a row for each server (an IP address, or a host's name where no address is known) and one for
each visit under way. A lease has a fence, a number that grows with each change of its holder. It ends by itself: a worker
that is killed holds its servers no longer than LEASE_SECONDS, and one that was paused finds out before its next byte.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from crawler.crawl.halt import Halt
from crawler.errors import Halted
from crawler.fetch import Turn
from crawler.spread.budget import UNREACHED, Budget, Taken
from crawler.spread.rounds import Rounds

LEASE_SECONDS = 15.0
"""A lease that is not renewed ends after so long. It is renewed after a third of it."""

MARGIN_SECONDS = 1.0
"""A holder stops so long before its lease ends by the database's clock: what is on its way arrives."""

POLL_SECONDS = 0.25
"""Longest wait between two questions for a server that another one holds."""

VISIT = "visit:"
"""Start of the keys of visits. No server's name has a colon there: an address has digits before it."""

_VISIT_ATTEMPTS = 4
"""Attempts to take the lease of a visit. When hundreds begin together, some wait long for a connection."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Held:
    """A lease that this process holds: until when, by its own monotonic clock."""

    keys: tuple[str, ...]
    holder: str
    until: float
    halt: Halt
    sent_at: float | None = None
    closed: float = 0.0  # seconds that the server wants to be left alone, from the answer on
    timeout: asyncio.Timeout | None = None

    def check(self) -> None:
        """Note that bytes are sent now. Raises Halted if the lease has ended."""
        now = time.monotonic()
        if now >= self.until:
            raise _lost(self.halt)
        self.sent_at = now

    def close_for(self, seconds: float) -> None:
        """Let nobody ask the server for so long from now."""
        self.closed = max(self.closed, seconds)

    def extend(self, until: float) -> None:
        """Note that the lease was renewed until then."""
        self.until = until
        if self.timeout is not None:
            with suppress(RuntimeError):  # it has just ended
                self.timeout.reschedule(_loop_time(until))


def _loop_time(monotonic: float) -> float:
    return asyncio.get_running_loop().time() + monotonic - time.monotonic()


def _lost(halt: Halt) -> Halted:
    halt.request("its lease has ended")
    return Halted("the lease of this visit has ended: another worker may have it")


@dataclass(slots=True)
class Leases:
    """The leases of one process. `async with` opens its connections and renews what is held."""

    url: str
    name: str  # of this process, unique among all
    lease: float = LEASE_SECONDS
    rounds: Rounds = field(default_factory=Rounds)  # in which visits go on with their answers
    _budget: Budget = field(init=False)
    _held: dict[int, _Held] = field(default_factory=dict)
    _renewing: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self._budget = Budget(self.url, self.lease)

    async def __aenter__(self) -> Self:
        await self._budget.open()
        self._renewing = asyncio.create_task(self._renew_in_intervals())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._renewing is not None
        self._renewing.cancel()
        await asyncio.gather(self._renewing, return_exceptions=True)
        await self._budget.close()

    @asynccontextmanager
    async def visit(self, server: str, number: int, halt: Halt) -> AsyncIterator[VisitLease | None]:
        """Hold a visit of a server's sites; None if another worker has it. `number`: of the job, for people.

        Raises psycopg.OperationalError, PoolTimeout or OSError if the database cannot be reached for a while.
        """
        holder, key = f"{self.name}/{number}", VISIT + server
        taken = await self._take_visit(key, holder)
        if taken.verdict != "taken":
            yield None
            return
        held = self._hold((key,), holder, halt, taken.asked_at)
        try:
            yield VisitLease(self, held, key, taken.fence)
        finally:
            self._release(held)

    async def _take_visit(self, key: str, holder: str) -> Taken:
        for _ in range(_VISIT_ATTEMPTS - 1):
            with suppress(*UNREACHED):
                return await self._budget.take((key,), holder, 0.0)
            await asyncio.sleep(POLL_SECONDS)
        return await self._budget.take((key,), holder, 0.0)

    async def take_turn(self, lease: VisitLease, servers: Sequence[str], gap: float) -> _Held:
        """Wait for a turn at servers. Raises Halted."""
        keys, held = tuple(sorted(set(servers))), lease.held
        while True:
            wait = POLL_SECONDS
            try:
                taken = await self._budget.take(keys, held.holder, gap, lease.key, lease.fence)
            except UNREACHED as error:
                log.warning("leases", extra={"error": type(error).__name__})
                if time.monotonic() >= held.until:
                    raise _lost(held.halt) from error
            else:
                if taken.verdict == "taken":
                    return self._hold(keys, held.holder, held.halt, taken.asked_at)
                if taken.verdict == "lost":
                    raise _lost(held.halt)
                wait = taken.wait
            await held.halt.sleep(min(max(wait, 0.001), POLL_SECONDS))

    def _hold(self, keys: tuple[str, ...], holder: str, halt: Halt, asked_at: float) -> _Held:
        held = _Held(keys, holder, asked_at + self.lease - MARGIN_SECONDS, halt)
        self._held[id(held)] = held
        return held

    def _release(self, held: _Held, gap: float = 0.0) -> None:
        """Give a lease back. `gap`: counts from when the request was sent."""
        self._held.pop(id(held), None)
        if any(
            each.holder == held.holder and set(each.keys) & set(held.keys) for each in self._held.values()
        ):
            return  # another request of the same visit is under way there, as `at_once` allows
        free_at = time.monotonic() + held.closed
        if held.sent_at is not None:
            free_at = max(free_at, held.sent_at + gap)
        self._budget.release(held.keys, held.holder, free_at)

    async def _renew_in_intervals(self) -> None:
        while True:
            await asyncio.sleep(self.lease / 3)
            if not self._held:
                continue
            try:
                await self._renew(list(self._held.values()))
            except UNREACHED as error:
                log.warning("leases", extra={"error": type(error).__name__})

    async def _renew(self, held: Sequence[_Held]) -> None:
        """Renew leases. One that another holder has is given up, with its visit."""
        begun = time.monotonic()
        kept = await self._budget.renew([(key, each.holder) for each in held for key in each.keys])
        for each in held:
            if all((key, each.holder) in kept for key in each.keys):
                each.extend(begun + self.lease - MARGIN_SECONDS)
            else:
                _lost(each.halt)


@dataclass(frozen=True, slots=True)
class VisitLease:
    """A visit's lease, and the turns of its requests."""

    leases: Leases
    held: _Held
    key: str
    fence: int

    @asynccontextmanager
    async def turn(self, servers: Sequence[str], gap: float) -> AsyncIterator[Turn]:
        """Hold servers for one request; see `crawler.fetch.Turns`."""
        held = await self.leases.take_turn(self, servers, gap)
        try:
            async with asyncio.timeout_at(_loop_time(held.until)) as timeout:
                held.timeout = timeout
                yield held
        except TimeoutError as error:
            if timeout.expired():
                raise _lost(self.held.halt) from error
            raise
        finally:
            self.leases._release(held, gap)
        await self.leases.rounds.next()
