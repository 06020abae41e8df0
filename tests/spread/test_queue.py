"""The queue in a real PostgreSQL: each server once, stalled jobs failed, what failed counted."""

from __future__ import annotations

import psycopg

from crawler.spread.planning import ServerVisit
from crawler.spread.queue.jobs import open_queue
from crawler.spread.queue.overview import busy_servers, failures, overview


def a_visit(number: int) -> ServerVisit:
    return ServerVisit(server=f"{number}.gov.cn", sites=(f"site-{number}",))


async def test_a_server_is_queued_once_also_among_many(database: str) -> None:
    async with open_queue(database) as queue:
        assert await queue.defer_visits([a_visit(5)]) == 1
        assert await queue.defer_visits([a_visit(number) for number in range(12)]) == 11
        assert await queue.defer_visits([a_visit(number) for number in range(12)]) == 0
    assert await busy_servers(database) == {f"{number}.gov.cn" for number in range(12)}


async def test_a_server_is_busy_until_its_segment_is_entered(database: str) -> None:
    async with open_queue(database) as queue:
        assert await queue.defer_enter("name", "a.gov.cn")
        assert await queue.defer_enter("name", "a.gov.cn")  # queued once
    assert await busy_servers(database) == {"a.gov.cn"}
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
        assert await failures(database) == {}
        await queue.defer_visits([a_visit(2)])
        worker = await queue.app.job_manager.register_worker()
        await queue.app.job_manager.fetch_job(queues=["visits"], worker_id=worker)
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("DELETE FROM procrastinate_workers")  # as a starting worker prunes them
        assert await queue.fail_stalled(30) == ["2.gov.cn"]
    found = await failures(database)
    assert {server: each.number for server, each in found.items()} == {"2.gov.cn": 1}


def job_status() -> object:
    from procrastinate.jobs import Status

    return Status.TODO
