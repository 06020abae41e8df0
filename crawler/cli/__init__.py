"""The command line: one library call a command. Data to stdout, progress and messages to stderr."""

from __future__ import annotations

import sys

import typer

from crawler import __version__
from crawler.cli import crawling, evidence, fixtures, importing, reading, sources, streams
from crawler.errors import CrawlerError

EXIT_CODES = """
Exit codes: 0 all well; 1 finished, but some site failed, or stdout or --log could not be written (a full device, a
reader of a pipe that left; what was archived is kept, and a stdout that the caller closed is no failure); 2 wrong use or
a faulty sources.yaml; 3 another crawl holds this archive; 4 the archive is damaged, was written by a later fazhi, or
cannot be read or written.
"""

app = typer.Typer(
    name="fazhi",
    help="Gathers 法治政府建设情况报告 from government sites into an archive of dated versions.",
    epilog=EXIT_CODES,
    rich_markup_mode=None,  # plain help: it goes through a stream that escapes control sequences, as all output does
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
    streams.in_utf8()
    streams.prepare()
    try:
        app()
    except SystemExit as left:  # as typer ends every command
        sys.exit(streams.finish(left.code if isinstance(left.code, int) else 0))
    except CrawlerError as error:
        print(error, file=sys.stderr)
        sys.exit(streams.finish(error.exit_code))
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        print(f"{place}{error.strerror or error}", file=sys.stderr)
        sys.exit(streams.finish(CrawlerError.exit_code))
