"""Shell completion: `fazhi completion SHELL`, and what may stand in the place of ids.

The script that a shell reads asks `fazhi` itself, with the words typed so far in the environment. Nothing here raises: a
fault in a file is told by the command, not at each press of the Tab key.
"""

from __future__ import annotations

import os
import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

VARIABLE = "_FAZHI_COMPLETE"
"""In the environment when a shell asks for completions. typer reads it."""

_ENTRY = re.compile(r"^[ \t]*-[ \t]+id:[ \t]*[\"']?([0-9A-Za-z-]+)", re.MULTILINE)


class Shell(StrEnum):
    """Shells whose completion is known."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def completion(
    shell: Annotated[Shell, typer.Argument(metavar="bash|zsh|fish", help="The shell.")],
) -> None:
    """Print the script with which a shell completes commands, options and ids.

    For bash, in ~/.bashrc: eval "$(fazhi completion bash)". For zsh, in ~/.zshrc, after compinit:
    eval "$(fazhi completion zsh)". For fish, once: fazhi completion fish > ~/.config/fish/completions/fazhi.fish

    Examples:
        eval "$(fazhi completion bash)"
        fazhi completion zsh
        fazhi completion fish > ~/.config/fish/completions/fazhi.fish

    Exit codes:
        0  done
        2  wrong use
    """
    from typer.completion import get_completion_script  # type: ignore[attr-defined]  # imported there

    print(get_completion_script(prog_name="fazhi", complete_var=VARIABLE, shell=shell.value))


def answer_the_shell() -> None:
    """Let typer answer, if a shell asks for completions; otherwise do nothing."""
    if VARIABLE in os.environ:
        from typer.completion import completion_init  # type: ignore[attr-defined]  # imported there

        completion_init()


def source_ids(context: typer.Context, incomplete: str) -> list[str]:
    """Return ids of entries of the sources.yaml and of sources.d beside it, read as text: the YAML is not checked."""
    path = Path(context.params.get("sources") or "sources.yaml")
    found: set[str] = set()
    for each in (path, *sorted((path.parent / "sources.d").glob("*.yaml"))):
        try:
            found.update(_ENTRY.findall(each.read_text("utf-8", "replace")))
        except OSError:
            continue
    return sorted(id for id in found if id.startswith(incomplete))


def report_ids(context: typer.Context, incomplete: str) -> list[str]:
    """Return ids of reports in the archive that is meant."""
    from crawler.archive.reader_queries.ids import report_ids as ids_in

    return ids_in(Path(context.params.get("archive") or "archive") / "catalogue.db", incomplete)
