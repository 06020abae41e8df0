"""The table `server_budget`, asked by one process. What its visits ask at the same time goes in one statement.

Hundreds of visits ask for turns. If each had a statement, it would wait for one of a few connections, and then for the
event loop at each step of the answer: seconds, while the loop is busy.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext
from typing import Any, NamedTuple

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

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


_LOCKED = "SELECT key FROM server_budget WHERE key = ANY (%(keys)s) ORDER BY key FOR UPDATE"
"""Locks rows in an order that all processes keep to, so that no two wait for each other. New rows are made in this order too."""

_TAKE = f"""
WITH asked AS MATERIALIZED (
    SELECT place, ARRAY(SELECT jsonb_array_elements_text(ask -> 'keys')) AS keys, ask ->> 'holder' AS holder,
           (ask ->> 'gap')::float8 AS gap, ask ->> 'visit' AS visit, (ask ->> 'fence')::bigint AS fence
      FROM jsonb_array_elements(%(asked)s::jsonb) WITH ORDINALITY AS each (ask, place)
), made AS (
    INSERT INTO server_budget (key) SELECT unnest(%(keys)s::text[]) ORDER BY 1 ON CONFLICT DO NOTHING RETURNING 1
), new AS MATERIALIZED (SELECT count(*) AS number FROM made), locked AS MATERIALIZED ({_LOCKED}),
rows AS MATERIALIZED (SELECT new.number + (SELECT count(*) FROM locked) AS number FROM new)
SELECT place, took.verdict, took.fence, took.wait
  FROM rows, asked, LATERAL server_budget_take(
    keys, holder, gap, %(lease)s::float8 + 0 * rows.number, visit, asked.fence
  ) AS took
"""  # the lease's length depends on the number of rows, so that these are made and locked before
_RELEASE = f"""
WITH given AS MATERIALIZED (
    SELECT * FROM unnest(%(keys)s::text[], %(holders)s::text[], %(seconds)s::float8[]) AS given (key, holder, seconds)
), locked AS MATERIALIZED ({_LOCKED})
UPDATE server_budget b
   SET lease_until = clock_timestamp(),
       next_at = greatest(b.next_at, clock_timestamp() + make_interval(secs => given.seconds))
  FROM given JOIN locked USING (key)
 WHERE b.key = given.key AND b.holder = given.holder
"""
_RENEW = f"""
WITH held AS MATERIALIZED (
    SELECT * FROM unnest(%(keys)s::text[], %(holders)s::text[]) AS held (key, holder)
), locked AS MATERIALIZED ({_LOCKED})
UPDATE server_budget b SET lease_until = clock_timestamp() + make_interval(secs => %(lease)s::float8)
  FROM held JOIN locked USING (key)
 WHERE b.key = held.key AND b.holder = held.holder
RETURNING b.key, b.holder
"""
_CONNECTIONS = 2
"""One for turns, and one for renewals, which wait for no turn."""

_MAX_TOGETHER = 20
"""Questions in one statement. While it runs its rows are locked, and all visits that it answers go on at once."""

_RETRY_SECONDS = 0.25

UNREACHED = (psycopg.OperationalError, PoolTimeout, OSError)
"""Errors of a database that cannot be reached, or gives no answer in time."""

log = logging.getLogger(__name__)


class Taken(NamedTuple):
    """An answer of `server_budget_take`, and when it was asked for, by this process's monotonic clock."""

    verdict: str
    fence: int
    wait: float
    asked_at: float


class _Ask(NamedTuple):
    question: Mapping[str, Any]
    answer: asyncio.Future[Taken]


