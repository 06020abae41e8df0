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
from typing import Any, Self

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from crawler.crawl.halt import Halt
from crawler.errors import Halted
from crawler.fetch import Turn

LEASE_SECONDS = 15.0
"""A lease that is not renewed ends after so long. It is renewed after a third of it."""

MARGIN_SECONDS = 1.0
"""A holder stops so long before its lease ends by the database's clock: what is on its way arrives."""

POLL_SECONDS = 0.25
"""Longest wait between two questions for a server that another one holds."""

VISIT = "visit:"
"""Start of the keys of visits. No server's name has a colon there: an address has digits before it."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS server_budget (
    key text PRIMARY KEY,
    holder text,
    fence bigint NOT NULL DEFAULT 0,
    lease_until timestamptz NOT NULL DEFAULT '-infinity',
    next_at timestamptz NOT NULL DEFAULT '-infinity'
);

CREATE OR REPLACE FUNCTION server_budget_take(
    keys text[], who text, gap float8, lease float8, visit_key text, visit_fence bigint
) RETURNS TABLE (verdict text, fence bigint, wait float8) LANGUAGE plpgsql AS $$
DECLARE
    at timestamptz;
    due timestamptz;
    holding bigint;
BEGIN
    INSERT INTO server_budget (key) SELECT unnest(keys) ORDER BY 1 ON CONFLICT DO NOTHING;
    PERFORM 1 FROM server_budget b WHERE b.key = ANY (keys) ORDER BY b.key FOR UPDATE;
    IF visit_key IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM server_budget b WHERE b.key = visit_key AND b.holder = who AND b.fence = visit_fence
    ) THEN
        RETURN QUERY SELECT 'lost'::text, 0::bigint, 0::float8;
        RETURN;
    END IF;
    at := clock_timestamp();
    SELECT max(greatest(CASE WHEN b.holder = who THEN '-infinity' ELSE b.lease_until END, b.next_at))
      INTO due FROM server_budget b WHERE b.key = ANY (keys);
    IF due > at THEN
        RETURN QUERY SELECT 'wait'::text, 0::bigint, extract(epoch FROM due - at)::float8;
        RETURN;
    END IF;
    UPDATE server_budget b
       SET fence = b.fence + CASE WHEN b.holder = who THEN 0 ELSE 1 END,
           holder = who,
           lease_until = at + make_interval(secs => lease),
           next_at = at + make_interval(secs => gap)
     WHERE b.key = ANY (keys);
    SELECT max(b.fence) INTO holding FROM server_budget b WHERE b.key = ANY (keys);
    RETURN QUERY SELECT 'taken'::text, holding, 0::float8;
END $$;
"""
"""`server_budget_take`: `taken`; or `wait`, with the seconds until the servers are free as far as is known; or `lost`, if the
visit is another holder's."""

