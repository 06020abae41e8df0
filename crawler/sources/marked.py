"""A YAML file as plain values that remember their lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from crawler.errors import ConfigError

Place = tuple[str | int, ...]
"""Where a value stands: ("sources", 3, "delay")."""

_TEXT = "tag:yaml.org,2002:str"
_TIME = "tag:yaml.org,2002:timestamp"


@dataclass(slots=True)
class Marked:
    """A YAML document as plain values, with the line of each, and the faults found on the way."""

    file: str
    value: Any = None
    faults: list[tuple[int, str]] = field(default_factory=list)
    text: str = ""
    _lines: dict[Place, int] = field(default_factory=dict)

    def line(self, path: Place) -> int:
        """Line of a value, or of the nearest thing around it that has one. Lines are found when one is first asked for."""
        if not self._lines:
            root = yaml.compose(self.text, yaml.CSafeLoader)
            self._lines = dict(_lines(root)) if root else {(): 1}
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    def fault(self, path: Place, text: str) -> None:
        """Note a fault of the value at a place."""
        self.faults.append((self.line(path), f"{dotted(path)}: {text}"))


def parse(path: Path) -> Marked:
    """A YAML file; keys that stand twice, which YAML forbids and PyYAML takes, are its faults.

    Raises ConfigError for what is no YAML.
    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file; name one with --sources") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read as UTF-8 text ({error})") from error
    loader = yaml.CSafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise ConfigError(f"{path}:1: is empty; must hold `sources:` and a list of entries")
        marked = Marked(
            file=str(path), text=text
        )  # not the nodes: so many would keep the garbage collector busy
        marked.value = _value(node, loader, (), marked)
        return marked
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join(filter(None, (error.context, error.problem)))
        raise ConfigError(f"{path}:{mark.line + 1 if mark else 1}: not YAML: {problem}") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}:1: not YAML: {error}") from error
    finally:
        loader.dispose()


def _value(node: yaml.Node, loader: Any, path: Place, marked: Marked) -> Any:
    if node.tag == _TEXT:  # most are
        return node.value
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, loader, path, marked)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, loader, (*path, i), marked) for i, item in enumerate(node.value)]
    return node.value if node.tag == _TIME else loader.construct_object(node)


def _mapping(node: yaml.MappingNode, loader: Any, path: Place, marked: Marked) -> dict[Any, Any]:
    values: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = key_node.value if key_node.tag == _TEXT else loader.construct_object(key_node)
        if key in values:
            first = next(k.start_mark.line for k, _ in node.value if k.value == key_node.value) + 1
            line = key_node.start_mark.line + 1
            marked.faults.append((line, f"{dotted((*path, key))}: stands here twice, first on line {first}"))
        values[key] = _value(value_node, loader, (*path, key), marked)
    return values


def _lines(node: yaml.Node, path: Place = ()) -> Iterator[tuple[Place, int]]:
    """The line of each value; of the value of a key, the key's."""
    yield path, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key_node, value_node in node.value:
            below = (*path, key_node.value)
            yield from _lines(value_node, below)
            yield below, key_node.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for i, item in enumerate(node.value):
            yield from _lines(item, (*path, i))


def dotted(path: Place) -> str:
    """`sources[3].delay`, as messages name a place."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".") or "the file"
