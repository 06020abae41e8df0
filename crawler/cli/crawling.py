"""`fazhi crawl`: read the flags, run the crawl, return its exit code.

`crawler.crawl.job` runs the crawl, `display` prints it. Signal handlers are set here.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler import crawl as pipeline
from crawler.cli.options import (
    ArchiveOption,
    ConnectToOption,
    DatabaseOption,
    IdsArgument,
    JsonOption,
    LevelOption,
    RegionsOption,
    ReplayOption,
    SourcesOption,
)
from crawler.cli.output import message
from crawler.field.counting import counted

if TYPE_CHECKING:
    from crawler.cli.display import Display

log = logging.getLogger(__name__)


def crawl(
    ids: IdsArgument = None,
    regions: RegionsOption = None,
    level: LevelOption = None,
    sources: SourcesOption = Path("sources.yaml"),
    archive: ArchiveOption = Path("archive"),
    database: DatabaseOption = None,
    replay: ReplayOption = None,
    full: Annotated[
        bool,
        typer.Option(
            "--full",
            help="Visit all sources, due or not; read all list pages; fetch without conditional requests.",
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read the lists and show what would be fetched; store nothing.")
    ] = False,
    json: JsonOption = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print only news (new, changed, gone) and failures.")
    ] = False,
    figures: Annotated[
        bool,
        typer.Option("--figures", help="Print requests, bytes and waiting time of each host at the end."),
    ] = False,
    log_file: Annotated[
        Path | None, typer.Option("--log", metavar="FILE", help="Append every event to FILE as JSON Lines.")
    ] = None,
    max_time: Annotated[
        str | None,
        typer.Option(
            "--max-time",
            metavar="TIME",
            help="Stop after this time, such as 90 (seconds), 30m or 2h; pages in progress are finished.",
        ),
    ] = None,
    max_requests: Annotated[
        int | None,
        typer.Option(
            "--max-requests", min=1, help="Stop after this many requests; pages in progress are finished."
        ),
    ] = None,
    connect_to: ConnectToOption = None,
) -> None:
    """Visit sites, find their reports, and archive every new text as a dated version.

    A source is skipped until its `every` has passed, unless it is named or --full is given. On SIGTERM or SIGINT, pages
    in progress are finished and stored; the next run continues with the rest. A second signal stops at once.

    Examples:
        fazhi crawl
        fazhi crawl wuhan --full
        fazhi crawl --region 湖北 --level city --max-time 2h
        fazhi crawl --quiet --log crawl.jsonl
        fazhi crawl wuhan --dry-run

    Exit codes:
        0  all sites that were due are visited
        1  finished, but some site failed or is not finished, no time stamp could be had, or output is lost
        2  wrong use, or a faulty sources.yaml
        3  another crawl has locked the archive
        4  the archive is damaged or cannot be written
    """
    # imported here: the help needs none of it
    from crawler.anchoring import AnchorSettings
    from crawler.cli.display import Display
    from crawler.cli.log import log_to
    from crawler.cli.streams import EXIT_OUTPUT_LOST
    from crawler.crawl.job import Job, crawl_into
    from crawler.crawl.job import dry_run as run_dry
    from crawler.fetch import Replay, load_exchanges, parse_connect_to
    from crawler.field.region_names import the_level
    from crawler.sources import choose, load

    # parsed first: a wrong --max-time must fail before any file is read or written
    max_seconds = pipeline.seconds(max_time, "--max-time") if max_time is not None else None
    loaded = load(sources, notify=None if quiet else message)
    mapping = parse_connect_to(connect_to or ())
    anchoring = AnchorSettings.of(loaded.anchoring, connect_to=mapping, offline=replay is not None)
    job = Job(
        sites=choose(
            loaded.sites, ids or (), regions=regions or (), level=the_level(level) if level else None
        ),
        sources=str(sources),
        replay=Replay(load_exchanges(replay)) if replay else None,
        connect_to=mapping,
        full=full,
        anyway=full or bool(ids) or bool(replay),
        max_seconds=max_seconds,
        time_limit=f"--max-time {max_time}",
        halt=pipeline.Halt(max_requests=max_requests),
        anchoring=anchoring if loaded.anchoring.anchor else None,
    )
    display = Display(
        job.sites,
        halt=job.halt,
        json=json,
        quiet=quiet,
        figures=figures,
        max_seconds=max_seconds,
    )
    anchored = True
    with log_to(log_file) as events:
        if dry_run:
            run_dry(job, display, around=lambda: _shown(display, job.halt))
        else:
            with _told_once(quiet=quiet):
                anchored = crawl_into(
                    archive,
                    job,
                    display,
                    command=" ".join(sys.argv[1:]),
                    around=lambda: _shown(display, job.halt),
                    database=database,
                )
    code = display.finish(None if dry_run else archive) or (0 if anchored else 1)
    if events is not None and events.failure:
        display.message(f"{log_file}: some events could not be written: {events.failure}")
        code = code or EXIT_OUTPUT_LOST
    raise typer.Exit(code)


@contextmanager
def _told_once(*, quiet: bool) -> Iterator[None]:
    """End without a message where no site can be reached and a quiet run has told so already."""
    from crawler.errors import NoNetwork

    try:
        yield
    except NoNetwork as error:
        if not (quiet and error.is_told):
            raise
        raise typer.Exit(error.exit_code) from None


@contextmanager
def _shown(display: Display, halt: pipeline.Halt) -> Iterator[None]:
    """Halt the crawl in order on the first SIGTERM or SIGINT. The second ends the process; nothing stored is lost."""
    from crawler.crawl.halt import on_first_signal

    def end(name: str) -> None:
        display.message(
            f"{name}: finishing {counted(halt.pages_in_flight, 'page')} in progress; repeat to stop at once"
        )
        log.warning("halt", extra={"why": name, "under_way": halt.pages_in_flight})
        halt.request(name)

    with display, on_first_signal(end):
        yield
