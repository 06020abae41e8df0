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

from crawler.cli import streams
from crawler.field.text import visible_line
from crawler.language import translate

EXIT_INTERRUPTED = 130
"""Exit code after Ctrl-C, as typer and shells have it: 128 and the number of SIGINT."""


def main() -> None:
    """Run `fazhi`. A CrawlerError becomes one message on stderr and its class's exit code; so does Ctrl-C, without one."""
    try:
        _run()
    except KeyboardInterrupt:  # before a command has begun, or behind its end: typer catches it within
        sys.exit(EXIT_INTERRUPTED)


def _run() -> None:
    streams.restart_in_utf8_mode()
    streams.tell_of_sigterm()
    # after it, so that a process that starts again has imported little
    import typer

    from crawler.cli.program.completion import answer_the_shell
    from crawler.cli.program.language import speak_as_asked
    from crawler.cli.program.root import app
    from crawler.cli.program.wrong_use import tell_of_wrong_use
    from crawler.errors import ConfigError, CrawlerError

    streams.install()
    answer_the_shell()
    try:
        code = app(speak_as_asked(sys.argv[1:], os.environ), prog_name="fazhi", standalone_mode=False)
        sys.exit(streams.finish(code if isinstance(code, int) else 0))
    except typer.TyperException as error:
        tell_of_wrong_use(error)
        sys.exit(streams.finish(error.exit_code))
    except typer.Abort:
        print(translate("Aborted!"), file=sys.stderr)
        sys.exit(streams.finish(1))
    except CrawlerError as error:
        # the faults of a sources.yaml are lines; any other error is one, whatever name of a file is in it
        told = str(error) if isinstance(error, ConfigError) else visible_line(str(error))
        print(translate(told), file=sys.stderr)
        for note in getattr(error, "__notes__", ()):
            print(translate(visible_line(note)), file=sys.stderr)
        sys.exit(streams.finish(error.exit_code))
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        print(translate(visible_line(f"{place}{error.strerror or error}")), file=sys.stderr)
        sys.exit(streams.finish(CrawlerError.exit_code))
