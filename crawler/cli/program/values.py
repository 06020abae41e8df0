"""Values of options and arguments: their FAZHI_… variables, and their conversion from what was typed.

typer converts values by pydantic. The types that our commands use are few, and the messages here name the variable that a
value came from.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_origin

import typer

VARIABLES = frozenset(
    {
        "archive", "sources", "replay", "connect-to", "folder", "log", "figures", "quiet", "max-time",
        "max-requests", "budget", "at-once", "render", "ways", "tsa-roots", "timestamp", "processes",
        "metrics", "lang", "database", "host", "port", "queue", "segments", "scratch", "sites-at-once",
    }
)  # fmt: skip
"""Options that have a variable, FAZHI_ARCHIVE for --archive: those that say where and how a command works. Those that say
what is asked for, or in which form it is printed, have none: set for all commands, they would change what each one means."""

_ARCHIVES = frozenset({"archive", "other", "deliveries"})
"""Parameters that name an archive, or where deliveries go: a folder, or an address of an object store."""

_HOST_AND_PATH = (
    r"[0-9A-Za-z\u4e00-\u9fff-]+(\.[0-9A-Za-z\u4e00-\u9fff-]+)*\.[A-Za-z\u4e00-\u9fff]{2,}(:[0-9]+)?(/\S*)?"
)
"""An address without http://, such as www.wuhan.gov.cn/zwgk/."""

_PASSWORD = re.compile(r"([?&](?:ssl)?password=)[^&]+")
"""A password among the parameters of a database's address."""

_FILE_ENDINGS = frozenset(
    [
        "csv",
        "doc",
        "docx",
        "gz",
        "htm",
        "html",
        "json",
        "jsonl",
        "md",
        "mht",
        "mhtml",
        "ofd",
        "pdf",
        "py",
        "rtf",
        "shtml",
        "tsv",
        "txt",
        "warc",
        "wps",
        "xls",
        "xlsx",
        "xml",
        "yaml",
        "yml",
        "zip",
    ]
)

_TRUE, _FALSE = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})


def variable_of(parameter: Any) -> str | None:
    """Return the variable of an option, such as FAZHI_ARCHIVE; None for an argument or an option without one."""
    if parameter.param_type_name != "option":
        return None
    names = [name[2:] for name in parameter.opts if name.startswith("--")]
    return next((f"FAZHI_{name.upper().replace('-', '_')}" for name in names if name in VARIABLES), None)


def converter(parameter: Any) -> Converter | None:
    """Return what converts a parameter's values, or None if its type is one that only typer converts."""
    annotation, info = parameter.type_descriptor.annotation, parameter.type_descriptor.parameter_info
    of_each = get_args(annotation)[0] if get_origin(annotation) is list else annotation
    of_words = isinstance(of_each, type) and issubclass(of_each, Enum)
    if (of_each not in (str, int, bool, Path) and not of_words) or info.parser is not None:
        return None
    return Converter(of_each, info, parameter.name in _ARCHIVES)


class Converter:
    """Converts the values of one parameter. typer calls `coerce` with what was typed, or with the parameter's default."""

    def __init__(self, kind: type, info: Any, of_archive: bool = False) -> None:
        self._kind, self._info, self._of_archive = kind, info, of_archive

    def coerce(self, value: Any, param: Any, ctx: typer.Context) -> Any:
        """Return the value, or a list of them for a parameter that may be repeated. Raises typer.BadParameter."""
        several = param.multiple or param.nargs == -1
        if value is None:
            return () if several else None
        try:
            return [self._one(each) for each in value] if several else self._one(value)
        except ValueError as error:
            raise typer.BadParameter(str(error), ctx=ctx, param_hint=given_by(param, ctx)) from None

    def _one(self, value: Any) -> Any:
        if self._kind is bool:
            return value if isinstance(value, bool) else _truth(value)
        if self._kind is int:
            return self._whole_number(value)
        if self._kind is Path:
            return self._path(value)
        if issubclass(self._kind, Enum):
            return self._word(self._kind, value)
        return str(value)

    def _word(self, words: type[Enum], value: Any) -> Enum:
        try:
            return words(value)
        except ValueError:
            known = ", ".join(f"'{each.value}'" for each in words)  # in quotes: no word to translate
            raise ValueError(f"{value!r} is none of {known}") from None

    def _whole_number(self, value: Any) -> int:
        least, most = self._info.min, self._info.max
        try:
            number = int(value)
        except ValueError:
            raise ValueError(f"{value!r} is no whole number") from None
        if (least is not None and number < least) or (most is not None and number > most):
            bounds = f"from {least} to {most}" if None not in (least, most) else f"{least} or more"
            raise ValueError(f"{number}: must be {bounds if least is not None else f'{most} or less'}")
        return number

    def _path(self, value: Any) -> Path:
        if self._of_archive and not isinstance(value, Path) and "://" in value:
            return _in_object_store(value)
        path, info = Path(value), self._info
        try:
            mode = os.stat(path).st_mode
        except OSError:
            if info.exists:
                raise ValueError(f"{value}: is not there") from None
            return path
        except ValueError:  # a NUL byte in the name
            raise ValueError(f"{value!r} is no name of a file") from None
        if not info.file_okay and stat.S_ISREG(mode):
            raise ValueError(f"{value}: is a file, and must be a folder")
        if not info.dir_okay and stat.S_ISDIR(mode):
            raise ValueError(f"{value}: is a folder, and must be a file")
        if info.readable and not os.access(path, os.R_OK):
            raise ValueError(f"{value}: cannot be read; you need the permission to read it")
        if info.writable and not os.access(path, os.W_OK):
            raise ValueError(f"{value}: cannot be written; you need the permission to write to it")
        return path


