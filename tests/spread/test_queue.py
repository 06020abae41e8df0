"""The queue in a real PostgreSQL: each server once, stalled jobs failed, what failed counted."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psycopg

from crawler.model import Site
from crawler.spread.planner import plan_due
from crawler.spread.planning import VISITS_AHEAD, ServerVisit, by_server
from crawler.spread.queue.jobs import Handlers, open_queue
from crawler.spread.queue.overview import overview, queue_state


def a_visit(number: int) -> ServerVisit:
    return ServerVisit(server=f"{number}.gov.cn", sites=(f"site-{number}",))


async def test_a_server_is_queued_once_also_among_many(database: str) -> None:
    async with open_queue(database) as queue:
        assert await queue.defer_visits([a_visit(5)]) == 1
        assert await queue.defer_visits([a_visit(number) for number in range(12)]) == 11
        assert await queue.defer_visits([a_visit(number) for number in range(12)]) == 0
    assert (await queue_state(database)).busy == {f"{number}.gov.cn" for number in range(12)}


async def test_planners_that_queue_the_same_servers_in_other_orders_queue_each_once(database: str) -> None:
    visits = [a_visit(number) for number in range(2000)]
    async with open_queue(database) as queue:
        queued = await asyncio.gather(queue.defer_visits(visits), queue.defer_visits(visits[::-1]))
    assert sum(queued) == 2000


async def test_jobs_are_fetched_in_the_order_in_which_they_are_queued(database: str) -> None:
    async with open_queue(database) as queue:
        await queue.defer_visits([a_visit(3), a_visit(1), a_visit(2)])
        manager = queue.app.job_manager
        worker = await manager.register_worker()
        jobs = [await manager.fetch_job(queues=["visits"], worker_id=worker) for _ in range(3)]
    assert [(job.lock, job.task_kwargs) for job in jobs] == [
        (f"{n}.gov.cn", {"server": f"{n}.gov.cn", "sites": [f"site-{n}"]}) for n in (3, 1, 2)
    ]


async def test_what_is_queued_first_is_fetched_before_the_rest(database: str) -> None:
    async with open_queue(database) as queue:
        await queue.defer_visits([a_visit(1), a_visit(2)])
        await queue.defer_visits([a_visit(3)], first=True)
        manager = queue.app.job_manager
        worker = await manager.register_worker()
        jobs = [await manager.fetch_job(queues=["visits"], worker_id=worker) for _ in range(3)]
    assert [job.lock for job in jobs] == ["3.gov.cn", "1.gov.cn", "2.gov.cn"]


async def test_a_pass_of_a_worker_queues_no_more_than_there_is_room_for(
    database: str, tmp_path: Path
) -> None:
    sites = [Site(id=f"s{n}", name="", region="420100", lists=(f"http://{n}.gov.cn/l/",)) for n in range(100)]
    servers = by_server(sites)
    async with open_queue(database) as queue:
        first = await plan_due(database, servers, tmp_path, at_once=1)
        assert len(first) == VISITS_AHEAD
        await queue.defer_visits(first)
        assert (await queue_state(database)).waiting == VISITS_AHEAD
        assert await plan_due(database, servers, tmp_path, at_once=1) == []
        await queue.app.job_manager.register_worker()
        await queue.app.job_manager.register_worker()
        second = await plan_due(database, servers, tmp_path, at_once=1)
    assert {each.server for each in first} | {each.server for each in second} == servers.keys()


async def test_after_many_jobs_the_table_has_statistics_and_an_index_by_lock(database: str) -> None:
    async with open_queue(database) as queue:
        await queue.defer_visits([a_visit(number) for number in range(1000)])
    with psycopg.connect(database) as connection:
        known = connection.execute("SELECT reltuples FROM pg_class WHERE relname = 'procrastinate_jobs'")
        assert known.fetchone() == (1000.0,)
        index = connection.execute("SELECT to_regclass('fazhi_jobs_lock') IS NOT NULL")
        assert index.fetchone() == (True,)


async def test_a_server_is_busy_until_its_segment_is_entered(database: str) -> None:
    async with open_queue(database) as queue:
        assert await queue.defer_enter("name", "a.gov.cn")
        assert await queue.defer_enter("name", "a.gov.cn")  # queued once
    assert (await queue_state(database)).busy == {"a.gov.cn"}
    assert (await overview(database, most=10)).counts == {"enter": {"todo": 1}}


async def test_jobs_of_a_dead_worker_fail_and_are_counted_until_a_visit_succeeds(database: str) -> None:
    async with open_queue(database) as queue:
        for ends_well in (False, False, True):
            await queue.defer_visits([a_visit(1)])
            worker = await queue.app.job_manager.register_worker()
            job = await queue.app.job_manager.fetch_job(queues=["visits"], worker_id=worker)
            assert await queue.fail_stalled(30) == []  # alive
            if ends_well:
                await queue.app.job_manager.finish_job(job, type(job_status()).SUCCEEDED, delete_job=False)
                break
            with psycopg.connect(database, autocommit=True) as connection:
                connection.execute(
                    "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'"
                )
            assert await queue.fail_stalled(30) == ["1.gov.cn"]
            assert await queue.fail_stalled(30) == []
        assert (await queue_state(database)).failures == {}
        await queue.defer_visits([a_visit(2)])
        worker = await queue.app.job_manager.register_worker()
        await queue.app.job_manager.fetch_job(queues=["visits"], worker_id=worker)
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("DELETE FROM procrastinate_workers")  # as a starting worker prunes them
        assert await queue.fail_stalled(30) == ["2.gov.cn"]
    found = (await queue_state(database)).failures
    assert {server: each.number for server, each in found.items()} == {"2.gov.cn": 1}


async def test_the_job_of_a_killed_sweeper_keeps_no_other_sweeper_from_ending_it(database: str) -> None:
    async def sweep() -> None: ...

    async with open_queue(database, Handlers(sweep=sweep)) as queue:
        manager, task = queue.app.job_manager, queue.app.tasks["sweep"]
        for timestamp in (1, 2):
            await task.defer_async(timestamp=timestamp)
            job = await manager.fetch_job(queues=["upkeep"], worker_id=await manager.register_worker())
            assert job is not None
            assert job.task_kwargs == {"timestamp": timestamp}
            if timestamp == 1:
                with psycopg.connect(database, autocommit=True) as connection:
                    connection.execute("DELETE FROM procrastinate_workers")  # its worker was killed
        assert await queue.fail_stalled(30) == ["sweep"]
    assert (await overview(database, most=9)).counts == {"sweep": {"doing": 1, "failed": 1}}


async def test_two_sweepers_at_once_end_a_job_once(database: str) -> None:
    async with open_queue(database) as queue:
        await queue.defer_visits([a_visit(number) for number in range(30)])
        manager = queue.app.job_manager
        worker = await manager.register_worker()
        for _ in range(30):
            await manager.fetch_job(queues=["visits"], worker_id=worker)
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("DELETE FROM procrastinate_workers")
        one, two = await asyncio.gather(queue.fail_stalled(30), queue.fail_stalled(30))
    assert sorted([*one, *two]) == sorted(f"{number}.gov.cn" for number in range(30))


def job_status() -> object:
    from procrastinate.jobs import Status

    return Status.TODO
