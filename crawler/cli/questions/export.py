"""`fazhi export`: hand the data on, as a delivery in one or several formats."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from crawler import archive as archives
from crawler.cli.options import (
    ArchiveOption,
    DatabaseOption,
    JsonOption,
    OneRegionOption,
    SinceOption,
    YearsOption,
    tell_of_a_future_day,
    the_start,
    the_years,
)
from crawler.cli.output import message, print_json
from crawler.field.counting import counted
from crawler.language import translate


class Format(StrEnum):
    """A format of `crawler.questions.export.FORMATS`."""

    TXT = "txt"
    JSONL = "jsonl"
    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"
    WACZ = "wacz"


def export(
    deliveries: Annotated[
        Path,
        typer.Argument(
            metavar="DIR",
            help="Folder of deliveries, or its address in an object store: a new one, or one of ours.",
        ),
    ],
    formats: Annotated[
        list[Format], typer.Option("--format", help="Format of the files. May be repeated.")
    ] = [Format.CSV],  # noqa: B006 - typer copies it
    with_text: Annotated[
        bool, typer.Option("--with-text", help="Include the texts, in a last column.")
    ] = False,
    as_published: Annotated[
        bool,
        typer.Option(
            "--as-published",
            help="With the texts, also a column text_as_published: with the full-width punctuation of the page.",
        ),
    ] = False,
    latest: Annotated[
        bool, typer.Option("--latest", help="Only the latest text of each report, instead of every version.")
    ] = False,
    region: OneRegionOption = None,
    year: YearsOption = None,
    kind: Annotated[str | None, typer.Option(help="Only government, party_government or department.")] = None,
    since: SinceOption = None,
    wacz_size: Annotated[
        int, typer.Option(min=1, metavar="MB", help="Begin another WACZ file after so many megabytes.")
    ] = 1000,
    archive: ArchiveOption = Path("archive"),
    database: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Write a delivery: DIR/artifacts/VERSION with tables, descriptor and changes since the one before. Prints its path.

    The same archive gives the same bytes, and no second delivery. With --since: versions first seen since that day.

    Examples:
        fazhi export delivery
        fazhi export delivery --format csv --format parquet --with-text
        fazhi export delivery --format wacz --region 湖北

    Exit codes:
        0  done, also if the delivery is there already
        1  the delivery could not be written
        2  wrong use, or there is no archive
        4  the archive is damaged, or a newer fazhi wrote it
    """
    from crawler.cli.questions.reports import division_name, the_kind
    from crawler.field.region_names import the_region
    from crawler.questions import export as exporting

    code = the_region(region).code if region else None
    tell_of_a_future_day(since)
    with archives.Reader.read(archive, database=database) as store, _progress() as progress:
        made = exporting.export(
            store,
            deliveries,
            [each.value for each in formats],
            region=code,
            years=the_years(year),
            kind=the_kind(kind),
            since=the_start(since),
            latest=latest,
            with_text=with_text,
            as_published=as_published,
            max_wacz_bytes=wacz_size * 1_000_000,
            notify=message,
            progress=progress,
        )
    if not made.rows.get("versions"):
        place = f" of {division_name(code)}" if code else ""
        message(f"{archive}: no report{place} passes these filters")
    changes = ", ".join(f"{number} {op}" for op, number in made.changes.items())
    message(
        f"{changes} since {made.entry['since'] or 'nothing'}"
        if made.fresh
        else "nothing has changed since this delivery"
    )
    if json:
        print_json(made.entry)
    else:
        print(made.path)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Show on a terminal how far it is."""
    from crawler.cli.output import PlainConsole

    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    console = PlainConsole(sys.stderr)
    spinner = "dots" if console.encoding.lower().startswith("utf") else "line"
    with console.status(translate("reading the archive …"), spinner=spinner) as status:
        yield lambda done, total: status.update(
            translate(
                f"{done} of {counted(total, 'version')}"
                + ("; completing the files …" if done == total else "")
            )
        )
