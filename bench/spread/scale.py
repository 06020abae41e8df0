"""Makespan of 1, 2 and 4 workers against many hosts with delays, compared with the ideal: every host by itself at once."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path

from bench.site import World
from bench.spread.web import measured
from crawler.sources import load_sites
from crawler.spread.planner import queue_visits
from tests.spread.servers import Postgres

HOSTS, PAGES, DELAY, SERVICE = 300, 3, 2.0, 0.05
MAX_RATIO = 1.05


def run_scale(postgres: Postgres, folder: Path, *, hosts: int = HOSTS, delay: float = DELAY) -> bool:
    """Measure and print each number of workers; return whether each is within the ratio."""
    world = World(sizes=(PAGES,) * hosts, light=True, service=SERVICE)
    well = True
    for number in (1, 2, 4):
        database = postgres.new_database()
        with measured(world) as web:
            (folder / "sources.yaml").write_text(web.sources(delay), "utf-8")
            sites = load_sites(folder / "sources.yaml")
            asyncio.run(queue_visits(database, sites, folder / f"archive-{number}"))
            workers = [
                subprocess.Popen(
                    [
                        *(sys.executable, "-m", "bench.spread.process", "worker"),
                        json.dumps(
                            {
                                "sources": str(folder / "sources.yaml"),
                                "archive": str(folder / f"archive-{number}"),
                                "queue": database,
                                "segments": str(folder / f"segments-{number}"),
                                "scratch": str(folder / f"scratch-{number}"),
                                "at_once": -(-hosts // number),
                                "connect_to": web.connect_to,
                                "once": True,
                                "lease": 15.0,
                                "stalled": 30.0,
                            }
                        ),
                    ]
                )
                for _ in range(number)
            ]
            for worker in workers:
                worker.wait()
            spans = web.spans()
        begun = min(span[2] for span in spans)
        makespan = max(span[3] for span in spans) - begun
        requests = max(sum(span[0] == f"h{n:04}.gov.test" for span in spans) for n in range(hosts))
        ideal = (requests - 1) * delay + SERVICE
        ratio = makespan / ideal
        well &= ratio <= MAX_RATIO
        print(
            f"scale: {number} workers, {hosts} hosts, {len(spans)} requests: {makespan:.1f} s, ideal {ideal:.1f} s,"
            f" ratio {ratio:.2f} (at most {MAX_RATIO})"
        )
        postgres.drop(database)
        time.sleep(1)
    return well
