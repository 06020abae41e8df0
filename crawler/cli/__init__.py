"""The command line: one library call a command. Data to stdout, progress and messages to stderr."""

from __future__ import annotations

import sys

import typer

from crawler import __version__
from crawler.cli import crawling, evidence, fixtures, importing, reading, sources
from crawler.errors import CrawlerError

app = typer.Typer(
    name="fazhi",
    help="Gathers 法治政府建设情况报告 from government sites into an archive of dated versions.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("crawl")(crawling.crawl)
app.command("import")(importing.import_)
app.command("extract")(reading.extract)
app.command("reports")(reading.reports)
app.command("show")(reading.show)
app.command("verify")(evidence.verify)
app.command("rebuild")(evidence.rebuild)
app.command("merge")(evidence.merge)
app.add_typer(sources.app, name="source")
app.add_typer(fixtures.app, name="fixture")


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", help="Print the version and leave."),
) -> None:
    if version:
        typer.echo(f"fazhi {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:  # pragma: no cover - typer shows the help by itself
        raise typer.Exit(2)


def main() -> None:
    """Entry point of `fazhi`: our errors become one message on stderr and their class's exit code."""
    try:
        app()
    except CrawlerError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
