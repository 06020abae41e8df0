"""Groups of commands that import a command's module when the command is called, and not before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import CompletionItem, TyperCommand, TyperGroup  # type: ignore[attr-defined]

from crawler.cli.program import help as help_pages
from crawler.cli.program.command import FazhiCommand, prepare
from crawler.cli.program.table import Command, Group, Section

Built = TyperCommand | TyperGroup


class Commands(Mapping[str, Built]):
    """The commands of a group by name. A command is imported and built when it is taken out."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self._entries = {entry.name: entry for section in sections for entry in section.commands}
        self._built: dict[str, Built] = {}

    def __getitem__(self, name: str) -> Built:
        if name not in self._built:
            self._built[name] = build(self._entries[name])
        return self._built[name]

    def __contains__(self, name: object) -> bool:
        return name in self._entries  # without importing it, as Mapping would

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


class LazyGroup(TyperGroup):
    """A group whose commands are entries of the table. `fazhi --help` reads the table alone."""

    sections: ClassVar[Sequence[Section]] = ()

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = Commands(self.sections)  # type: ignore[assignment]  # nothing is added to it
        prepare(self.params)

    def get_params(self, ctx: Any) -> Any:
        """Return the options, --help among them."""
        return prepare(super().get_params(ctx))

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of the commands, in the order of the table."""
        return list(self.commands)

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Return the commands, or the options, that begin with what was typed, without importing any command."""
        options = TyperCommand.shell_complete(self, ctx, incomplete)  # not those of a group
        entries = (entry for each in self.sections for entry in each.commands)
        found = [
            CompletionItem(each.name, help=each.help) for each in entries if each.name.startswith(incomplete)
        ]
        return [*found, *options]

    def get_usage(self, ctx: Any) -> str:
        """Return the line that says how the group is called."""
        return help_pages.usage(self, ctx)

    def get_help(self, ctx: Any) -> str:
        """Return the group's help: what it is, its options, its commands by section."""
        rows = [
            (each.heading, [(entry.name, entry.help) for entry in each.commands]) for each in self.sections
        ]
        return help_pages.page(self, ctx, rows)


def group(sections: Sequence[Section], **settings: Any) -> typer.Typer:
    """Return a typer application whose commands are those of these sections of the table."""
    of_these = type("LazyGroup", (LazyGroup,), {"sections": tuple(sections)})
    settings.setdefault("no_args_is_help", True)
    return typer.Typer(
        cls=of_these,
        context_settings={"help_option_names": ["-h", "--help"]},
        rich_markup_mode=None,  # plain help: it goes through a stream that escapes control sequences, as all output does
        add_completion=False,
        pretty_exceptions_enable=False,
        **settings,
    )


def build(entry: Command | Group) -> Built:
    """Import what an entry of the table names, and return the command or group."""
    if isinstance(entry, Command):
        single = typer.Typer(rich_markup_mode=None, add_completion=False)
        single.command(entry.name, cls=FazhiCommand)(_function(entry.function))
        built = typer.main.get_command(single)
        assert isinstance(built, TyperCommand)
        return built
    sections = [Section("Commands", entry.commands)]
    if entry.function is None:
        application = group(sections, name=entry.name, help=entry.help)
    else:
        application = group(sections, name=entry.name, no_args_is_help=False)
        application.callback(invoke_without_command=True)(_function(entry.function))
    return typer.main.get_group(application)


def _function(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)
