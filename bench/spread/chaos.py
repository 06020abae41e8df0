"""Chaos: workers killed, paused and cut off, the enterer killed between store and commit, at random moments.

Checked afterwards: no report lost, none twice, no server asked by two at once or sooner than its delay (measured at the
servers), the archive whole.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import psycopg

from bench.site import World
from bench.spread.process import LEASE_SECONDS
from bench.spread.proxy import Proxy, proxy
from bench.spread.web import Measured, Span, measured
from crawler.archive import Archive
from crawler.field.times import utc_now
from crawler.questions.verify import verify
from crawler.sources import load_sites
from crawler.spread import planning
from crawler.spread.planner import queue_visits
from tests.spread.servers import ObjectStore, Postgres

DELAY = 0.5
SERVICE = 0.05  # seconds that each answer takes
DIES = 0.5  # share of the segments, or groups of them, at which the enterer kills itself
TOLERANCE = 0.03  # seconds by which two processes of a busy machine may note the same moment differently
SETTLE_SECONDS = 400.0
STRIKES = ("killed", "paused", "cut from the database", "cut from the store")
ENTERER_KILLED = "enterer killed between act and commit"
MAX_FURTHER_SECONDS = 300.0
"""Time after the last strike in which the enterer may still be killed as often as the workers were struck."""


@dataclass(slots=True)
class Chaos:
    """The processes, and what is done to them."""

    given: dict[str, object]
    database: Proxy
    store: Proxy
    random: random.Random
    log: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    enterer: subprocess.Popen[bytes] | None = None
    done: Counter[str] = field(default_factory=Counter)

    def start(self, role: str, **more: object) -> subprocess.Popen[bytes]:
        """Start a worker or an enterer."""
        command = [sys.executable, "-m", "bench.spread.process", role, json.dumps(self.given | more)]
        with self.log.open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log)

    def keep_enterer(self, **more: object) -> None:
        """Start the enterer again if it has died."""
        if self.enterer is None or self.enterer.poll() is not None:
            if self.enterer is not None:
                was_killed = self.enterer.returncode == -signal.SIGKILL
                self.done[ENTERER_KILLED if was_killed else "enterer ended"] += 1
            self.enterer = self.start("enter", **more)

    def keep_workers(self) -> None:
        """Start workers again that have ended: one that begins while it is cut off ends with an error."""
        for number, worker in enumerate(self.workers):
            if worker.poll() is not None:
                self.done["worker ended"] += 1
                self.workers[number] = self.start("worker")

    def strike(self, what: str) -> None:
        """Do one of STRIKES to a worker at random."""
        number = self.random.randrange(len(self.workers))
        worker = self.workers[number]
        self.done[f"worker {what}"] += 1
        if what == "killed":
            worker.kill()
            worker.wait()
        elif what == "paused":
            worker.send_signal(signal.SIGSTOP)
            time.sleep(LEASE_SECONDS * self.random.uniform(1.1, 2.0))
            worker.send_signal(signal.SIGCONT)
        elif what.startswith("cut"):
            line = self.database if what.endswith("database") else self.store
            line.cut()
            time.sleep(self.random.uniform(1.0, LEASE_SECONDS * 1.5))
            line.join()
        if what == "killed":
            self.workers[number] = self.start("worker")
        self.keep_workers()


def run_chaos(
    postgres: Postgres, store: ObjectStore, folder: Path, *, hosts: int, strikes: int, seed: int
) -> bool:
    """Run until so many strikes of each kind are done and everything has settled; print and return whether all is well."""
    world = World(sizes=(3,) * hosts, light=True, service=SERVICE, seed=seed)
    database, bucket = postgres.new_database(), store.new_bucket()
    socket = dict(psycopg.conninfo.conninfo_to_dict(database))
    endpoint = store.endpoint.removeprefix("http://").partition(":")
    with (
        measured(world) as web,
        proxy(f"{socket['host']}/.s.PGSQL.{socket.get('port', 5432)}") as line,
        proxy((endpoint[0], int(endpoint[2]))) as store_line,
    ):
        os.environ |= dict(store.environment) | {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{store_line.port}"}
        (folder / "sources.yaml").write_text(web.sources(DELAY), "utf-8")
        given: dict[str, object] = {
            "sources": str(folder / "sources.yaml"),
            "archive": str(folder / "archive"),
            "queue": f"postgresql://postgres@127.0.0.1:{line.port}/{socket['dbname']}",
            "segments": f"s3://{bucket}/waiting",
            "scratch": str(folder / "scratch"),
            "at_once": 40,
            "connect_to": web.connect_to,
        }
        chaos = Chaos(given, line, store_line, random.Random(seed), folder / "log")
        return _round(chaos, web, database, strikes)


def _round(chaos: Chaos, web: Measured, database: str, strikes: int) -> bool:
    sites = load_sites(Path(str(chaos.given["sources"])))
    archive = Path(str(chaos.given["archive"]))
    planning.FIRST_HOLD_BACK = timedelta(seconds=2)

    def queue(*, anyway: bool = True) -> int:
        return len(asyncio.run(queue_visits(database, sites, archive, anyway=anyway)))

    def is_settled() -> bool:
        """Whether nothing waits or runs, and the planner finds nothing that is due."""
        return _is_idle(database) and queue(anyway=False) == 0

    with Archive.create(archive, clock=utc_now, notify=lambda _: None):
        pass
    queue()
    chaos.workers = [chaos.start("worker") for _ in range(3)]
    planned = [what for what in STRIKES for _ in range(strikes)]
    chaos.random.shuffle(planned)
    for what in planned:
        chaos.keep_enterer(dies=DIES)
        time.sleep(chaos.random.uniform(0.5, 3.0))
        chaos.strike(what)
        queue()  # a server that is free is visited again
    end = time.monotonic() + MAX_FURTHER_SECONDS
    while chaos.done[ENTERER_KILLED] < strikes and time.monotonic() < end:
        chaos.keep_enterer(dies=DIES)
        chaos.keep_workers()
        queue()
        time.sleep(0.5)
    chaos.keep_enterer()
    settled = _until(is_settled, SETTLE_SECONDS, chaos)
    for process in (*chaos.workers, chaos.enterer):
        assert process is not None
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    chaos.enterer = chaos.start("enter", once=True)
    chaos.enterer.wait(300)
    spans = web.spans()
    lost, twice = _reports(web.world, archive)
    together, early, gap = _politeness(spans)
    faults = [str(fault) for fault in verify(archive, deep=True, notify=lambda _: None)]
    what = ", ".join(f"{number} × {name}" for name, number in sorted(chaos.done.items()))
    print(
        f"chaos over {len(web.world.sizes)} governments, {strikes} strikes of each kind: {what}; {len(spans)} requests"
    )
    print(
        f"  reports lost {len(lost)}, twice {len(twice)}; faults of the archive {len(faults)}; settled: {settled}"
    )
    print(
        f"  servers asked by two at once {together}, sooner than the delay {early}; smallest gap {gap:.3f} s of {DELAY}"
    )
    for each in (*sorted(lost)[:5], *twice[:5], *faults[:5]):
        print(f"    {each}")
    is_struck = (
        min(chaos.done[each] for each in (*(f"worker {each}" for each in STRIKES), ENTERER_KILLED)) >= strikes
    )
    return is_struck and settled and not (lost or twice or faults or together or early)


def _until(done: Callable[[], bool], seconds: float, chaos: Chaos) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        chaos.keep_enterer()
        chaos.keep_workers()
        if done():
            return True
        time.sleep(1)
    return False


def _is_idle(database: str) -> bool:
    with psycopg.connect(database) as connection:
        row = connection.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND task_name IN ('visit', 'enter')"
        ).fetchone()
    return bool(row == (0,))


def _reports(world: World, archive: Path) -> tuple[set[str], list[str]]:
    """Return the addresses of reports that the archive has not, and those that it has twice."""
    wanted = {url for n in range(len(world.sizes)) for url in world.report_urls(n)}
    with closing(sqlite3.connect(archive / "catalogue.db")) as catalogue:
        held = Counter(row[0] for row in catalogue.execute("SELECT url FROM versions"))
    return wanted - held.keys(), sorted(url for url, number in held.items() if number > 1)


def _politeness(spans: Sequence[Span]) -> tuple[int, int, float]:
    """Return how often a host was asked while it answered, how often too early, and the smallest gap in seconds."""
    by_host: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for host, _, begun, ended in spans:
        by_host[host].append((begun, ended))
    together, early, smallest = 0, 0, float("inf")
    for each in by_host.values():
        each.sort()
        for (begun, ended), (following, _) in itertools.pairwise(each):
            together += following < ended
            early += following - begun < DELAY - TOLERANCE
            smallest = min(smallest, following - begun)
    return together, early, smallest
