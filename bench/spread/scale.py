"""Makespan of 1, 2 and 4 workers against many hosts with delays, compared with the ideal: every host by itself at once.

The delay is chosen so that politeness sets the pace: one worker needs the processor for less than a third of the ideal's
duration, which is printed. With a delay of a second, 300 hosts would give the processor 300 pages a second.
"""

from __future__ import annotations

import asyncio
import json
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psycopg

from bench.site import World
from bench.spread.web import Measured, Span, measured
from crawler.sources import load_sites
from crawler.spread.planner import queue_visits
from tests.spread.servers import Postgres

HOSTS, PAGES, DELAY, SERVICE = 300, 5, 20.0, 0.05
MAX_RATIO = 1.05
MAX_PROCESSOR_SHARE = 1 / 3
MAX_SECONDS = 240.0  # of one measurement: what is slower has failed

_IDLE = (
    "SELECT count(*) = 0 FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND task_name = 'visit'"
)
_READY = "SELECT count(*) = %s FROM procrastinate_workers"
_ROWS_OF_A_WORKER = 2  # it fetches visits and, apart from them, the sweep


def run_scale(postgres: Postgres, folder: Path, *, hosts: int = HOSTS, delay: float = DELAY) -> bool:
    """Measure and print each number of workers; return whether each is within the ratio."""
    world = World(sizes=(PAGES,) * hosts, light=True, service=SERVICE)
    well = True
    for number in (1, 2, 4):
        database = postgres.new_database()
        processor = _processor_of_children()
        with measured(world) as web:
            spans = _crawled(web, database, folder / str(number), number, delay)
        processor = (
            _processor_of_children() - processor
        )  # of the workers with their readers of pages, and the web
        requests = Counter(span[0] for span in spans)
        makespan = max(span[3] for span in spans) - min(span[2] for span in spans)
        ideal = (max(requests.values()) - 1) * delay + SERVICE
        ratio, share = makespan / ideal, processor / ideal / number
        is_whole = len(requests) == hosts and len(set(requests.values())) == 1
        well &= is_whole and ratio <= MAX_RATIO and share <= MAX_PROCESSOR_SHARE
        print(
            f"scale: {number} workers, {hosts} hosts, {len(spans)} requests, delay {delay:g} s: {makespan:.1f} s, ideal {ideal:.1f} s,"
            f" ratio {ratio:.3f} (at most {MAX_RATIO}); processor of workers and web {processor:.0f} s,"
            f" {share:.0%} of the ideal a worker; all visited: {is_whole}",
            flush=True,
        )
        postgres.drop(database)
    return well


def _crawled(web: Measured, database: str, folder: Path, number: int, delay: float) -> list[Span]:
    """Start workers, queue all visits when they wait, and return the requests when all have ended."""
    folder.mkdir()
    (folder / "sources.yaml").write_text(web.sources(delay), "utf-8")
    given = {
        "sources": str(folder / "sources.yaml"),
        "archive": str(folder / "archive"),
        "queue": database,
        "segments": str(folder / "segments"),
        "scratch": str(folder / "scratch"),
        "at_once": -(-len(web.world.sizes) // number),
        "connect_to": web.connect_to,
        "lease": 15.0,
        "stalled": 30.0,
    }
    command = [sys.executable, "-m", "bench.spread.process", "worker", json.dumps(given)]
    sites = load_sites(folder / "sources.yaml")
    asyncio.run(queue_visits(database, [], folder / "archive"))  # makes the queue's tables
    workers = [subprocess.Popen(command) for _ in range(number)]
    try:
        with psycopg.connect(database, autocommit=True) as connection:

            def holds(sql: str, *values: object) -> Callable[[], bool]:
                return lambda: bool((connection.execute(sql, values).fetchone() or (False,))[0])

            _wait(holds(_READY, number * _ROWS_OF_A_WORKER))
            asyncio.run(queue_visits(database, sites, folder / "archive"))
            _wait(holds(_IDLE))
        return web.spans()
    finally:
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        for worker in workers:
            worker.wait(60)


def _wait(done: Callable[[], bool]) -> None:
    end = time.monotonic() + MAX_SECONDS
    while not done() and time.monotonic() < end:
        time.sleep(0.5)


def _processor_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
