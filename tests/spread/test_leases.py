"""Leases: one holder a server at a time, the gap carried over, a paused holder stopped before its next byte."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import pytest

from crawler.crawl.halt import Halt
from crawler.errors import Halted
from crawler.spread.leases import MARGIN_SECONDS, Leases
from crawler.spread.queue.jobs import open_queue

LEASE = MARGIN_SECONDS + 1.0


@asynccontextmanager
async def workers(database: str, *names: str, lease: float = LEASE) -> AsyncIterator[list[Leases]]:
    async with open_queue(database):  # makes the tables
        pass
    all_leases = [Leases(database, name, lease) for name in names]
    for leases in all_leases:
        await leases.__aenter__()
    try:
        yield all_leases
    finally:
        for leases in all_leases:
            await leases.__aexit__(None, None, None)


async def test_two_visits_never_ask_a_server_at_once_nor_sooner_than_the_gap(database: str) -> None:
    """Though one of them knows it by two addresses."""
    spans: list[tuple[float, float]] = []

    async def ask(leases: Leases, server: str, addresses: list[str]) -> None:
        async with leases.visit(server, 1, Halt()) as lease:
            assert lease is not None
            for _ in range(5):
                async with lease.turn(addresses, 0.1) as turn:
                    turn.check()
                    begun = time.monotonic()
                    await asyncio.sleep(0.02)
                    spans.append((begun, time.monotonic()))

    async with workers(database, "one", "two") as (one, two):
        await asyncio.gather(
            ask(one, "a.gov.cn", ["192.0.2.1"]), ask(two, "b.gov.cn", ["192.0.2.1", "192.0.2.2"])
        )
    spans.sort()
    gaps = [later[0] - earlier[0] for earlier, later in itertools.pairwise(spans)]
    assert len(spans) == 10
    assert min(gaps) >= 0.1
    assert all(later[0] >= earlier[1] for earlier, later in itertools.pairwise(spans))


async def test_other_servers_are_not_waited_for(database: str) -> None:
    async with (
        workers(database, "one") as (one,),
        one.visit("a.gov.cn", 1, Halt()) as lease,
    ):
        assert lease is not None
        async with lease.turn(["192.0.2.1"], 60.0), lease.turn(["192.0.2.2"], 60.0):
            pass


async def test_a_visit_is_one_workers(database: str) -> None:
    async with (
        workers(database, "one", "two") as (one, two),
        one.visit("a.gov.cn", 1, Halt()) as first,
        two.visit("a.gov.cn", 2, Halt()) as second,
    ):
        assert first is not None
        assert second is None


async def test_a_killed_holder_keeps_a_server_no_longer_than_its_lease(database: str) -> None:
    async def hold(leases: Leases, has: asyncio.Event) -> None:
        async with leases.visit("a.gov.cn", 1, Halt()) as lease:
            assert lease is not None
            async with lease.turn(["192.0.2.1"], 0.0):
                has.set()
                await asyncio.sleep(60)

    async with workers(database, "one", "two") as (one, two):
        has = asyncio.Event()
        killed = asyncio.create_task(hold(one, has))
        await has.wait()
        assert one._renewing is not None
        one._renewing.cancel()  # as a kill ends it
        begun = time.monotonic()
        async with two.visit("b.gov.cn", 1, Halt()) as other:
            assert other is not None
            async with other.turn(["192.0.2.1"], 0.0):
                waited = time.monotonic() - begun
        assert isinstance((await asyncio.gather(killed, return_exceptions=True))[0], Halted)
        assert MARGIN_SECONDS <= waited <= LEASE + 1.0


async def test_a_paused_holder_finds_its_lease_ended_before_its_next_byte_and_its_next_request(
    database: str,
) -> None:
    halt = Halt()
    async with workers(database, "one", "two") as (one, two):
        async with one.visit("a.gov.cn", 1, halt) as lease:
            assert lease is not None
            async with lease.turn(["192.0.2.1"], 0.0) as turn:
                assert one._renewing is not None
                one._renewing.cancel()  # a paused process renews nothing
                await _taken_over(two)
                time.sleep(LEASE)  # noqa: ASYNC251
                with pytest.raises(Halted):
                    turn.check()
            with pytest.raises(Halted):
                async with lease.turn(["192.0.2.1"], 0.0):
                    pass
        assert halt.why is not None


async def _taken_over(leases: Leases) -> None:
    """Let another worker take the visit, whose lease ends meanwhile."""
    async with await psycopg.AsyncConnection.connect(leases.url, autocommit=True) as connection:
        await connection.execute("UPDATE server_budget SET lease_until = clock_timestamp()")
    async with leases.visit("a.gov.cn", 2, Halt()) as lease:
        assert lease is not None


async def test_a_held_lease_is_renewed_as_long_as_its_request_takes(database: str) -> None:
    async with (
        workers(database, "one", "two") as (one, two),
        one.visit("a.gov.cn", 1, Halt()) as lease,
        two.visit("b.gov.cn", 1, Halt()) as other,
    ):
        assert lease is not None
        assert other is not None
        async with lease.turn(["192.0.2.1"], 0.0) as turn:
            second = asyncio.create_task(_turn(other))
            await asyncio.sleep(2 * LEASE)
            turn.check()
            assert not second.done()
        await second


async def _turn(lease: object) -> None:
    async with lease.turn(["192.0.2.1"], 0.0):  # type: ignore[attr-defined]
        pass


async def test_retry_after_holds_for_other_workers_too(database: str) -> None:
    async with (
        workers(database, "one", "two") as (one, two),
        one.visit("a.gov.cn", 1, Halt()) as lease,
        two.visit("b.gov.cn", 1, Halt()) as other,
    ):
        assert lease is not None
        assert other is not None
        async with lease.turn(["192.0.2.1"], 0.0) as turn:
            turn.close_for(0.6)
        begun = time.monotonic()
        async with other.turn(["192.0.2.1"], 0.0):
            assert time.monotonic() - begun >= 0.5
