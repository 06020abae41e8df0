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


@dataclass(slots=True)
class Marked:
    """A YAML document as plain values, with the line of each, and the faults found on the way."""

    file: str
    lines: dict[Place, int] = field(default_factory=dict)
    faults: list[tuple[int, str]] = field(default_factory=list)

    def value(self, node: yaml.Node, loader: Any, path: Place = ()) -> Any:
        """Plain value of a node. Duplicate keys, which YAML forbids and PyYAML takes, are faults."""
        self.lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return dict(self._pairs(node, loader, path))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, loader, (*path, i)) for i, item in enumerate(node.value)]
        value = loader.construct_object(node)
        return str(value) if node.tag == "tag:yaml.org,2002:timestamp" else value

    def _pairs(self, node: yaml.MappingNode, loader: Any, path: Place) -> Iterator[tuple[Any, Any]]:
        seen: dict[Any, int] = {}
        for key_node, value_node in node.value:
            key = loader.construct_object(key_node)
            line = key_node.start_mark.line + 1
            if key in seen:
                self.faults.append(
                    (line, f"{dotted((*path, key))}: stands here twice, first on line {seen[key]}")
                )
            seen[key] = line
            value = self.value(value_node, loader, (*path, key))
            self.lines[(*path, key)] = line
            yield key, value

    def line(self, path: Place) -> int:
        """Line of a value, or of the nearest thing around it that has one."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def parse(path: Path, marked: Marked) -> Any:
    """The values of a YAML file, lines and duplicate keys noted in `marked`. Raises ConfigError for what is no YAML."""
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
        return marked.value(node, loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join(filter(None, (error.context, error.problem)))
        raise ConfigError(f"{path}:{mark.line + 1 if mark else 1}: not YAML: {problem}") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}:1: not YAML: {error}") from error
    finally:
        loader.dispose()


def dotted(path: Place) -> str:
    """`sources[3].delay`, as messages name a place."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".") or "the file"
