"""The command line: one library call a command. Data goes to stdout, progress and messages to stderr.

`program/` has the table of commands, and what is common to all: lazy imports, help, variables. Each command is a function
in a module of its own: `crawling` (`crawl`), `sources`, `adding` and `finding/` (`source`), `fixtures` (`fixture`), `reading` (`extract`),
`questions/` (`reports`, `show`, `cite`, `export` …, one module a command), `importing` (`import`), `recognition` (`ocr`), `evidence` (`verify`, `rebuild`, `merge`, `pack`), `anchoring` (`anchor`), `contributing/` (`cms`,
`source fmt`). Shared: `options` (flags),
`output` (JSON, tables), `display` and `summary` (what a crawl prints), `log` (`--log`), `streams` (stdout and stderr).
"""

from __future__ import annotations

import os
import sys

import typer

from crawler import __version__
from crawler.cli import streams
from crawler.cli.program.language import speak_as_asked
from crawler.cli.program.lazy import group
from crawler.cli.program.table import SECTIONS
from crawler.cli.program.wrong_use import tell_of_wrong_use
from crawler.errors import ConfigError, CrawlerError
from crawler.field.text import visible_line
from crawler.language import translate

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


def main() -> None:
    """Run `fazhi`. A CrawlerError becomes one message on stderr and its class's exit code."""
    streams.restart_in_utf8_mode()
    streams.install()
    try:
        code = app(speak_as_asked(sys.argv[1:], os.environ), standalone_mode=False)
        sys.exit(streams.finish(code if isinstance(code, int) else 0))
    except typer.TyperException as error:
        tell_of_wrong_use(error)
        sys.exit(streams.finish(error.exit_code))
    except typer.Abort:
        print(translate("Aborted!"), file=sys.stderr)
        sys.exit(streams.finish(1))
    except CrawlerError as error:
        # the faults of a sources.yaml are lines; any other error is one, whatever name of a file is in it
        told = translate(str(error))
        print(told if isinstance(error, ConfigError) else visible_line(told), file=sys.stderr)
        sys.exit(streams.finish(error.exit_code))
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        print(visible_line(translate(f"{place}{error.strerror or error}")), file=sys.stderr)
        sys.exit(streams.finish(CrawlerError.exit_code))