_TAKE = "SELECT verdict, fence, wait FROM server_budget_take(%s, %s, %s, %s, %s, %s)"
_RENEW = """
UPDATE server_budget b SET lease_until = clock_timestamp() + make_interval(secs => %s)
  FROM unnest(%s::text[], %s::text[]) AS held (key, holder)
 WHERE b.key = held.key AND b.holder = held.holder
RETURNING b.key, b.holder
"""
_RELEASE = """
UPDATE server_budget SET lease_until = clock_timestamp(), next_at = greatest(next_at, clock_timestamp() + make_interval(secs => %s))
 WHERE key = ANY (%s) AND holder = %s
"""
_VISIT_ATTEMPTS = 4
"""Attempts to take the lease of a visit. When hundreds begin together, some wait long for a connection."""
_UNREACHED = (psycopg.OperationalError, PoolTimeout, OSError)

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
    connections: int = 4
    _pool: Any = None
    _held: dict[int, _Held] = field(default_factory=dict)
    _renewing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._pool = AsyncConnectionPool(
            self.url,
            min_size=1,
            max_size=self.connections,
            timeout=self.lease / 3,
            open=False,
            kwargs={"autocommit": True, "connect_timeout": 5},
        )
        await self._pool.open()
        self._renewing = asyncio.create_task(self._renew_in_intervals())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._renewing is not None
        self._renewing.cancel()
        await asyncio.gather(self._renewing, return_exceptions=True)
        await self._pool.close()

    @asynccontextmanager
    async def visit(self, server: str, number: int, halt: Halt) -> AsyncIterator[VisitLease | None]:
        """Hold a visit of a server's sites; None if another worker has it. `number`: of the job, for people.

        Raises psycopg.OperationalError, PoolTimeout or OSError if the database cannot be reached for a while.
        """
        holder, key = f"{self.name}/{number}", VISIT + server
        verdict, fence = await self._take_visit(key, holder)
        if verdict != "taken":
            yield None
            return
        held = self._hold((key,), holder, halt)
        try:
            yield VisitLease(self, held, key, fence)
        finally:
            await self._release(held)

    async def _take_visit(self, key: str, holder: str) -> tuple[str, int]:
        for _ in range(_VISIT_ATTEMPTS - 1):
            with suppress(*_UNREACHED):
                verdict, fence, _ = await self._take((key,), holder, 0.0, None, None)
                return verdict, fence
            await asyncio.sleep(POLL_SECONDS)
        verdict, fence, _ = await self._take((key,), holder, 0.0, None, None)
        return verdict, fence

    async def take_turn(self, lease: VisitLease, servers: Sequence[str], gap: float) -> _Held:
        """Wait for a turn at servers. Raises Halted."""
        keys = tuple(sorted(servers))
        while True:
            begun = time.monotonic()
            try:
                verdict, _, wait = await self._take(keys, lease.held.holder, gap, lease.key, lease.fence)
            except _UNREACHED as error:
                log.warning("leases", extra={"error": type(error).__name__})
                verdict, wait = "lost" if begun >= lease.held.until else "wait", POLL_SECONDS
            if verdict == "taken":
                return self._hold(keys, lease.held.holder, lease.held.halt, begun)
            if verdict == "lost":
                raise _lost(lease.held.halt)
            await lease.held.halt.sleep(min(max(wait, 0.001), POLL_SECONDS))

    async def _take(
        self, keys: tuple[str, ...], holder: str, gap: float, visit: str | None, fence: int | None
    ) -> tuple[str, int, float]:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_TAKE, (list(keys), holder, gap, self.lease, visit, fence))
            row = await cursor.fetchone()
        assert row is not None
        return row[0], row[1], row[2]

    def _hold(self, keys: tuple[str, ...], holder: str, halt: Halt, begun: float | None = None) -> _Held:
        until = (begun if begun is not None else time.monotonic()) + self.lease - MARGIN_SECONDS
        held = _Held(keys, holder, until, halt)
        self._held[id(held)] = held
        return held

    async def _release(self, held: _Held, gap: float = 0.0) -> None:
        """Give a lease back. `gap`: what is left of it counts from when the request was sent."""
        self._held.pop(id(held), None)
        if any(
            each.holder == held.holder and set(each.keys) & set(held.keys) for each in self._held.values()
        ):
            return  # another request of the same visit is under way there, as `at_once` allows
        now = time.monotonic()
        left = max(gap - (now - held.sent_at) if held.sent_at is not None else 0.0, held.closed, 0.0)
        try:
            async with self._pool.connection() as connection:
                await connection.execute(_RELEASE, (left, list(held.keys), held.holder))
        except _UNREACHED as error:  # it ends by itself
            log.warning("leases", extra={"error": type(error).__name__})

    async def _renew_in_intervals(self) -> None:
        while True:
            await asyncio.sleep(self.lease / 3)
            if not self._held:
                continue
            try:
                await self._renew(list(self._held.values()))
            except _UNREACHED as error:
                log.warning("leases", extra={"error": type(error).__name__})

    async def _renew(self, held: Sequence[_Held]) -> None:
        """Renew leases. One that another holder has is given up, with its visit."""
        begun = time.monotonic()
        pairs = [(key, each.holder) for each in held for key in each.keys]
        async with self._pool.connection() as connection:
            keys, holders = [key for key, _ in pairs], [holder for _, holder in pairs]
            cursor = await connection.execute(_RENEW, (self.lease, keys, holders))
            kept = {(row[0], row[1]) for row in await cursor.fetchall()}
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
            await self.leases._release(held, gap)