def _in_object_store(address: str) -> Path:
    """Return the path of an archive in a bucket. Raises ValueError for an address that cannot be one."""
    from crawler.archive.storage.places import archive_path  # not for every command
    from crawler.errors import ConfigError

    try:
        return archive_path(address)
    except ConfigError as error:
        raise ValueError(str(error)) from None


def refuse_password(context: typer.Context, parameter: Any, value: str | None) -> str | None:
    """Return the address of a database. Raises typer.BadParameter if it was typed with a password.

    Whoever lists the processes of the machine would read it, and a run records its command.
    """
    source = context.get_parameter_source(parameter.name)
    if value is not None and source is not None and source.name == "COMMANDLINE" and masked(value) != value:
        raise typer.BadParameter(
            "holds a password, which other users of the machine can read; put it into PGPASSWORD, ~/.pgpass, or the whole"
            " address into FAZHI_DATABASE",
            ctx=context,
            param=parameter,
        )
    return value


def masked(address: str) -> str:
    """Return the address of a database without its passwords."""
    scheme, separator, rest = address.partition("://")
    credentials, at, host = rest.rpartition("@")
    user, _, password = credentials.partition(":")
    if at and password:
        rest = f"{user}:***@{host}"
    return _PASSWORD.sub(r"\1***", scheme + separator + rest)


def given_by(parameter: Any, context: typer.Context) -> str:
    """Return where a parameter's value came from, for a message: `--max-time`, `FAZHI_MAX_TIME` or `ID`."""
    source = context.get_parameter_source(parameter.name)
    if source is not None and source.name == "ENVIRONMENT":
        return str(parameter.envvar)
    if parameter.param_type_name == "option":
        return str(max(parameter.opts, key=len))
    return str(parameter.metavar or parameter.name)


def from_environment(context: typer.Context) -> Iterator[tuple[str, str, str]]:
    """Yield each option whose value came from its variable: its name, the variable, the value."""
    for parameter in context.command.params:
        source = context.get_parameter_source(parameter.name)
        if source is not None and source.name == "ENVIRONMENT":
            variable = str(parameter.envvar)
            yield max(parameter.opts, key=len), variable, masked(os.environ.get(variable, ""))


def address_hint(text: object) -> str | None:
    """Return what to do about an address without its scheme; None for any other text, and for a file that is there."""
    if not isinstance(text, str) or not re.fullmatch(_HOST_AND_PATH, text) or os.path.exists(text):
        return None
    if "/" not in text and text.rpartition(".")[2].lower() in _FILE_ENDINGS:
        return None
    return f"an address begins with http:// or https://; did you mean http://{text} ?"


def hints(context: typer.Context, message: str) -> Iterator[str]:
    """Yield what may help with an error: values that came from variables, and addresses without http://."""
    for name, variable, value in from_environment(context):
        if name in message or value in message:
            yield f"{name} is {value}, by the variable {variable}"
    for given in context.params.values():
        for each in given if isinstance(given, list | tuple) else (given,):
            hint = address_hint(each)
            if hint is not None and str(each) in message and "http://" not in message:
                yield f"{each}: {hint}"


def _truth(value: str) -> bool:
    word = value.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE or not word:
        return False
    raise ValueError(f"{value!r}: must be 1 or 0")
