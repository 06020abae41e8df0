"""`fazhi worker`: visit the sites that the queue names."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from crawler import crawl as pipeline
from crawler.cli.options import ArchiveOption, ConnectToOption, DatabaseOption, JsonOption, SourcesOption
from crawler.cli.output import message, print_json, tab_separated
from crawler.cli.spreading.options import (
    MaxTimeOption,
    OnceOption,
    QueueOption,
    ScratchOption,
    SegmentsOption,
)


def worker(
    sources: SourcesOption = Path("sources.yaml"),
    archive: ArchiveOption = Path("archive"),
    database: DatabaseOption = None,
    queue: QueueOption = None,
    segments: SegmentsOption = "segments",
    scratch: ScratchOption = Path("scratch"),
    sites_at_once: Annotated[
        int, typer.Option("--sites-at-once", min=1, max=1000, metavar="N", help="Visits at a time.")
    ] = 100,
    max_time: MaxTimeOption = None,
    once: OnceOption = False,
    connect_to: ConnectToOption = None,
    json: JsonOption = False,
) -> None:
    """Take visits from the queue, visit the sites, and deliver what they gave as segments.

    The archive is only read: `fazhi enter` enters the segments. Any number of workers may run, on any number of machines: a
    server is asked by one of them at a time, with its delay between two requests. On SIGTERM or SIGINT pages in progress are
    finished, and what is left of a visit is queued again when its segment is entered. A second signal stops at once.

    Examples:
        fazhi worker --queue postgresql://fazhi@db.example.org/fazhi --segments /mnt/segments
        fazhi worker --sites-at-once 300 --max-time 6h
        fazhi worker --once --json

    Exit codes:
        0  ended in order
        1  the queue cannot be used
        2  wrong use, or a faulty sources.yaml
        4  the archive is damaged
    """
    import asyncio

    from crawler.cli.spreading.options import the_queue

    url = the_queue(queue)
    from crawler.crawl.halt import on_first_signal
    from crawler.fetch import parse_connect_to
    from crawler.sources import load
    from crawler.spread.places import open_place
    from crawler.spread.queue.absence import absence_told
    from crawler.spread.worker import Visited, Worker, WorkerSettings

    max_seconds = pipeline.seconds(max_time, "--max-time") if max_time is not None else None
    settings = WorkerSettings(
        sites=[site for site in load(sources, notify=message).sites if site.enabled],
        archive=archive,
        database=database,
        queue=url,
        segments=open_place(segments),
        scratch=scratch,
        sites_at_once=sites_at_once,
        once=once,
        connect_to=parse_connect_to(connect_to or ()),
    )

    def ended(visited: Visited) -> None:
        if json:
            print_json(asdict(visited) | {"seconds": round(visited.seconds, 3)}, indent=None)
            return
        told = ", ".join(f"{number} {ending}" for ending, number in sorted(visited.endings.items()))
        print(tab_separated((visited.server, visited.state, told, f"{visited.seconds:.1f} s")), flush=True)

    async def run() -> None:
        working = Worker(settings, ended, message)
        if max_seconds is not None:
            asyncio.get_running_loop().call_later(max_seconds, working.end, f"--max-time {max_time}")

        def stop(name: str) -> None:
            message(f"{name}: finishing the pages in progress; repeat to stop at once")
            working.end(name)

        with on_first_signal(stop):
            async with absence_told(url, message):
                await working.run()

    asyncio.run(run())
