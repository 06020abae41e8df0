"""`fazhi status`: the state of an archive, for the person or the monitor that looks after it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.options import ArchiveOption, DatabaseOption, JsonOption
from crawler.cli.output import message, print_facts, print_json, print_table
from crawler.field.counting import counted
from crawler.field.times import iso, utc_now
from crawler.language import translate

if TYPE_CHECKING:
    from crawler.model import Site
    from crawler.questions.status import RunStatus, Status

DEFAULT_SOURCES = Path("sources.yaml")
MAX_FAILING = 20
"""Failing sources that are listed without --all."""


def status(
    archive: ArchiveOption = Path("archive"),
    database: DatabaseOption = None,
    sources: Annotated[
        Path | None,
        typer.Option(
            "--sources",
            metavar="FILE",
            help="The sources.yaml that says what is due; default: sources.yaml, if it is there.",
        ),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="List every source: last visit, result, reports held.")
    ] = False,
    json: JsonOption = False,
    metrics: Annotated[
        Path | None,
        typer.Option(
            "--metrics",
            metavar="FILE",
            help="Write a text file for Prometheus, in one step, and print nothing.",
        ),
    ] = None,
) -> None:
    """Show how the last run ended, which sources fail, what is due, what is held, and what wants attention.

    Reads only, also while a crawl runs. The exit code is 0 whatever it shows; `alerts` in --json and `fazhi_alert` in
    --metrics are for monitors.

    Examples:
        fazhi status
        fazhi status --all
        fazhi status --metrics /var/lib/node_exporter/textfile/fazhi.prom

    Exit codes:
        0  the state was told, good or bad
        1  the file of metrics could not be written
        2  wrong usage, no archive there, or a faulty sources.yaml
        4  the archive is damaged, or cannot be read
    """
    from crawler.questions.status import status as state_of  # here, because the archive is slow to import
    from crawler.questions.status.metrics import write_metrics
    from crawler.questions.status.tables import status_json

    found = state_of(archive, the_sites(sources), now=utc_now(), notify=message, database=database)
    if metrics:
        write_metrics(metrics, found)
    if json:
        print_json(status_json(found))
    elif not metrics:
        _print(found, every=every)


def the_sites(sources: Path | None) -> tuple[Site, ...] | None:
    """Return the entries of a sources.yaml; None if none was named and there is none here. Raises ConfigError."""
    from crawler.sources import load_sites

    if sources is None and not DEFAULT_SOURCES.is_file():
        return None
    return load_sites(sources or DEFAULT_SOURCES)


def _print(found: Status, *, every: bool) -> None:
    from crawler.questions.status.tables import SOURCE_COLUMNS, failure_words, source_cells

    print_facts(_facts(found))
    failing = found.failing if every else found.failing[:MAX_FAILING]
    if failing:
        print()
        rows = (
            (
                source.id,
                source.failure.visits,
                iso(source.failure.since),
                failure_words(source.failure, _shown),
            )
            for source in failing
            if source.failure
        )
        print_table(("fails", "visits", "since", "why"), rows, text=("why",), numbers=("visits",))
        if len(failing) < len(found.failing):
            further = counted(len(found.failing) - len(failing), "further failing source")
            message(f"{further}; --all lists them")
    if every:
        print()
        rows_of_all = map(source_cells, found.sources)
        print_table(SOURCE_COLUMNS, rows_of_all, numbers=("reports",), aside=("name",))


def _facts(found: Status) -> Iterator[tuple[str, str]]:
    parts = ", ".join(f"{_shown(part)} {_megabytes(size)}" for part, size in found.sizes.items() if size)
    yield "archive", f"{found.archive}: {_megabytes(found.size)}" + (f" ({parts})" if parts else "")
    yield "disk", f"{_megabytes(found.free)} free"
    yield "last run", _run_words(found.last_run) if found.last_run else "none yet"
    ended = found.last_ended_run
    if ended and found.last_run and ended.number != found.last_run.number:
        yield "before it", _run_words(ended)
    counts = found.results()
    words = [f"{number} {result.value}" for result, number in counts.items() if number]
    yield "sources", f"{len(found.configured)}: {', '.join(words)}" if words else "none"
    yield "due", _due_words(found)
    years = ", ".join(
        f"{year or 'no single year'}: {number}" for year, number in found.reports_by_year.items()
    )
    yield "reports", f"{found.reports}" + (f" ({years})" if years else "")
    if found.newest:
        held = found.newest
        yield "newest", f"{held.id} {held.title}, first seen {iso(held.first_seen)}"
    yield "head", f"{found.head}, of line {found.lines}"
    for alert in found.alerts:
        yield f"! {alert.name}", f"{alert.what}; {alert.action}"
    if not found.alerts:
        yield "alerts", "none"


def _run_words(run: RunStatus) -> str:
    state = _shown(run.state)
    how = f"{state} {iso(run.finished_at)}" if run.finished_at else state
    why = f" ({_shown(run.detail)})" if run.detail else ""
    return f"{run.number}, `{run.command}`: started {iso(run.started_at)}, {how}{why}"


def _due_words(found: Status) -> str:
    if not found.sources_known:
        return "not known without a sources.yaml; name it with --sources"
    now = f"{found.due} of {counted(len(found.configured), 'source')} now"
    return f"{now}; the next one at {iso(found.next_due_at)}" if found.next_due_at else now


def _shown(word: str) -> str:
    """Return a word in the language of the command on a terminal; else as it is: those lines are for programs."""
    return translate(word) if sys.stdout.isatty() else word


def _megabytes(size: int) -> str:
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.1f} MB"
