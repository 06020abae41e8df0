"""A new entry into sources.yaml, as text put in at its place: every other byte stays as it is."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from crawler.errors import ConfigError
from crawler.sources.load import load_sites

_STEP = "  "
_FLOW_MARKS = ",[]{}"


def entry_lines(entry: Mapping[str, str | list[str]]) -> list[str]:
    """An entry as it is written: `- id: wuhan`, then its other keys, two spaces in."""
    lines = [line for key, value in entry.items() for line in _key_lines(key, value)]
    return [("- " if i == 0 else _STEP) + line for i, line in enumerate(lines)]


def _key_lines(key: str, value: str | list[str]) -> Iterator[str]:
    if isinstance(value, str):
        yield f"{key}: {_scalar(value)}"
    elif len(value) == 1 and not any(mark in value[0] for mark in _FLOW_MARKS):
        yield f"{key}: [{_scalar(value[0])}]"
    else:
        yield f"{key}:"
        yield from (f"{_STEP}- {_scalar(each)}" for each in value)


def _scalar(value: str) -> str:
    """Plain where YAML reads the same text back (a day stays a day), else in double quotes, which are JSON's."""
    try:
        plain = yaml.load(f"a: {value}", yaml.BaseLoader)["a"] == value
        typed = yaml.safe_load(value)
    except yaml.YAMLError:
        return json.dumps(value, ensure_ascii=False)
    is_number = isinstance(typed, int | float | bool) or typed is None
    return json.dumps(value, ensure_ascii=False) if is_number or not plain or "#" in value else value


def add_entry(path: Path, entry: Mapping[str, str | list[str]]) -> None:
    """Append an entry to a sources.yaml. Raises ConfigError, with the file untouched, where that makes it faulty."""
    path = path.resolve()  # a link stays a link
    text = path.read_bytes().decode("utf-8")
    scratch = path.with_name(f".{path.name}.new")
    try:
        scratch.write_bytes(with_entry(text, entry).encode("utf-8"))
        load_sites(scratch)
        shutil.copymode(path, scratch)
        os.replace(scratch, path)
    except ConfigError as error:
        raise ConfigError(*(fault.replace(str(scratch), str(path)) for fault in error.faults)) from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        scratch.unlink(missing_ok=True)


def with_entry(text: str, entry: Mapping[str, str | list[str]]) -> str:
    """The text of a sources.yaml with one more entry after the last of `sources:`."""
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.split(newline)
    node = _sources(text)
    if node is None:
        lead = [] if not lines[-1] else [""]
        at, new = (
            len(lines) - (not lines[-1]),
            [*lead, "sources:", *(_STEP + line for line in entry_lines(entry))],
        )
    elif node.flow_style:
        return _into_flow(lines, node, entry, newline)
    else:
        at, new = _below_last(lines, node, entry)
    after = lines[at:] or [""]  # a file without a line's end at its end gets one
    return newline.join([*lines[:at], *new, *after])


def _sources(text: str) -> yaml.SequenceNode | None:
    root = yaml.compose(text, yaml.SafeLoader)
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    found = next((value for key, value in pairs if key.value == "sources"), None)
    return found if isinstance(found, yaml.SequenceNode) else None


def _below_last(
    lines: list[str], node: yaml.SequenceNode, entry: Mapping[str, str | list[str]]
) -> tuple[int, list[str]]:
    """The line to put the entry at, and its lines: indented like the others, and set apart as they are."""
    last = node.value[-1]
    start = last.start_mark.line
    dash = lines[start].index("-")
    end = _last_line(last) + 1
    while end < len(lines) and lines[end].lstrip().startswith("#") and _indent(lines[end]) > dash:
        end += 1  # a comment that belongs to the last entry
    above = start - 1
    while above >= 0 and lines[above].lstrip().startswith("#"):
        above -= 1
    apart = [""] if len(node.value) > 1 and above >= 0 and not lines[above].strip() else []
    return end, [*apart, *(" " * dash + line for line in entry_lines(entry))]


def _last_line(node: yaml.Node) -> int:
    """The last line of a value that is not blank."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        inner = node.value[-1]
        return _last_line(inner[1] if isinstance(inner, tuple) else inner)
    mark = node.end_mark
    return int(mark.line - 1 if mark.column == 0 and mark.line > node.start_mark.line else mark.line)


def _into_flow(
    lines: list[str],
    node: yaml.SequenceNode,
    entry: Mapping[str, str | list[str]],
    newline: str,
) -> str:
    """Into `sources: []` as lines below it; into a list in brackets as one more, in braces."""
    start, end = node.start_mark, node.end_mark
    line = lines[end.line]
    if not node.value and start.line == end.line:
        lines[end.line] = (line[: start.column] + line[end.column :]).rstrip()
        new = [_STEP + each for each in entry_lines(entry)]
        return newline.join([*lines[: end.line + 1], *new, *(lines[end.line + 1 :] or [""])])
    comma = ", " if node.value else ""
    lines[end.line] = (
        line[: end.column - 1].rstrip()
        + comma
        + json.dumps(entry, ensure_ascii=False)
        + line[end.column - 1 :]
    )
    return newline.join(lines)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
