"""`fazhi enter`: enter the segments of the workers into the archive."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crawler import crawl as pipeline
from crawler.cli.options import ArchiveOption, DatabaseOption, JsonOption, SourcesOption
from crawler.cli.spreading.options import MaxTimeOption, OnceOption, QueueOption, SegmentsOption


def enter(
    sources: SourcesOption = Path("sources.yaml"),
    archive: ArchiveOption = Path("archive"),
    database: DatabaseOption = None,
    queue: QueueOption = None,
    segments: SegmentsOption = "segments",
    max_time: MaxTimeOption = None,
    once: OnceOption = False,
    json: JsonOption = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print only news (new, changed, gone) and failures.")
    ] = False,
) -> None:
    """Enter the segments of the workers into the archive, and tell what is new.

    One process enters: it holds the archive's lock. Each segment is checked as `fazhi merge` checks files, and entered in one
    transaction with its line of the chain; one that is delivered twice is entered once. Report ids and version numbers are
    those that one machine would give.

    With `anchor: true` in sources.yaml the archive is anchored at the end, as by `fazhi crawl`.

    Examples:
        fazhi enter --queue postgresql://fazhi@db.example.org/fazhi --segments /mnt/segments
        fazhi enter --once --quiet

    Exit codes:
        0  all segments that waited are entered
        1  some site failed, some segment was refused, or the queue cannot be used
        2  wrong use, or a faulty sources.yaml
        3  another process writes to the archive
        4  the archive is damaged or cannot be written
    """
    import asyncio

    from crawler.cli.spreading.options import the_queue

    url = the_queue(queue)
    from crawler.anchoring import AnchorSettings, anchor_after_crawl
    from crawler.archive import Archive, Entered
    from crawler.cli.display import Display
    from crawler.crawl.halt import on_first_signal
    from crawler.field.times import utc_now
    from crawler.sources import load
    from crawler.spread.enterer import Enterer, enter_until_end
    from crawler.spread.places import open_place
    from crawler.spread.queue.absence import absence_told

    max_seconds = pipeline.seconds(max_time, "--max-time") if max_time is not None else None
    loaded = load(sources, notify=None)
    display = Display(loaded.sites, json=json, quiet=quiet)
    place = open_place(segments)

    async def run(store: Archive) -> Enterer:
        def told(entered: Entered) -> None:
            for outcome in entered.outcomes:
                display.show(outcome, store)
            for visit in entered.visits:
                display.visited(visit)

        enterer = Enterer(archive=store, segments=place, told=told, message=display.message)
        ending = asyncio.Event()
        if max_seconds is not None:
            asyncio.get_running_loop().call_later(max_seconds, ending.set)

        def stop(name: str) -> None:
            display.message(f"{name}: finishing the segment in progress")
            ending.set()

        with on_first_signal(stop):
            async with absence_told(url, display.message):
                await enter_until_end(enterer, url, ending, once=once)
        return enterer

    with Archive.create(
        archive, clock=utc_now, command="enter", notify=display.message, batch=64, database=database
    ) as store:
        enterer = asyncio.run(run(store))
    anchored = not loaded.anchoring.anchor or anchor_after_crawl(
        archive, AnchorSettings.of(loaded.anchoring), clock=utc_now, notify=display.message
    )
    code = display.finish(archive)
    raise typer.Exit(1 if enterer.faulty or not anchored else code)
