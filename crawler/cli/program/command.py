"""The class of every command: its options read FAZHI_… variables, and its help has examples and exit codes."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand

from crawler.cli.program import help as help_pages
from crawler.cli.program.values import converter, hints, variable_of
from crawler.errors import CrawlerError


class FazhiCommand(TyperCommand):
    """A command of `fazhi`."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        prepare(self.params)

    def invoke(self, ctx: Any) -> Any:
        """Do what the command does. An error gets notes that tell which variable a value came from."""
        try:
            return super().invoke(ctx)
        except CrawlerError as error:
            for hint in hints(ctx, str(error)):
                error.add_note(hint)
            raise

    def get_params(self, ctx: Any) -> Any:
        """Return the arguments and options, --help among them."""
        return prepare(super().get_params(ctx))

    def get_usage(self, ctx: Any) -> str:
        """Return the line that says how the command is called."""
        return help_pages.usage(self, ctx)

    def get_help(self, ctx: Any) -> str:
        """Return the command's help: what it does, arguments, options, examples, exit codes."""
        return help_pages.page(self, ctx)


def prepare(parameters: Any) -> Any:
    """Give each option its variable, and each parameter a converter that does without pydantic. Return the parameters.

    The import of pydantic takes longer than all else that happens before a command begins.
    """
    for parameter in parameters:
        if parameter.envvar is None:
            parameter.envvar = variable_of(parameter)
        if parameter._runtime_param is None:  # typer makes it on first use, unless it is there
            parameter._runtime_param = converter(parameter)
    return parameters
