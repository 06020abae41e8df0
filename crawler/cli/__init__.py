"""The command line: one library call a command. Data goes to stdout, progress and messages to stderr.

Commands: `crawling` (`crawl`), `sources`, `adding` and `finding/` (`source`), `fixtures` (`fixture`), `reading` (`extract`),
`questions/` (`reports`, `show`, `cite`, `export` …, one module a command), `importing` (`import`), `recognition` (`ocr`), `evidence` (`verify`, `rebuild`, `merge`), `anchoring` (`anchor`),
`contributing/` (`cms`, `source fmt`). Shared: `options` (flags),
`output` (JSON, tables), `display` and `summary` (what a crawl prints), `log` (`--log`), `streams` (stdout and stderr).
"""

from __future__ import annotations

import sys

import typer

from crawler import __version__
from crawler.cli import (
    anchoring,
    crawling,
    evidence,
    fixtures,
    importing,
    reading,
    sources,
    streams,
)
from crawler.cli.contributing import cms
from crawler.cli.output import message
from crawler.cli.questions import changes, cite, coverage, diff, export, indicators, reports, search, show
from crawler.cli.recognition.command import ocr
from crawler.errors import ConfigError, CrawlerError
from crawler.field.text import visible_line

EXIT_CODES = """
Exit codes: 0 success; 1 finished, but some site failed, or a time stamp could not be had, or stdout or the --log file could not be written (for example a
full disk or a broken pipe; the archive is complete all the same); 2 wrong usage or a faulty sources.yaml; 3 another
crawl has locked this archive; 4 the archive is damaged, was written by a newer fazhi, or cannot be read or written.
"""

app = typer.Typer(
    name="fazhi",
    help="Collect 法治政府建设情况报告 from government sites into an archive of dated versions.",
    epilog=EXIT_CODES,
    rich_markup_mode=None,  # plain help: it goes through a stream that escapes control sequences, as all output does
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("crawl")(crawling.crawl)
app.command("import")(importing.import_)
app.command("extract")(reading.extract)
app.command("ocr")(ocr)
app.command("reports")(reports.reports)
app.command("show")(show.show)
app.command("cite")(cite.cite)
app.command("diff")(diff.diff)
app.command("indicators")(indicators.indicators)
app.command("changes")(changes.changes)
app.command("coverage")(coverage.coverage_command)
app.command("export")(export.export)
app.command("search")(search.search)
app.command("verify")(evidence.verify)
app.command("rebuild")(evidence.rebuild)
app.command("merge")(evidence.merge)
app.add_typer(anchoring.app, name="anchor")
app.add_typer(sources.app, name="source")
app.add_typer(fixtures.app, name="fixture")
app.add_typer(cms.app, name="cms")


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", help="Print the version and exit."),
) -> None:
    if version:
        typer.echo(f"fazhi {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:  # pragma: no cover - typer shows the help by itself
        raise typer.Exit(2)


def main() -> None:
    """Run `fazhi`. A CrawlerError becomes one message on stderr and its class's exit code."""
    streams.restart_in_utf8_mode()
    streams.install()
    try:
        app()
    except SystemExit as left:  # as typer ends every command
        sys.exit(streams.finish(left.code if isinstance(left.code, int) else 0))
    except CrawlerError as error:
        # the faults of a sources.yaml are lines; any other error is one, whatever name of a file is in it
        print(error if isinstance(error, ConfigError) else visible_line(str(error)), file=sys.stderr)
        sys.exit(streams.finish(error.exit_code))
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        message(f"{place}{error.strerror or error}")
        sys.exit(streams.finish(CrawlerError.exit_code))