class Budget:
    """The table in a database. `lease`: seconds after which what was taken ends, unless it is renewed.

    An answer that does not come within a third of that counts as unreached.
    """

    def __init__(self, url: str, lease: float) -> None:
        self._url = url
        self._lease = lease
        self._pool: Any = None
        self._asks: list[_Ask] = []
        self._releases: dict[tuple[str, str], float] = {}  # when it is free, by key and holder
        self._wanted = asyncio.Event()
        self._sending: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Open the connections. One that cannot be made is tried again in the background."""
        self._pool = AsyncConnectionPool(
            self._url,
            min_size=1,
            max_size=_CONNECTIONS,
            timeout=self._lease / 3,
            open=False,
            kwargs={"autocommit": True, "connect_timeout": 5},
        )
        await self._pool.open()
        self._sending = asyncio.create_task(self._send_what_is_wanted())

    async def close(self) -> None:
        """Send the releases that wait, once, and close the connections."""
        assert self._sending is not None
        self._sending.cancel()
        await asyncio.gather(self._sending, return_exceptions=True)
        if self._releases:
            await self._exchange([])
        await self._pool.close()

    async def take(
        self,
        keys: Sequence[str],
        holder: str,
        gap: float,
        visit: str | None = None,
        fence: int | None = None,
    ) -> Taken:
        """Ask for servers, or for a visit. Raises one of UNREACHED."""
        question = {"keys": list(keys), "holder": holder, "gap": gap, "visit": visit, "fence": fence}
        ask = _Ask(question, asyncio.get_running_loop().create_future())
        self._asks.append(ask)
        self._wanted.set()
        return await ask.answer

    def release(self, keys: Sequence[str], holder: str, free_at: float) -> None:
        """Let others take servers from a time on, by the monotonic clock. It is sent soon, also to a database that is away now."""
        self._keep({(key, holder): free_at for key in keys})
        self._wanted.set()

    def _keep(self, releases: Mapping[tuple[str, str], float]) -> None:
        for each, free_at in releases.items():
            self._releases[each] = max(free_at, self._releases.get(each, free_at))

    async def renew(self, held: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        """Renew leases, by key and holder; return those that are still theirs. Raises one of UNREACHED."""
        keys, holders = [key for key, _ in held], [holder for _, holder in held]
        async with asyncio.timeout(self._lease / 3), self._pool.connection() as connection:
            cursor = await connection.execute(
                _RENEW, {"keys": keys, "holders": holders, "lease": self._lease}
            )
            return {(row[0], row[1]) for row in await cursor.fetchall()}

    async def _send_what_is_wanted(self) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            waiting = [ask for ask in self._asks if not ask.answer.done()]  # not those of cancelled visits
            asks, self._asks = waiting[:_MAX_TOGETHER], waiting[_MAX_TOGETHER:]
            if not await self._exchange(asks):
                await asyncio.sleep(_RETRY_SECONDS)
            if self._asks or self._releases:
                self._wanted.set()

    async def _exchange(self, asks: Sequence[_Ask]) -> bool:
        """Send the releases that wait and these questions. Return whether the database could be reached."""
        releases, self._releases = self._releases, {}
        try:
            asked_at, rows = await self._sent(releases, [ask.question for ask in asks])
        except (psycopg.Error, OSError) as error:
            log.warning("leases", extra={"error": type(error).__name__})
            if isinstance(error, UNREACHED):
                self._keep(releases)
            for ask in asks:
                if not ask.answer.done():
                    ask.answer.set_exception(error)
            return False
        for place, verdict, fence, wait in rows:
            ask, taken = asks[place - 1], Taken(verdict, fence, wait, asked_at)
            if not ask.answer.done():
                ask.answer.set_result(taken)
            elif taken.verdict == "taken":  # its visit has been cancelled meanwhile
                self.release(ask.question["keys"], ask.question["holder"], asked_at)
        return True

    async def _sent(
        self, releases: Mapping[tuple[str, str], float], questions: Sequence[Mapping[str, Any]]
    ) -> tuple[float, list[tuple[Any, ...]]]:
        """Send this, and return when it was sent, and the answers with the places of their questions, from 1."""
        async with asyncio.timeout(self._lease / 3), self._pool.connection() as connection:
            now = time.monotonic()
            async with connection.pipeline() if releases and questions else nullcontext():
                if releases:
                    given = {
                        "keys": [key for key, _ in releases],
                        "holders": [holder for _, holder in releases],
                        "seconds": [max(free_at - now, 0.0) for free_at in releases.values()],
                    }
                    await connection.execute(_RELEASE, given)
                if not questions:
                    return now, []
                keys = sorted({key for each in questions for key in each["keys"]})
                asked = {"asked": json.dumps(questions), "keys": keys, "lease": self._lease}
                cursor = await connection.execute(_TAKE, asked)
                found: list[tuple[Any, ...]] = await cursor.fetchall()
                return now, found
