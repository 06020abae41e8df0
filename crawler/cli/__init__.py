"""The command line: one library call a command. Data goes to stdout, progress and messages to stderr.

`program/` has the table of commands, and what is common to all: lazy imports, help, variables. Each command is a function
in a module of its own: `crawling` (`crawl`), `sources`, `adding` and `finding/` (`source`), `fixtures` (`fixture`), `reading` (`extract`),
`questions/` (`reports`, `show`, `cite`, `export` …, one module a command), `importing` (`import`), `recognition` (`ocr`), `evidence` (`verify`, `rebuild`, `merge`), `anchoring` (`anchor`). Shared: `options` (flags),
`output` (JSON, tables), `display` and `summary` (what a crawl prints), `log` (`--log`), `streams` (stdout and stderr).
"""

from __future__ import annotations

import sys

from crawler.cli import streams
from crawler.field.text import visible_line


def main() -> None:
    """Run `fazhi`. A CrawlerError becomes one message on stderr and its class's exit code."""
    streams.restart_in_utf8_mode()
    # after it, so that a process that starts again has imported little
    from crawler.cli.program.completion import answer_the_shell
    from crawler.cli.program.root import app
    from crawler.errors import ConfigError, CrawlerError

    streams.install()
    answer_the_shell()
    try:
        app(prog_name="fazhi")
    except SystemExit as left:  # as typer ends every command
        sys.exit(streams.finish(left.code if isinstance(left.code, int) else 0))
    except CrawlerError as error:
        # the faults of a sources.yaml are lines; any other error is one, whatever name of a file is in it
        print(error if isinstance(error, ConfigError) else visible_line(str(error)), file=sys.stderr)
        for note in getattr(error, "__notes__", ()):
            print(visible_line(note), file=sys.stderr)
        sys.exit(streams.finish(error.exit_code))
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        print(visible_line(f"{place}{error.strerror or error}"), file=sys.stderr)
        sys.exit(streams.finish(CrawlerError.exit_code))
