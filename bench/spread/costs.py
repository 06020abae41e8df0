"""What the planner, the queue and entering cost: a pass over 100,000 sources, a job at 100,000 queued, captures a second."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import psycopg

from bench.site import World
from bench.spread.web import Measured, measured
from crawler.archive import EMPTY_SLICE, SEGMENTS_FOLDER, Archive, Reader, Slice, write_scratch
from crawler.errors import NotMerged
from crawler.fetch import parse_connect_to
from crawler.field.times import utc_now
from crawler.model import Site
from crawler.reading.pages import PageProcess
from crawler.sources import load_sites
from crawler.spread.enterer import MAX_SEGMENTS_TOGETHER
from crawler.spread.planner import plan_due
from crawler.spread.planning import ServerVisit, by_server
from crawler.spread.queue.jobs import open_queue
from crawler.spread.visit import VisitJob, hosts_of, visit
from tests.spread.servers import Postgres

SOURCES = 100_000
MAX_PASS_SECONDS = 10.0
MAX_JOB_SECONDS = 0.005
MIN_CAPTURES_A_SECOND = 500
_JOBS = 1000  # measured
_CONNECTIONS = 8


def run_costs(postgres: Postgres) -> bool:
    """Measure and print planner, queue and entering; return whether each is within its limit."""
    planned, queued = asyncio.run(_planner(postgres)), asyncio.run(_jobs(postgres))
    entered = _entering(postgres)
    return planned <= MAX_PASS_SECONDS and queued <= MAX_JOB_SECONDS and entered >= MIN_CAPTURES_A_SECOND


async def _planner(postgres: Postgres) -> float:
    """Return the seconds of the slowest pass: a worker's, which fills the queue for two workers, or one that queues all."""
    now = datetime.now(UTC)
    sites = [
        Site(id=f"s{n}", name="", region="420100", lists=(f"http://h{n}.gov.test/l/",))
        for n in range(SOURCES)
    ]
    slowest = 0.0
    with tempfile.TemporaryDirectory() as name:
        write_scratch(Path(name), _visited(sites, now), None, now)
        for at_once in (100, None):
            database = postgres.new_database()
            async with open_queue(database) as queue:
                for _ in range(2):
                    await queue.app.job_manager.register_worker()
                begun, processor = time.monotonic(), time.process_time()
                planned = await plan_due(database, by_server(sites), Path(name), at_once=at_once)
                thought, reckoned = time.monotonic(), time.process_time()
                await queue.defer_visits(planned)
            took = time.monotonic() - begun
            what = f"a pass of a worker of {at_once}" if at_once else "`enqueue --due`"
            print(
                f"planner: {SOURCES:,} sources, {what}: {len(planned):,} visits queued in {took:.1f} s, of that"
                f" {time.monotonic() - thought:.1f} s by the database, {reckoned - processor:.1f} s of processor to plan"
                f" (at most {MAX_PASS_SECONDS:.0f} s)"
            )
            slowest = max(slowest, took)
            postgres.drop(database)
    return slowest


def _visited(sites: Sequence[Site], now: datetime) -> Slice:
    """Return the rows of a catalogue in which each site was visited once, 0 to 49 hours ago."""
    run = {"id": 1, "started_at": now, "finished_at": now, "state": "finished", "command": "", "software": ""}
    visit = {
        "run_id": 1,
        "state": "complete",
        "left_over": 0,
        "requests": 8,
        "bytes": 0,
        "seconds": 12.0,
        "found": 5,
    }
    lists = {"troubled": False, "years": [], "entries": [], "frontier": [], "ended_at": None}
    visits = [
        {**visit, **lists, "id": n + 1, "site_id": site.id, "began_at": now - timedelta(hours=n % 50)}
        for n, site in enumerate(sites)
    ]
    return Slice(rows={"runs": [run], "visits": visits})


async def _jobs(postgres: Postgres) -> float:
    """Return the seconds of database that a job costs, with 100,000 others queued: to be queued, fetched and ended.

    Queued together, as a planner does, and with as many connections as a worker has: what a job waits for the disk, others use.
    """
    from procrastinate.jobs import Status

    database = postgres.new_database()
    async with open_queue(database, connections=_CONNECTIONS) as queue:
        await queue.defer_visits(
            [ServerVisit(server=f"h{n}.gov.test", sites=(f"s{n}",)) for n in range(SOURCES)]
        )
        manager = queue.app.job_manager
        worker, waits = await manager.register_worker(), list[float]()
        further = [ServerVisit(server=f"more{n}.gov.test", sites=(f"more{n}",)) for n in range(_JOBS)]
        numbers = iter(range(_JOBS))

        async def one_after_the_other() -> None:
            for _ in numbers:
                begun = time.monotonic()
                job = await manager.fetch_job(queues=["visits"], worker_id=worker)
                await manager.finish_job(job, Status.SUCCEEDED, delete_job=False)
                waits.append(time.monotonic() - begun)

        await asyncio.gather(*(manager.check_connection_async() for _ in range(_CONNECTIONS)))
        processor, begun = _processor_seconds(database), time.monotonic()
        await queue.defer_visits(further)
        await asyncio.gather(*(one_after_the_other() for _ in range(_CONNECTIONS)))
        cost = (time.monotonic() - begun) / _JOBS
        processor = (_processor_seconds(database) - processor) / _JOBS
    postgres.drop(database)
    print(
        f"queue: a job costs {cost * 1000:.1f} ms to be queued, fetched and ended over {_CONNECTIONS} connections with"
        f" {SOURCES:,} queued, of that {processor * 1000:.1f} ms of PostgreSQL's processor (at most"
        f" {MAX_JOB_SECONDS * 1000:.0f} ms); to be fetched and ended it waits {median(waits) * 1000:.1f} ms"
    )
    return cost


