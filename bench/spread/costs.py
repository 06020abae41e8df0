"""What the planner, the queue and entering cost: a pass over 100,000 sources, a job at 100,000 queued, captures a second."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import psycopg

from bench.site import World
from bench.spread.web import measured
from crawler.archive import EMPTY_SLICE, SEGMENTS_FOLDER, Archive, VisitHistory
from crawler.fetch import parse_connect_to
from crawler.field.times import utc_now
from crawler.model import Site, SiteVisit, VisitState
from crawler.reading.pages import PageProcess
from crawler.sources import load_sites
from crawler.spread.planning import ServerVisit, plan_visits
from crawler.spread.queue.jobs import open_queue
from crawler.spread.queue.overview import busy_servers, failures
from crawler.spread.visit import VisitJob, visit
from tests.spread.servers import Postgres

SOURCES = 100_000
MAX_PASS_SECONDS = 10.0
MAX_JOB_SECONDS = 0.005
MIN_CAPTURES_A_SECOND = 500
_JOBS = 300  # measured


def run_costs(postgres: Postgres) -> bool:
    """Measure and print all three; return whether each is within its limit."""
    planned, queued = asyncio.run(_planner(postgres)), asyncio.run(_jobs(postgres))
    entered = _entering()
    return planned <= MAX_PASS_SECONDS and queued <= MAX_JOB_SECONDS and entered >= MIN_CAPTURES_A_SECOND


async def _planner(postgres: Postgres) -> float:
    database = postgres.new_database()
    now = datetime.now(UTC)
    sites = [
        Site(id=f"s{n}", name="", region="420100", lists=(f"http://h{n}.gov.test/l/",))
        for n in range(SOURCES)
    ]
    pasts = {site.id: _past(site, now - timedelta(hours=n % 50)) for n, site in enumerate(sites)}
    async with open_queue(database) as queue:
        begun = time.monotonic()
        busy, failed = await busy_servers(database), await failures(database)
        planned = plan_visits(sites, pasts, now, busy=busy, failures=failed)
        thought = time.monotonic()
        await queue.defer_visits(planned)
    took = time.monotonic() - begun
    print(
        f"planner: {SOURCES:,} sources, {len(planned):,} visits queued in {took:.1f} s,"
        f" of that {time.monotonic() - thought:.1f} s in the database (at most {MAX_PASS_SECONDS:.0f} s)"
    )
    postgres.drop(database)
    return took


def _past(site: Site, at: datetime) -> VisitHistory:
    visited = SiteVisit(site_id=site.id, began_at=at, state=VisitState.COMPLETE, entries=())
    return VisitHistory(last=visited, last_credible_at=at)


async def _jobs(postgres: Postgres) -> float:
    """Return the seconds of database that a job costs: to be queued, fetched and ended, with 100,000 others queued."""
    database = postgres.new_database()
    async with open_queue(database) as queue:
        await queue.defer_visits(
            [ServerVisit(server=f"h{n}.gov.test", sites=(f"s{n}",)) for n in range(SOURCES)]
        )
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("ANALYZE procrastinate_jobs")
        manager = queue.app.job_manager
        worker, costs = await manager.register_worker(), []
        from procrastinate.jobs import Status

        for number in range(_JOBS):
            begun = time.monotonic()
            await queue.defer_visits([ServerVisit(server=f"more{number}.gov.test", sites=("s",))])
            job = await manager.fetch_job(queues=["visits"], worker_id=worker)
            await manager.finish_job(job, Status.SUCCEEDED, delete_job=False)
            costs.append(time.monotonic() - begun)
    postgres.drop(database)
    cost = median(costs)
    print(
        f"queue: a job costs {cost * 1000:.1f} ms (median of {_JOBS}) to be queued, fetched and ended with {SOURCES:,} queued"
        f" (at most {MAX_JOB_SECONDS * 1000:.0f} ms)"
    )
    return cost


def _entering() -> float:
    """Return how many captures a second are entered, from segments of 21 captures each."""
    world = World(sizes=(19,) * 40, light=True)
    with measured(world) as web, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "sources.yaml").write_text(web.sources(0.0), "utf-8")
        sites = load_sites(folder / "sources.yaml")
        mapping = parse_connect_to(web.connect_to)

        async def segments() -> dict[str, Path]:
            found: dict[str, Path] = {}
            async with PageProcess() as pages:
                for site in sites:
                    found |= await visit(
                        VisitJob(
                            sites=[site],
                            held=EMPTY_SLICE,
                            scratch=folder / site.id,
                            evidence=None,
                            command=f"worker visit {site.id}",
                            page_process=pages,
                            connect_to=mapping,
                        )
                    )
            return found

        files = asyncio.run(segments())
        captures, took = 0, 0.0
        with Archive.create(folder / "archive", clock=utc_now, notify=lambda _: None, batch=64) as archive:
            for segment, path in files.items():
                place = folder / f"in-{segment[:30]}" / SEGMENTS_FOLDER
                place.mkdir(parents=True)
                shutil.copy(path, place / segment)
                begun = time.monotonic()
                entered = archive.enter(place.parent.parent, segment, lambda _: None)
                took += time.monotonic() - begun
                assert entered is not None
                captures += entered.captures
    rate = captures / took
    print(
        f"entering: {len(files)} segments with {captures} captures, {rate:.0f} captures/s on SQLite"
        f" (at least {MIN_CAPTURES_A_SECOND})"
    )
    return rate
