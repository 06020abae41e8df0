"""Tell of an argument or an option that a command does not have, or cannot use, as typer does, in the language of the command."""

from __future__ import annotations

import sys

import typer

from crawler.field.text import visible
from crawler.language import translate


def tell_of_wrong_use(error: typer.TyperException) -> None:
    """Print on stderr how the command is called, and what is wrong; or the help, if the command was called without anything."""
    told = error.format_message()
    context = getattr(error, "ctx", None)
    if context is not None and told == context.get_help():
        print(told, file=sys.stderr)
        return
    if context is not None:
        hint = f"Try '{context.command_path} {context.help_option_names[0]}' for help."
        print(f"{context.get_usage()}\n{translate(hint)}\n", file=sys.stderr)
    print(translate(visible(f"Error: {told}")), file=sys.stderr)
