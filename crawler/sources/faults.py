"""How faults of values in a YAML file are made, by the models that check them, and told: with the key, what was expected, what was found."""

from __future__ import annotations

import difflib
import reprlib
from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict
from pydantic_core import ErrorDetails, PydanticCustomError

from crawler.sources.yaml_file import Place, YamlFile, dotted

SECRET = "secret"
"""Type of an error whose value must not be shown."""


class Strict(BaseModel):
    """A mapping whose keys and types are all known."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def fault(expected: str, kind: str = "expected") -> PydanticCustomError:
    """Return the error of a value: `must be …`. `kind`: SECRET if the value must not be shown."""
    return PydanticCustomError(kind, "{expected}", {"expected": expected})


_PLAIN = {
    "missing": "is missing",
    "model_type": "must be a mapping of keys to values",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "int_type": "must be a whole number",
}


_SHORT = reprlib.Repr()
_SHORT.maxlevel, _SHORT.maxlist, _SHORT.maxdict = 2, 3, 3  # nested aliases can make a value huge
_SHORT.maxstring = _SHORT.maxother = 200


def describe(
    detail: ErrorDetails, yaml_file: YamlFile, known: Iterable[str], *, secret: bool = False
) -> tuple[int, str]:
    """Return a pydantic error as line and message: `sources[3].delay: must be …, got 'fast'`.

    `known`: the keys that may stand where an unknown one does. `secret`: the value is not shown.
    """
    path: Place = detail["loc"]
    line, kind = yaml_file.line(path), detail["type"]
    if kind == "extra_forbidden":
        return line, f"{dotted(path)}: no such key{suggestion(str(path[-1]), known)}"
    if kind == "missing":
        return yaml_file.line(path[:-1]), f"{dotted(path)}: is missing"
    problem = _PLAIN.get(kind) or detail["msg"].removeprefix("Input ").replace("should be", "must be")
    if secret or kind == SECRET:
        return line, f"{dotted(path)}: {problem}"
    return line, f"{dotted(path)}: {problem}, got {_SHORT.repr(detail['input'])}"


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return `; did you mean …?` with the closest known name, as the end of a message; empty if none is close."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""
