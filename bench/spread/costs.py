"""What the planner, the queue and entering cost: a pass over 100,000 sources, a job at 100,000 queued, captures a second."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from bench.site import World
from bench.spread.web import measured
from crawler.archive import EMPTY_SLICE, SEGMENTS_FOLDER, Archive, VisitHistory
from crawler.errors import NotMerged
from crawler.fetch import parse_connect_to
from crawler.field.times import utc_now
from crawler.model import Site, SiteVisit, VisitState
from crawler.reading.pages import PageProcess
from crawler.sources import load_sites
from crawler.spread.enterer import MAX_SEGMENTS_TOGETHER
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
    entered = _entering(postgres)
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


def _entering(postgres: Postgres) -> float:
    """Return how many captures a second are entered on PostgreSQL, from segments of 22 captures each; print it for SQLite too."""
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
        _entered("SQLite", files, folder, None)
        return _entered("PostgreSQL", files, folder, postgres.new_database())


def _entered(kind: str, files: Mapping[str, Path], folder: Path, database: str | None) -> float:
    """Enter segments into an archive of its own; return how many captures a second."""
    captures, took, worked = 0, 0.0, 0.0
    path = folder / f"archive-{kind}"
    with Archive.create(path, clock=utc_now, notify=lambda _: None, batch=64, database=database) as archive:
        for number in range(0, len(files), MAX_SEGMENTS_TOGETHER):
            names = list(files)[number : number + MAX_SEGMENTS_TOGETHER]
            places = {name: folder / kind / f"{number}-{place}" for place, name in enumerate(names)}
            for name, place in places.items():
                (place / SEGMENTS_FOLDER).mkdir(parents=True)
                shutil.copy(files[name], place / SEGMENTS_FOLDER / name)
            begun, busy = time.monotonic(), time.process_time()
            entered = archive.enter_all(places, lambda _: None, _refused)
            archive.flush()  # the text files too
            took, worked = took + time.monotonic() - begun, worked + time.process_time() - busy
            captures += sum(each.captures for each in entered)
    rate = captures / took
    print(
        f"entering: {len(files)} segments with {captures} captures, {rate:.0f} captures/s on {kind}, of which this process"
        f" computes {worked / captures * 1000:.1f} ms each (at least {MIN_CAPTURES_A_SECOND})"
    )
    return rate


def _refused(name: str, fault: NotMerged) -> None:
    raise fault
