"""`fazhi backfill`: read the flags, fill in what web archives have kept, return the exit code (`crawler.intake.backfill`)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.options import (
    ArchiveOption,
    ConnectToOption,
    DatabaseOption,
    IdsArgument,
    JsonOption,
    LevelOption,
    RegionsOption,
    SourcesOption,
)

if TYPE_CHECKING:
    from crawler.cli.backfilling.display import Display
    from crawler.crawl import Halt


def backfill(
    ids: IdsArgument = None,
    regions: RegionsOption = None,
    level: LevelOption = None,
    origins: Annotated[
        list[str] | None,
        typer.Option(
            "--from",
            metavar="ARCHIVE",
            help="`wayback`, `commoncrawl`, `cdx URL [WARCS]` or `memento URL`, in quotes. May be repeated. "
            "Default: `backfill` in `defaults:` of sources.yaml, else wayback and commoncrawl.",
        ),
    ] = None,
    deep: Annotated[
        bool,
        typer.Option(
            "--deep",
            help="Ask for the whole host of each list, not its folder alone; do not thin out captures of lists.",
        ),
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Ask the indexes also what they answered in the last 30 days.")
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Ask the indexes and show how much would be fetched; store nothing."),
    ] = False,
    max_time: Annotated[
        str | None,
        typer.Option(
            "--max-time",
            metavar="TIME",
            help="Stop after this time, such as 90 (seconds), 30m or 2h; the next run goes on.",
        ),
    ] = None,
    sources: SourcesOption = Path("sources.yaml"),
    archive: ArchiveOption = Path("archive"),
    database: DatabaseOption = None,
    json: JsonOption = False,
    connect_to: ConnectToOption = None,
) -> None:
    """Bring in reports that public web archives have kept: old versions, and pages that are gone.

    What comes is marked as seen by others, and never stands over what an own crawl has seen on that day or later. The
    sites themselves are asked nothing. A run that ends early, or is killed, is gone on with by the next one.

    Examples:
        fazhi backfill wuhan --dry-run
        fazhi backfill --region 湖北 --max-time 2h
        fazhi backfill wuhan --from wayback --deep
        fazhi backfill wuhan --from "cdx https://archive.example.org/fazhi/cdx"
        fazhi backfill wuhan --from "memento https://archive.example.org/timemap/link/"

    Exit codes:
        0  everything that was asked for was answered
        1  some archive could not be reached, asked to be left alone, or did not answer; the next run goes on
        2  wrong use, or a faulty sources.yaml
        3  another crawl has locked the archive
        4  the archive is damaged or cannot be written
    """
    # imported here: the help needs none of it
    from crawler.cli.backfilling.display import Display
    from crawler.crawl import Halt
    from crawler.crawl import seconds as seconds_of
    from crawler.fetch import parse_connect_to
    from crawler.field.region_names import the_level
    from crawler.intake.backfill.choice import DEFAULT, archives_of
    from crawler.intake.backfill.job import Job, count
    from crawler.intake.backfill.job import backfill as fill
    from crawler.sources import choose, load

    max_seconds = seconds_of(max_time, "--max-time") if max_time is not None else None
    loaded = load(sources)
    job = Job(
        sites=choose(
            loaded.sites, ids or (), regions=regions or (), level=the_level(level) if level else None
        ),
        archives=archives_of(origins or loaded.backfill or DEFAULT),
        connect_to=parse_connect_to(connect_to or ()),
        deep=deep,
        again=again,
        max_seconds=max_seconds,
        time_limit=f"--max-time {max_time}",
        halt=Halt(),
    )
    display = Display(halt=job.halt, json=json, dry=dry_run)
    if dry_run:
        count(archive, job, display, around=lambda: _shown(display, job.halt), database=database)
    else:
        command = " ".join(sys.argv[1:])
        fill(
            archive,
            job,
            display,
            command=command,
            around=lambda: _shown(display, job.halt),
            database=database,
        )
    raise typer.Exit(display.finish())


@contextmanager
def _shown(display: Display, halt: Halt) -> Iterator[None]:
    """End in order on the first SIGTERM or SIGINT. The second ends the process; nothing stored is lost."""
    from crawler.crawl.halt import on_first_signal

    def end(name: str) -> None:
        display.message(f"{name}: the capture in progress is finished; repeat to stop at once")
        halt.request(name)

    with display, on_first_signal(end):
        yield
