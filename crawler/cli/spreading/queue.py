"""`fazhi queue`: what waits, runs and has failed."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from crawler.cli.options import JsonOption
from crawler.cli.output import print_json, print_table, say
from crawler.cli.spreading.options import QueueOption
from crawler.field.times import iso
from crawler.language import translate


def queue_command(
    queue: QueueOption = None,
    most: Annotated[
        int,
        typer.Option(
            "--limit", min=1, max=100_000, metavar="N", help="Jobs of each state, and leases, to show."
        ),
    ] = 20,
    json: JsonOption = False,
) -> None:
    """Show what waits, runs and has failed in the queue, and which servers are held.

    Examples:
        fazhi queue
        fazhi queue --limit 1000 --json

    Exit codes:
        0  shown
        1  the queue cannot be used
        2  wrong use
    """
    import asyncio

    from crawler.cli.spreading.options import the_queue

    url = the_queue(queue)
    from crawler.spread.queue.overview import overview

    found = asyncio.run(overview(url, most=most))
    jobs = [_plain(job) for job in found.jobs]
    leases = [_plain(lease) for lease in found.leases]
    if json:
        print_json({"counts": found.counts, "jobs": jobs, "leases": leases})
        return
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


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: iso(value) if hasattr(value, "isoformat") else value for name, value in row.items()}
