"""`fazhi source fmt`: put sources.yaml in order."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crawler.cli.options import SourcesOption
from crawler.cli.output import message
from crawler.errors import ConfigError
from crawler.field.text import visible


def fmt(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE]...", help="Default: sources.yaml and the files of the folder beside it."
        ),
    ] = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Write nothing; print what would change. Exit code 1 if there is any."),
    ] = False,
    sources: SourcesOption = Path("sources.yaml"),
) -> None:
    """Put the keys and entries of sources.yaml in order: keys as in the documentation, entries by region code.

    Values, quotes, line breaks and comments stay as they are written. A comment with a blank line below it is the heading of
    a group; entries stay in their groups, and a group whose heading names no division keeps its order.

    Examples:
        fazhi source fmt
        fazhi source fmt --check
        fazhi source fmt sources.d/hubei.yaml

    Exit codes:
        0  the files are in order
        1  with --check: a file is not in order
        2  wrong usage, or a file that is not YAML or cannot be written
    """
    from crawler.sources import folder_of
    from crawler.sources.formatting import format_file

    paths = files or [sources, *sorted(folder_of(sources).glob("[!.]*.yaml"))]
    changed = False
    for path in paths:
        try:
            diff = format_file(path, check=check)
        except OSError as error:
            raise ConfigError(f"{path}: cannot be written: {error.strerror or error}") from error
        if diff and check:
            print(visible(diff), end="")
        message(f"{path}: {'in order' if not diff else 'not in order' if check else 'put in order'}")
        changed = changed or bool(diff)
    raise typer.Exit(1 if check and changed else 0)
