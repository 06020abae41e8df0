"""Rounds of the event loop: one task in each, those that begin first, none lost with a task that is cancelled."""

from __future__ import annotations

import asyncio
from collections import Counter

from crawler.spread.rounds import Rounds


async def test_of_tasks_that_are_ready_together_one_goes_on_in_a_round() -> None:
    rounds, now = Rounds(), 0
    went_on: Counter[int] = Counter()

    async def task() -> None:
        await rounds.next()
        went_on[now] += 1

    tasks = [asyncio.create_task(task()) for _ in range(50)]
    while not all(each.done() for each in tasks):
        await asyncio.sleep(0)
        now += 1
    assert sum(went_on.values()) == 50
    assert set(went_on.values()) == {1}
    assert now < 4 * 50


async def test_who_begins_goes_before_those_who_wait_and_else_the_order_is_kept() -> None:
    rounds = Rounds()
    order: list[str] = []

    async def task(name: str, *, first: bool) -> None:
        await rounds.next(first=first)
        order.append(name)

    names = ["a", "b", "c", "D", "d", "E"]
    await asyncio.gather(*(task(name, first=name.isupper()) for name in names))
    assert order == ["a", "D", "E", "b", "c", "d"]


async def test_a_task_that_is_cancelled_takes_no_round_with_it() -> None:
    """At whatever moment: while it waits, when its round has just been given to it, in its round."""
    for steps in range(8):
        rounds = Rounds()
        cancelled, other = (asyncio.create_task(rounds.next()) for _ in range(2))
        victims = [cancelled, asyncio.create_task(rounds.next())]
        for _ in range(steps):
            await asyncio.sleep(0)
        for victim in victims:
            victim.cancel()
        await asyncio.wait_for(asyncio.gather(other, *victims, return_exceptions=True), 5)
        await asyncio.wait_for(rounds.next(), 5)
        assert not other.cancelled()
