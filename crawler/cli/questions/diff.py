"""`fazhi diff`: what differs between two archived texts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler import archive as archives
from crawler.cli.options import ArchiveOption, DatabaseOption, JsonOption
from crawler.cli.output import message, print_json
from crawler.cli.program.completion import report_ids
from crawler.errors import ConfigError, CrawlerError
from crawler.field.text import visible

if TYPE_CHECKING:
    from rich.text import Text

    from crawler.questions.diff.texts import Difference
    from crawler.questions.diff.unified import Line

_COLOURS = {"plain": "", "head": "cyan", "removed": "red", "added": "green", "moved": "yellow"}


def diff(
    report_id: Annotated[
        str,
        typer.Argument(metavar="ID", help="Id of a report, or an address of it.", autocompletion=report_ids),
    ],
    versions: Annotated[
        str | None, typer.Argument(metavar="[A..B]", help="Two versions; the last two texts if omitted.")
    ] = None,
    years: Annotated[
        str | None, typer.Option(metavar="A..B", help="Compare this government's reports on two years.")
    ] = None,
    between: Annotated[
        str | None, typer.Option(metavar="ID", help="Compare with the latest text of this report.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page with both texts side by side.")
    ] = None,
    archive: ArchiveOption = Path("archive"),
    database: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Show what differs between two texts: paragraphs, and characters within them.

    Removed words stand in [-…-], added ones in {+…+}. A line begins with ~ for a changed paragraph, + added, - removed,
    < and > moved.

    Examples:
        fazhi diff 420100-2022
        fazhi diff 420100-2022 1..2 --html diff.html
        fazhi diff 420100-2022 --years 2021..2022

    Exit codes:
        0  done
        2  wrong use, there is no archive, or no such report
        4  the archive is damaged, or a newer fazhi wrote it
    """
    from crawler.questions.diff.hunks import difference_json
    from crawler.questions.diff.texts import diff_reports, diff_versions, diff_years

    if sum(each is not None for each in (versions, years, between)) > 1:
        raise ConfigError("give one of A..B, --years and --between")
    with archives.Reader.read(archive, database=database) as store:
        if years is not None:
            found = diff_years(store, report_id, years)
        elif between is not None:
            found = diff_reports(store, report_id, between)
        else:
            found = diff_versions(store, report_id, versions)
    if html is not None:
        _write(html, found)
    if json:
        print_json(difference_json(found))
    elif html is None:
        _print(found)


def _write(path: Path, found: Difference) -> None:
    from crawler.questions.diff.side_by_side import side_by_side

    try:
        path.write_text(side_by_side(found), "utf-8")
    except OSError as error:
        raise CrawlerError(f"{path}: cannot be written: {error.strerror}") from error
    message(f"written: {path}")


def _print(found: Difference) -> None:
    from crawler.cli.output import PlainConsole
    from crawler.questions.diff.unified import lines

    console = PlainConsole(sys.stdout) if sys.stdout.isatty() else None
    for line in lines(found):
        if console is None:
            print("".join(piece.text for piece in line))
        else:
            console.print(_coloured(line), soft_wrap=True)


def _coloured(line: Line) -> Text:
    from rich.text import Text

    return Text.assemble(*((visible(piece.text), _COLOURS[piece.role]) for piece in line))
