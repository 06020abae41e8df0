"""The help of a command, as text: usage, what it does, arguments, options, commands, examples, exit codes.

A command's docstring has its description, and then, if any, the paragraphs `Examples:` and `Exit codes:`, whose lines are
indented. They are printed after the options. Widths are columns of a terminal, in which a Chinese character takes two.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from inspect import cleandoc
from typing import Any, NamedTuple
from unicodedata import east_asian_width

from crawler.language import translate

MAX_COLUMNS = 80
_FIRST_COLUMN = 26  # width of the names of options, where there is one longer than this
_OUTPUT = {"json", "csv", "html", "quiet", "figures", "log", "metrics", "explain", "open"}
_GENERAL = {
    "archive",
    "sources",
    "replay",
    "connect-to",
    "folder",
    "lang",
    "database",
    "processes",
    "help",
}
_WIDE = (
    "\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6"
)
_CLOSING = "，。、；：？！）》〉】」』”’…,.;:?!)"
_OPENING = r"（《〈【「『“‘(\["
_PIECE = f"[{_OPENING}]{{0,4}}[{_WIDE}][{_CLOSING}]*|[^{_WIDE}]+"
"""A piece of a word that stays on one line: a line may end behind each Chinese character, but not before 。or behind （.
It is compiled where a text has Chinese, because that takes longer than all else that a help needs."""

_EXIT_CODE = re.compile(r"([0-9])\s+(\S.*)")

Rows = Sequence[tuple[str, str]]


class Documentation(NamedTuple):
    """A command's docstring: its description, its examples, and what each exit code means."""

    description: tuple[str, ...]  # paragraphs
    examples: tuple[str, ...]  # command lines
    exit_codes: tuple[tuple[int, str], ...]


def documentation(docstring: str) -> Documentation:
    """Return the parts of a command's docstring."""
    description: list[str] = []
    examples: tuple[str, ...] = ()
    exit_codes: list[tuple[int, str]] = []
    for paragraph in re.split(r"\n[ \t]*\n", cleandoc(docstring)):
        heading, *lines = paragraph.splitlines() or [""]
        if heading == "Examples:":
            examples = tuple(line.strip() for line in lines)
        elif heading == "Exit codes:":
            for line in lines:
                if found := _EXIT_CODE.fullmatch(line.strip()):
                    exit_codes.append((int(found[1]), found[2]))
                elif exit_codes:
                    exit_codes[-1] = exit_codes[-1][0], f"{exit_codes[-1][1]} {line.strip()}"
        elif paragraph:
            description.append(" ".join(paragraph.split()))
    return Documentation(tuple(description), examples, tuple(exit_codes))


def usage(command: Any, context: Any) -> str:
    """Return the line that says how a command is called."""
    return "\n".join(_usage(command, context))


def page(command: Any, context: Any, commands: Iterable[tuple[str, Rows]] = ()) -> str:
    """Return the help of a command; `commands`: those of a group, by heading."""
    found = documentation(command.help or "")
    lines = list(_usage(command, context))
    for paragraph in found.description:
        lines += ["", *wrapped(translate(paragraph), "  ")]
    parameters = [each for each in command.get_params(context) if not each.hidden]
    for heading, rows in commands:
        lines += _section(heading, [(name, translate(about)) for name, about in rows])
    arguments = [each for each in parameters if each.param_type_name == "argument"]
    lines += _section("Arguments", [(_argument(each), _about(each)) for each in arguments])
    options = [each for each in parameters if each.param_type_name == "option"]
    for heading in ("Options", "Output", "General"):
        of_these = [each for each in options if _heading(each) == heading]
        lines += _section(heading, [(_option(each), _about(each)) for each in of_these])
    if found.examples:
        lines += ["", f"{translate('Examples')}:", *(f"  {line}" for line in found.examples)]
    lines += _section("Exit codes", [(str(code), translate(text)) for code, text in found.exit_codes])
    return "\n".join(lines)