def _processor_seconds(database: str) -> float:
    """Return the processor time that the connections to a database on this machine have used, to 0.01 s."""
    with psycopg.connect(database) as connection:
        query = (
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        pids = [row[0] for row in connection.execute(query)]
    stats = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(each[11]) + int(each[12]) for each in stats) / os.sysconf("SC_CLK_TCK")


def _entering(postgres: Postgres) -> float:
    """Return how many captures a second are entered on PostgreSQL, the fewest; print it for SQLite too.

    Of segments of 22 captures each: of first visits, whose texts are new, and of second ones, which see them again.
    """
    world = World(sizes=(19,) * 40, light=True)
    with measured(world) as web, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "sources.yaml").write_text(web.sources(0.0), "utf-8")
        sites, held = load_sites(folder / "sources.yaml"), folder / "held"
        first = asyncio.run(_visited_by_workers(sites, web, folder / "first", None, utc_now))
        _entered(first, folder / "entering", held, None)
        again = asyncio.run(_visited_by_workers(sites, web, folder / "again", held, _days_later))
        for kind, database in (("SQLite", None), ("PostgreSQL", postgres.new_database())):
            rates = [
                _told(kind, what, _entered(files, folder / f"{kind}-{what}", folder / kind, database))
                for what, files in (("with new texts", first), ("of texts seen again", again))
            ]
        return min(rates)


def _days_later() -> datetime:
    return utc_now() + timedelta(days=3)


async def _visited_by_workers(
    sites: Sequence[Site], web: Measured, folder: Path, held: Path | None, clock: Callable[[], datetime]
) -> dict[str, Path]:
    """Visit sites as a worker does; return the segments by name. `held`: the archive of earlier visits."""
    found: dict[str, Path] = {}
    async with PageProcess() as pages:
        for site in sites:
            known = EMPTY_SLICE
            if held is not None:
                with Reader.read(held) as reader:
                    known = reader.slice_of([site.id], hosts_of([site]))
            job = VisitJob(
                sites=[site],
                held=known,
                scratch=folder / site.id,
                evidence=held,
                command=f"worker visit {site.id}",
                page_process=pages,
                connect_to=parse_connect_to(web.connect_to),
                clock=clock,
            )
            found |= await visit(job)
    return found


@dataclass(frozen=True)
class _Rate:
    """What entering took. `processor`: seconds that this process computed."""

    segments: int
    captures: int
    seconds: float
    processor: float


def _entered(files: Mapping[str, Path], waiting: Path, path: Path, database: str | None) -> _Rate:
    """Enter segments into an archive. `waiting`: a new folder for copies of them."""
    captures, took, worked = 0, 0.0, 0.0
    with Archive.create(
        path, clock=_days_later, notify=lambda _: None, batch=64, database=database
    ) as archive:
        for number in range(0, len(files), MAX_SEGMENTS_TOGETHER):
            names = list(files)[number : number + MAX_SEGMENTS_TOGETHER]
            places = {name: waiting / f"{number}-{place}" for place, name in enumerate(names)}
            for name, place in places.items():
                (place / SEGMENTS_FOLDER).mkdir(parents=True)
                shutil.copy(files[name], place / SEGMENTS_FOLDER / name)
            begun, busy = time.monotonic(), time.process_time()
            entered = archive.enter_all(places, lambda _: None, _refused)
            archive.flush()  # the text files too
            took, worked = took + time.monotonic() - begun, worked + time.process_time() - busy
            captures += sum(each.captures for each in entered)
    return _Rate(len(files), captures, took, worked)


def _told(kind: str, what: str, rate: _Rate) -> float:
    """Print a rate, and return how many captures a second it is."""
    found = rate.captures / rate.seconds
    print(
        f"entering: {rate.segments} segments {what}, {rate.captures} captures, {found:.0f} captures/s on {kind}, of which this"
        f" process computes {rate.processor / rate.captures * 1000:.1f} ms each (at least {MIN_CAPTURES_A_SECOND})"
    )
    return found


def _refused(name: str, fault: NotMerged) -> None:
    raise fault
