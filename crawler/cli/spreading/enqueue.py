"""`fazhi enqueue`: queue visits for the workers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crawler.cli.options import (
    ArchiveOption,
    DatabaseOption,
    IdsArgument,
    JsonOption,
    LevelOption,
    RegionsOption,
    SourcesOption,
)
from crawler.cli.output import message, print_json, say
from crawler.cli.spreading.options import QueueOption
from crawler.field.counting import counted


def enqueue(
    ids: IdsArgument = None,
    regions: RegionsOption = None,
    level: LevelOption = None,
    due: Annotated[
        bool, typer.Option("--due", help="Only sources that are due, as the planner does it.")
    ] = False,
    sources: SourcesOption = Path("sources.yaml"),
    archive: ArchiveOption = Path("archive"),
    database: DatabaseOption = None,
    queue: QueueOption = None,
    json: JsonOption = False,
) -> None:
    """Queue visits for the workers: of all sources, of some, or of those that are due.

    One job is one visit of the sites of one server. A server that is queued, visited or not entered yet is left out. Workers
    queue by themselves what is due, every ten minutes; this command does it at once.

    Examples:
        fazhi enqueue --due
        fazhi enqueue wuhan
        fazhi enqueue --region 湖北 --json

    Exit codes:
        0  queued, or nothing is to be queued
        1  the queue cannot be used
        2  wrong use, or a faulty sources.yaml
        4  the archive is damaged
    """
    import asyncio

    from crawler.cli.spreading.options import the_queue
    from crawler.field.region_names import the_level

    url = the_queue(queue)
    from crawler.sources import choose, load
    from crawler.spread.planner import queue_visits

    loaded = load(sources, notify=message)
    sites = choose(loaded.sites, ids or (), regions=regions or (), level=the_level(level) if level else None)
    queued = asyncio.run(queue_visits(url, sites, archive, database=database, anyway=not due))
    if json:
        print_json([{"server": each.server, "sites": list(each.sites)} for each in queued])
        return
    number = sum(len(each.sites) for each in queued)
    say(f"{counted(len(queued), 'visit')} queued, of {counted(number, 'source')}")
