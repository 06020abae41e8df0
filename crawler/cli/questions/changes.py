"""`fazhi changes`: what has changed since a day or a run."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler import archive as archives
from crawler.cli.options import (
    ArchiveOption,
    CsvOption,
    DatabaseOption,
    JsonOption,
    OneRegionOption,
    refuse_together,
    the_start,
)
from crawler.cli.output import message, print_json, print_table
from crawler.errors import ConfigError
from crawler.field.counting import counted
from crawler.field.times import china_day
from crawler.questions.changes import ChangeKind

if TYPE_CHECKING:
    from crawler.archive import Reader
    from crawler.questions.changes import Changes

DEFAULT_DAYS = 7
_LAST = "last"
_MAX_RUN_DIGITS = 7  # 20261101 is a day, in the form of ISO 8601 without hyphens
_VERSIONS_PER_MESSAGE = 500


def changes(
    archive: ArchiveOption = Path("archive"),
    database: DatabaseOption = None,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="DAY|RUN",
            help="Since this day, China time, or from this run on (its number, or `last`). Default: the last 7 days.",
        ),
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="DAY|RUN", help="Up to the end of this day, or of this run.")
    ] = None,
    region: OneRegionOption = None,
    kind: Annotated[
        list[ChangeKind] | None,
        typer.Option(
            help="Only this kind of change. May be repeated. `added` (by imports and merges) only if named."
        ),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Print no more than this many changes.")] = None,
    json: JsonOption = False,
    csv: CsvOption = False,
) -> None:
    """Show what has changed, what matters most first: new, revised, missing, gone, back, moved, shorter and overdue reports.

    Quiet edits come first: the text has changed, the dates that the page gives have not. Edits of punctuation and white
    space alone come last. `fazhi diff ID` shows an edit.

    Examples:
        fazhi changes
        fazhi changes --since last
        fazhi changes --since 2026-11-01 --region 湖北 --csv

    Exit codes:
        0  done, also if nothing was found
        2  wrong use, or there is no archive
        4  the archive is damaged, or a newer fazhi wrote it
    """
    from crawler.cli.questions.reports import division_name
    from crawler.field.region_names import the_region
    from crawler.questions.changes import changes as what_changed
    from crawler.questions.changes.tables import changes_json

    refuse_together(json=json, csv=csv)
    code = the_region(region).code if region else None
    today = china_day(datetime.now(UTC))
    with archives.Reader.read(archive, database=database) as store:
        begin, end = _window(store, since, until, today)
        found = what_changed(
            store,
            since=begin,
            until=end,
            today=today,
            region=code,
            kinds=kind or None,
            progress=_print_progress,
        )
    if json:
        print_json(changes_json(found, limit))
    else:
        _print(found, limit, csv=csv)
    message(_summary(found, limit, f" of {division_name(code)}" if code else ""))
    if (added := found.counts[ChangeKind.ADDED]) and ChangeKind.ADDED not in (kind or ()):
        message(
            f"imports, merges or saved pages have added {counted(added, 'text')}; --kind added lists them"
        )


def _window(
    store: Reader, since: str | None, until: str | None, today: date
) -> tuple[datetime | int, datetime | int | None]:
    """Return the beginning and the end that two options mean. Raises ConfigError if nothing can be between them."""
    end = None if until is None else _moment(store, until, "--until")
    if since is None and isinstance(end, int):
        return end, end  # one run
    last = china_day(end) if isinstance(end, datetime) else today
    begin = _moment(store, since or (last - timedelta(days=DEFAULT_DAYS - 1)).isoformat(), "--since")
    if isinstance(begin, datetime):
        if china_day(begin) > today:
            raise ConfigError(f"--since {since}: lies in the future; today is {today} in China")
        if isinstance(end, datetime) and begin > end:
            raise ConfigError(f"--since {since}: lies after --until {until}")
    return begin, end + timedelta(days=1) if isinstance(end, datetime) else end


def _moment(store: Reader, text: str, option: str) -> datetime | int:
    """Return the run that a text means, or when the day that it means begins. Raises ConfigError for anything else."""
    run = _run(store, text.strip())
    try:
        day = the_start(text, option) if run is None else None
    except ConfigError as error:
        raise ConfigError(f"{error}, a run's number, or {_LAST}") from None
    return day or run or 0


def _run(store: Reader, text: str) -> int | None:
    """Return the number of the run that a text means; None if it is none."""
    if text == _LAST:
        own = [run.id for run in store.runs() if not run.merged]
        if not own:
            raise ConfigError(f"{store.path}: no run has written to this archive yet")
        return own[-1]
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MAX_RUN_DIGITS else None


def _print_progress(done: int, of: int) -> None:
    if done % _VERSIONS_PER_MESSAGE == 0:
        message(f"looked at {done} of {counted(of, 'version')}")


def _print(found: Changes, limit: int | None, *, csv: bool) -> None:
    from crawler.questions.changes.tables import COLUMNS, cells, short_cells
    from crawler.questions.tables import write_csv

    shown = found.changes[:limit]
    if csv:
        write_csv(sys.stdout, COLUMNS, (cells(each, COLUMNS) for each in shown))
    elif sys.stdout.isatty():
        names = ("weight", "change", "seen", "id", "what")
        print_table(names, map(short_cells, shown), text=names[-1:], numbers=names[:1])
    else:
        print_table(COLUMNS, (cells(each, COLUMNS) for each in shown))


def _summary(found: Changes, limit: int | None, place: str) -> str:
    """Return the span and the number of changes of each kind as a sentence."""
    first, last = (
        when and china_day(when)
        for when in (found.since, found.until and found.until - timedelta(microseconds=1))
    )
    span = f"since {first}" if last is None else f"from {first} to {last}"
    listed = [each.kind for each in found.changes]
    quiet = sum(each.quiet for each in found.changes)
    counts = [f"{listed.count(kind)} {kind.value.replace('_', ' ')}" for kind in ChangeKind if kind in listed]
    if not counts:
        return f"{span}: nothing{place} has changed"
    told = f"{span}: {', '.join(counts)}{place}" + (f"; of these quiet: {quiet}" if quiet else "")
    more = len(listed) - limit if limit else 0
    return f"{told}; {more} more than --limit shows" if more > 0 else told