def _heading(option: Any) -> str:
    """Return under which heading an option is listed: the command's own first, those of most commands last."""
    names = {name.removeprefix("--") for name in option.opts}
    return "Output" if names & _OUTPUT else "General" if names & _GENERAL else "Options"


def _usage(command: Any, context: Any) -> Iterator[str]:
    words = [context.command_path, command.options_metavar]
    for each in command.params:
        if each.param_type_name == "argument" and not each.hidden:
            words.append(_argument(each))
    if metavar := getattr(command, "subcommand_metavar", None):
        words.append(metavar)
    return wrapped(" ".join(filter(None, words)), f"{translate('Usage')}: ")


def _section(heading: str, rows: Rows) -> Iterator[str]:
    if not rows:
        return
    yield ""
    yield f"{translate(heading)}:"
    widest = min(max(columns(name) for name, _ in rows), _FIRST_COLUMN)
    for name, about in rows:
        fits = columns(name) <= widest
        if not fits:
            yield f"  {name}"
        first = f"  {name}{' ' * (widest - columns(name))}  " if fits else " " * (widest + 4)
        yield from wrapped(about, first) if about else [first.rstrip()]


def _argument(parameter: Any) -> str:
    return parameter.metavar or str(parameter.name).upper()


def _option(parameter: Any) -> str:
    names = ", ".join(sorted((*parameter.opts, *parameter.secondary_opts), key=len))
    return names if parameter.is_flag else f"{names} {kind(parameter)}"


def kind(parameter: Any) -> str:
    """Return the word for the value of an option: its metavar, its choices, or a word by its type and name."""
    described = parameter.type_descriptor
    if parameter.metavar:
        return str(parameter.metavar)
    if described.choices is not None:
        return "|".join(_value(choice) for choice in described.choices)
    name = str(max(parameter.opts, key=len)).removeprefix("--")
    if described.is_path:
        return "PATH" if name == "replay" else "DIR" if name in ("archive", "folder") else "FILE"
    return "NUMBER" if described.annotation is int else name.upper()


def _value(value: Any) -> str:
    """Return a default or a choice as it is typed."""
    if isinstance(value, list | tuple):
        return ", ".join(map(_value, value))
    return str(getattr(value, "value", value))


def _about(parameter: Any) -> str:
    """Return what an option is for, with its default, its bounds and its variable."""
    facts = []
    default = parameter.default
    if default not in (None, False, ()) and parameter.param_type_name == "option" and not callable(default):
        facts.append(f"default: {_value(default)}")
    bounds = (parameter.min, parameter.max)
    if bounds != (None, None):
        least, most = bounds
        facts.append(
            f"{least} to {most}"
            if None not in bounds
            else f"{least} or more"
            if most is None
            else f"{most} or less"
        )
    if parameter.envvar:
        facts.append(f"variable: {parameter.envvar}")
    about = translate(parameter.help or "")
    return about + (f" [{'; '.join(map(translate, facts))}]" if facts else "")


def wrapped(text: str, first: str) -> Iterator[str]:
    """Yield the lines of a text that begins behind `first`; further lines are indented as far."""
    width = min(shutil.get_terminal_size().columns, MAX_COLUMNS) - 1
    indent = " " * columns(first)
    line, empty = first, True
    for word in text.split():
        for number, piece in enumerate([word] if word.isascii() else re.findall(_PIECE, word)):
            gap = "" if empty or number else " "
            if not empty and columns(line) + len(gap) + columns(piece) > width:
                yield line
                line, gap = indent, ""
            line, empty = f"{line}{gap}{piece}", False
    yield line


def columns(text: str) -> int:
    """Return the width of a text on a terminal."""
    return sum(2 if _is_wide(character) else 1 for character in text)


def _is_wide(character: str) -> bool:
    return east_asian_width(character) in "WF"
