"""A worker or an enterer of the chaos: as the commands, with short leases, and an enterer that may kill itself.

`python -m bench.spread.process worker|enter JSON`
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
from pathlib import Path
from typing import Any

import crawler.archive.entering.visits as entering
from crawler.archive import Archive
from crawler.crawl.halt import on_first_signal
from crawler.fetch import parse_connect_to
from crawler.field.times import utc_now
from crawler.sources import load_sites
from crawler.spread.enterer import Enterer, enter_until_end
from crawler.spread.places import open_place
from crawler.spread.queue import jobs
from crawler.spread.worker import Worker, WorkerSettings

LEASE_SECONDS = 4.0
STALLED_SECONDS = 8.0
_ENTER = "enter_staged"  # what `Archive.enter` calls between the act and the commit


def _tell(what: object) -> None:
    print(what, file=sys.stderr, flush=True)


async def _work(given: dict[str, Any]) -> None:
    settings = WorkerSettings(
        sites=load_sites(Path(given["sources"])),
        archive=Path(given["archive"]),
        queue=given["queue"],
        segments=open_place(given["segments"]),
        scratch=Path(given["scratch"]),
        sites_at_once=given["at_once"],
        once=given.get("once", False),
        lease_seconds=given.get("lease", LEASE_SECONDS),
        stalled_seconds=given.get("stalled", STALLED_SECONDS),
        connect_to=parse_connect_to(given["connect_to"]),
    )
    worker = Worker(settings, lambda _: None, _tell)
    with on_first_signal(worker.end):
        await worker.run()


async def _enter(given: dict[str, Any]) -> None:
    if share := given.get("dies", 0.0):
        real = getattr(entering, _ENTER)

        def die(*arguments: Any, **named: Any) -> Any:
            """Kill this process between the segment's act and the commit, in some share of the cases."""
            if random.random() < share:
                if random.random() < 0.5:
                    real(*arguments, **named)
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments, **named)

        setattr(entering, _ENTER, die)
    with Archive.create(given["archive"], clock=utc_now, command="enter", notify=_tell, batch=64) as store:
        enterer = Enterer(
            archive=store, segments=open_place(given["segments"]), told=lambda _: None, message=_tell
        )
        ending = asyncio.Event()
        with on_first_signal(lambda _: ending.set()):
            await enter_until_end(enterer, given["queue"], ending, once=given.get("once", False))


def main() -> None:
    """Run until told to end."""
    role, given = sys.argv[1], json.loads(sys.argv[2])
    jobs.SWEEP_CRON, jobs.PLAN_CRON = "* * * * * */3", "0 0 1 1 *"
    asyncio.run(_work(given) if role == "worker" else _enter(given))


if __name__ == "__main__":
    main()
