"""`fazhi crawl`: from flags to a crawl, and from its end to an exit code."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from crawler import crawl as pipeline
from crawler.cli.display import Display
from crawler.cli.log import log_to
from crawler.cli.options import (
    ArchiveOption,
    ConnectToOption,
    IdsArgument,
    JsonOption,
    ReplayOption,
    SourcesOption,
)
from crawler.cli.output import message
from crawler.cli.streams import NOT_WRITTEN
from crawler.crawl.job import Job, crawl_into
from crawler.crawl.job import dry_run as run_dry
from crawler.fetch import Replay, load_exchanges, parse_connect_to
from crawler.sources import choose, load_sites

log = logging.getLogger(__name__)


def crawl(
    ids: IdsArgument = None,
    sources: SourcesOption = Path("sources.yaml"),
    archive: ArchiveOption = Path("archive"),
    replay: ReplayOption = None,
    full: Annotated[
        bool,
        typer.Option(
            "--full", help="Fetch every page of every source whole, due or not, from the beginning."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read the lists, show what would be fetched, keep nothing.")
    ] = False,
    json: JsonOption = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print news and trouble only; nothing when there is none.")
    ] = False,
    figures: Annotated[
        bool, typer.Option("--figures", help="At the end, what each host was asked and what it cost.")
    ] = False,
    log_file: Annotated[
        Path | None, typer.Option("--log", metavar="FILE", help="Append every event as a line of JSON.")
    ] = None,
    max_time: Annotated[
        str | None,
        typer.Option("--max-time", metavar="TIME", help="End in order after 90 (seconds), 30m, 2h."),
    ] = None,
    max_requests: Annotated[
        int | None,
        typer.Option(
            "--max-requests", min=1, help="Begin no page after so many exchanges, and end in order."
        ),
    ] = None,
    connect_to: ConnectToOption = None,
) -> None:
    """Visit sites, find their reports, archive every new text as a dated version.

    Sources whose `every` has not passed are left alone, unless they are named or --full is given. On SIGTERM or SIGINT
    pages under way are finished and stored, and the next run goes on with what is left; a second one ends at once.
    """
    # a fault in it is told before anything is done
    max_seconds = pipeline.seconds(max_time) if max_time is not None else None
    job = Job(
        sites=choose(load_sites(sources, notify=None if quiet else message), ids or ()),
        sources=str(sources),
        replay=Replay(load_exchanges(replay)) if replay else None,
        connect_to=parse_connect_to(connect_to or ()),
        full=full,
        anyway=full or bool(ids) or bool(replay),
        max_seconds=max_seconds,
        time_limit=f"--max-time {max_time}",
        halt=pipeline.Halt(max_requests=max_requests),
    )
    display = Display(job.sites, json=json, quiet=quiet, figures=figures)
    with log_to(log_file) as events:
        if dry_run:
            run_dry(job, display, around=lambda: _shown(display, job.halt))
        else:
            command = " ".join(sys.argv[1:])
            crawl_into(archive, job, display, command=command, around=lambda: _shown(display, job.halt))
    code = display.finish(None if dry_run else archive, job.halt.why)
    if events is not None and events.failure:
        display.message(f"{log_file}: not every event could be written to it: {events.failure}")
        code = code or NOT_WRITTEN
    raise typer.Exit(code)


@contextmanager
def _shown(display: Display, halt: pipeline.Halt) -> Iterator[None]:
    with display, _ends_on_signals(halt, display):
        yield


@contextmanager
def _ends_on_signals(halt: pipeline.Halt, display: Display) -> Iterator[None]:
    """The first SIGTERM or SIGINT ends the crawl in order. The second ends the process, which loses nothing stored."""
    loop = asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)

    def end(number: signal.Signals) -> None:
        for each in signals:  # before anything is said: the second one may follow at once
            loop.remove_signal_handler(each)
            signal.signal(each, signal.SIG_DFL)
        display.message(
            f"{number.name}: finishing {halt.pages_in_flight} pages under way; once more ends at once"
        )
        log.warning("halt", extra={"why": number.name, "under_way": halt.pages_in_flight})
        halt.request(number.name)

    for each in signals:
        loop.add_signal_handler(each, end, each)
    try:
        yield
    finally:
        for each in signals:
            loop.remove_signal_handler(each)
