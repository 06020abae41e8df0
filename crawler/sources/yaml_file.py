"""Read a YAML file into plain values, with the line of each value for error messages.

The file is not trusted: nesting depth, aliases and numbers are checked. `entry` and `load` give the values a meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from crawler.errors import ConfigError

Place = tuple[str | int, ...]
"""Path of a value in the document: ("sources", 3, "delay")."""

MAX_DEPTH = 12
"""Maximum levels of nesting; a sources.yaml has five."""

TEXT = "tag:yaml.org,2002:str"
TIME = "tag:yaml.org,2002:timestamp"
_MERGE = "tag:yaml.org,2002:merge"
_NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
_DECIMAL = re.compile(
    r"[-+]?(?:(?:0|[1-9]\d{0,17})(?:\.\d*)?(?:[eE][-+]?\d{1,3})?|\.\d+|\.(?:inf|nan))", re.I
)
"""Numbers of YAML 1.2. PyYAML reads YAML 1.1, where 1:30 is 90, 010 is 8 and 1_0 is 10; here those stay text."""

_LINE_ENDS = str.maketrans("\x85\u2028\u2029", "   ")
_NOT_PRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def yaml_text(text: str) -> str:
    """Return the text with NEL, LS and PS replaced by spaces.

    They end a line in YAML 1.1, but not in YAML 1.2 and not in editors.
    """
    return text.translate(_LINE_ENDS)


def compose_nodes(text: str) -> yaml.Node | None:
    """Return the root node of a YAML text, from the same loader as `parse`. Raises yaml.YAMLError."""
    node: yaml.Node | None = yaml.compose(yaml_text(text), yaml.CSafeLoader)
    return node


@dataclass(slots=True)
class YamlFile:
    """A parsed YAML file: its plain values, the line of each, and the faults found in it."""

    file: str
    value: Any = None
    faults: list[tuple[int, str]] = field(default_factory=list)
    text: str = ""
    _lines: dict[Place, int] = field(default_factory=dict)

    def line(self, path: Place) -> int:
        """Return the line of a value, or of the nearest value around it. Lines are computed at the first call."""
        if not self._lines:
            root = compose_nodes(self.text)
            self._lines = dict(_lines(root, set())) if root else {(): 1}
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    def fault(self, path: Place, text: str) -> None:
        """Add a fault of the value at a path."""
        self.faults.append((self.line(path), f"{dotted(path)}: {text}"))


def parse(path: Path, text: str | None = None) -> YamlFile:
    """Parse a YAML file, or `text` in its place. Duplicate keys, which PyYAML accepts, are faults.

    Raises ConfigError if the file cannot be read or is not YAML.
    """
    try:
        text = path.read_text("utf-8") if text is None else text
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: no such file; name one with --sources, or write one with `fazhi source init`"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read as UTF-8 text ({error})") from error
    if found := _NOT_PRINTABLE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise ConfigError(f"{path}:{line}: not YAML: holds the control character U+{ord(found[0]):04X}")
    try:
        loader = yaml.CSafeLoader(yaml_text(text))
        try:
            node = loader.get_single_node()
            if node is None:
                raise ConfigError(f"{path}:1: is empty; must hold `sources:` and a list of entries")
            # the nodes are not kept: they would slow down the garbage collector
            parsed = YamlFile(file=str(path), text=text)
            parsed.value = _Values(loader, parsed).of(node, ())
            return parsed
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join(filter(None, (error.context, error.problem)))
        raise ConfigError(f"{path}:{mark.line + 1 if mark else 1}: not YAML: {problem}") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}:1: not YAML: {error}") from error


class _Values:
    """Makes plain values of nodes. An alias gives the same object as its anchor, so that aliases take no memory."""

    def __init__(self, loader: Any, parsed: YamlFile) -> None:
        self._loader = loader
        self._faults = parsed.faults
        self._made: dict[int, Any] = {}  # by the node's identity; the loader's nodes live as long as this
        self._open: set[int] = set()  # nodes around the current one

    def of(self, node: yaml.Node, path: Place) -> Any:
        if isinstance(node, yaml.ScalarNode):
            return node.value if node.tag == TEXT else self._scalar(node, path)
        key = id(node)
        if key in self._open:
            return self._fault(node, path, "is an alias of a value that contains it")
        if key not in self._made:
            if len(path) > MAX_DEPTH:
                return self._fault(node, path[:MAX_DEPTH], f"is nested more than {MAX_DEPTH} levels deep")
            self._open.add(key)
            self._made[key] = (
                self._mapping(node, path)
                if isinstance(node, yaml.MappingNode)
                else [self.of(item, (*path, i)) for i, item in enumerate(node.value)]
            )
            self._open.remove(key)
        return self._made[key]

    def _mapping(self, node: yaml.MappingNode, path: Place) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if not key or key_node.tag == _MERGE:
                self._fault(key_node, path, "a key must be a word, not a list, a mapping, empty or <<")
                continue
            if key in values:
                first = next(k.start_mark.line for k, _ in node.value if k.value == key_node.value) + 1
                self._fault(key_node, (*path, key), f"is given twice, first on line {first}")
            values[key] = self.of(value_node, (*path, key))
        return values

    def _scalar(self, node: yaml.ScalarNode, path: Place) -> Any:
        if node.tag == TIME or (node.tag in _NUMBERS and not _DECIMAL.fullmatch(node.value)):
            return node.value
        try:
            return self._loader.construct_object(node)
        except (ValueError, LookupError, AttributeError):  # from PyYAML, if a value does not fit its tag
            return self._fault(
                node, path, f"is not a valid {node.tag.rpartition(':')[2]}: {node.value[:40]!r}"
            )

    def _fault(self, node: yaml.Node, path: Place, text: str) -> None:
        self._faults.append((node.start_mark.line + 1, f"{dotted(path)}: {text}"))


def _lines(node: yaml.Node, seen: set[int], path: Place = ()) -> Iterator[tuple[Place, int]]:
    """Yield the path and line of each value. A value in a mapping has its key's line; below an alias, the alias's line."""
    yield path, node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode) or id(node) in seen or len(path) > MAX_DEPTH:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        for key_node, value_node in node.value:
            if isinstance(key_node, yaml.ScalarNode):
                below = (*path, key_node.value)
                yield from _lines(value_node, seen, below)
                yield below, key_node.start_mark.line + 1
    else:
        for i, item in enumerate(node.value):
            yield from _lines(item, seen, (*path, i))


def dotted(path: Place) -> str:
    """Return a path as messages show it: `sources[3].delay`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".") or "the file"
