"""The table of leases asked by one process: together, without waiting for each other, and again after the database was away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import pytest

from bench.spread.proxy import proxy
from crawler.spread import budget as module
from crawler.spread.budget import UNREACHED, Budget
from crawler.spread.queue.jobs import open_queue

LEASE = 6.0


@asynccontextmanager
async def opened(database: str, url: str = "") -> AsyncIterator[Budget]:
    async with open_queue(database):  # makes the tables
        pass
    budget = Budget(url or database, LEASE)
    await budget.open()
    try:
        yield budget
    finally:
        await budget.close()


def _free_in(database: str, key: str) -> float:
    """Return the seconds until a server may be taken by others."""
    query = "SELECT extract(epoch FROM greatest(lease_until, next_at) - clock_timestamp()) FROM server_budget"
    with psycopg.connect(database) as connection:
        row = connection.execute(f"{query} WHERE key = %s", (key,)).fetchone()
    assert row is not None
    return float(row[0])


async def test_hundreds_of_questions_need_a_few_statements_and_each_gets_its_own_answer(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    send = Budget._sent

    async def counted(self: Budget, releases: object, questions: list[object]) -> object:
        sizes.append(len(questions))
        return await send(self, releases, questions)  # type: ignore[arg-type]

    monkeypatch.setattr(Budget, "_sent", counted)
    async with opened(database) as budget:
        held = await budget.take(["s7"], "other", 0.0)
        answers = await asyncio.gather(*(budget.take([f"s{n}"], f"v{n}", 0.0) for n in range(300)))
    assert held.verdict == "taken"
    assert [n for n, answer in enumerate(answers) if answer.verdict != "taken"] == [7]
    assert answers[7].verdict == "wait"
    assert LEASE - 2 < answers[7].wait <= LEASE
    assert len(sizes) <= 2 + -(-300 // module._MAX_TOGETHER) + 1
    assert max(sizes) <= module._MAX_TOGETHER


async def test_two_processes_that_ask_for_the_same_servers_in_other_orders_do_not_block_each_other(
    database: str,
) -> None:
    """A deadlock would end as an error after a second."""
    pairs = [[f"s{n}", f"s{(n * 7) % 40}"] for n in range(40)]
    async with opened(database) as one, opened(database) as two:
        for _ in range(5):
            asked = [one.take(keys, f"one/{n}", 0.0) for n, keys in enumerate(pairs)]
            asked += [two.take(keys, f"two/{n}", 0.0) for n, keys in enumerate(pairs[::-1])]
            verdicts = {answer.verdict for answer in await asyncio.gather(*asked)}
            assert verdicts <= {"taken", "wait"}
            for n, keys in enumerate(pairs):
                one.release(keys, f"one/{n}", time.monotonic())
                two.release(keys, f"two/{len(pairs) - 1 - n}", time.monotonic())


async def test_what_was_taken_for_a_visit_that_is_cancelled_meanwhile_is_given_back(database: str) -> None:
    async with opened(database) as budget:
        asked = asyncio.create_task(budget.take(["s"], "cancelled", 0.0))
        await asyncio.sleep(0)
        budget._asks[0].answer.get_loop().call_soon(asked.cancel)  # the question may be sent already
        with pytest.raises(asyncio.CancelledError):
            await asked
        other = await asyncio.wait_for(_until_taken(budget, "s", "other"), LEASE / 2)
    assert other == "taken"


async def _until_taken(budget: Budget, key: str, holder: str) -> str:
    while True:
        answer = await budget.take([key], holder, 0.0)
        if answer.verdict == "taken":
            return answer.verdict
        await asyncio.sleep(min(answer.wait, 0.1))


async def test_a_release_that_could_not_be_sent_is_sent_when_the_database_is_there_again(
    database: str,
) -> None:
    """So that a Retry-After holds for the other workers all the same."""
    socket = dict(psycopg.conninfo.conninfo_to_dict(database))
    with proxy(f"{socket['host']}/.s.PGSQL.{socket.get('port', 5432)}") as line:
        url = f"postgresql://postgres@127.0.0.1:{line.port}/{socket['dbname']}"
        async with opened(database, url) as budget:
            assert (await budget.take(["s"], "visit", 0.0)).verdict == "taken"
            line.cut()
            budget.release(["s"], "visit", time.monotonic() + 3600)
            with pytest.raises(UNREACHED):
                await budget.take(["other"], "visit", 0.0)
            line.join()
            assert await _is_back(budget)  # a release goes with the first question that is answered
            assert 3000 < _free_in(database, "s") <= 3600


async def _is_back(budget: Budget) -> bool:
    for _ in range(100):
        try:
            await budget.take(["another"], "visit", 0.0)
        except UNREACHED:
            await asyncio.sleep(0.1)
        else:
            return True
    return False
