"""`fazhi` itself: the application with all commands, its own help and options."""

from __future__ import annotations

import typer

from crawler import __version__
from crawler.cli.program.lazy import group
from crawler.cli.program.table import SECTIONS

app = group(SECTIONS, name="fazhi", invoke_without_command=True)


@app.callback()
def fazhi(
    version: bool = typer.Option(False, "--version", help="Print the version and exit."),
    lang: str | None = typer.Option(
        None,
        "--lang",
        metavar="zh|en",
        help="Language of messages; by default that of the locale. May stand behind the command too.",
    ),
) -> None:
    """Collect 法治政府建设情况报告 from government sites into an archive of dated versions.

    `fazhi COMMAND --help` tells more of a command.

    Examples:
        fazhi source init
        fazhi crawl
        fazhi reports --region 湖北 --year 2022-

    Exit codes:
        0  success
        1  finished, but some site failed, a time stamp could not be had, or stdout or the --log file could not be
           written (for example a full disk or a broken pipe; the archive is complete all the same)
        2  wrong usage or a faulty sources.yaml
        3  another crawl has locked this archive
        4  the archive is damaged, was written by a newer fazhi, or cannot be read or written
    """
    if version:
        typer.echo(f"fazhi {__version__}")
        raise typer.Exit
