"""`fazhi queue`: what waits, runs and has failed, and what is due."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.cli.options import ArchiveOption, DatabaseOption, JsonOption, SourcesOption
from crawler.cli.output import message, print_json, print_table, say
from crawler.cli.spreading.options import QueueOption
from crawler.field.counting import counted
from crawler.field.times import iso
from crawler.language import translate

if TYPE_CHECKING:
    from crawler.spread.planning import ServerVisit


def queue_command(
    queue: QueueOption = None,
    most: Annotated[
        int,
        typer.Option(
            "--limit", min=1, max=100_000, metavar="N", help="Jobs of each state, and leases, to show."
        ),
    ] = 20,
    due: Annotated[
        bool, typer.Option("--due", help="Also how many sources are due and not queued yet.")
    ] = False,
    sources: SourcesOption = Path("sources.yaml"),
    archive: ArchiveOption = Path("archive"),
    database: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Show what waits, runs and has failed in the queue, and which servers are held.

    --due reads sources.yaml and the archive as the planner does, which takes seconds for 100,000 sources. It leaves out the servers
    that are queued, visited or not entered yet, and those that wait since workers have died at them.

    Examples:
        fazhi queue
        fazhi queue --due
        fazhi queue --limit 1000 --json

    Exit codes:
        0  shown
        1  the queue cannot be used
        2  wrong use, or a faulty sources.yaml
        4  the archive is damaged
    """
    import asyncio

    from crawler.cli.spreading.options import the_queue

    url = the_queue(queue)
    from crawler.spread.queue.overview import overview

    found = asyncio.run(overview(url, most=most))
    waiting = _due(url, sources, archive, database) if due else None
    number = None if waiting is None else sum(len(each.sites) for each in waiting)
    jobs = [_plain(job) for job in found.jobs]
    leases = [_plain(lease) for lease in found.leases]
    if json:
        told = None if waiting is None else {"visits": len(waiting), "sources": number}
        print_json({"counts": found.counts, "due": told, "jobs": jobs, "leases": leases})
        return
    if waiting is not None:
        say(f"due and not queued: {counted(len(waiting), 'visit')}, of {counted(number or 0, 'source')}")
    for task, states in found.counts.items():
        for state, number in states.items():
            say(f"{task}: {number} {state}")
    headings = [translate(each) for each in ("state", "job", "server", "since", "sources")]
    print_table(
        headings,
        [
            (
                job["status"],
                job["task"],
                job["server"] or job["file"],
                job["since"],
                " ".join(job["sites"] or ()),
            )
            for job in jobs
        ],
        text=headings[2:3],
    )
    held = [translate(each) for each in ("held", "server", "holder", "until")]
    print_table(held, [(each["what"], each["key"], each["holder"], each["lease_until"]) for each in leases])


def _due(url: str, sources: Path, archive: Path, database: str | None) -> list[ServerVisit]:
    """Return the visits that the planner would queue if there were room for all."""
    import asyncio

    from crawler.sources import choose, load
    from crawler.spread.planner import plan_due
    from crawler.spread.planning import by_server

    servers = by_server(choose(load(sources, notify=message).sites, ()))
    return asyncio.run(plan_due(url, servers, archive, database=database))


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: iso(value) if hasattr(value, "isoformat") else value for name, value in row.items()}
