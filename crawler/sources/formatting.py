"""Put a sources.yaml in order: keys, entries, blank lines, indentation. Values, quotes, line breaks and comments stay as written.

Like `add`, it edits the file as lines, because a YAML writer would write values and comments anew; the YAML nodes tell
which lines are what. Both texts must have the same values, or nothing is changed.

The order: the keys of an entry as `entry.Entry` has them; entries by region code, entries of one code as they were. A comment with
a blank line below it is a heading and begins a group; entries stay in their groups, and a group whose heading names no
division keeps its order. A comment directly above an entry or a key goes with it, and so does one that is indented deeper
than the dash below an entry. Entries are separated by one blank line if half of them or more are, else by none.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from crawler.errors import ConfigError
from crawler.field.regions import all_regions
from crawler.sources.entry import Entry
from crawler.sources.lines import LINE, is_comment, last_line, mapping, replace_file, width
from crawler.sources.yaml_file import compose_nodes, parse

_ORDER = {key: number for number, key in enumerate(Entry.model_fields)}
_DASH = 2
_KEYS = 4
_BOM = "\ufeff"


@dataclass(slots=True)
class _Item:
    """An entry: its lines without line ends, the heading above it, and what it is sorted by."""

    code: str
    lines: list[str]
    heading: list[list[str]] = field(
        default_factory=list
    )  # blocks of comment lines, each with a blank line below it
    is_spaced: bool = False  # a blank line was above it


def format_file(path: Path, *, check: bool) -> str:
    """Put a file in order and return the change as a unified diff; empty if it is in order. With `check` it stays as it is.

    Raises ConfigError, with file and line, if it cannot be read, is not YAML, or cannot be put in order without changing
    a value; the file is then unchanged. It is replaced in one step.
    """
    try:
        old = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        parse(path)  # raises a ConfigError that says what is wrong
        raise
    new = formatted(old, path)
    if new != old and not check:
        replace_file(path, new.encode("utf-8"))
    names = (f"{path}", f"{path} (in order)")
    return "".join(difflib.unified_diff(_ended(old), _ended(new), *names))


def _ended(text: str) -> list[str]:
    return [line.rstrip("\r\n") + "\n" for line in LINE.findall(text)]


def formatted(text: str, path: Path = Path("sources.yaml")) -> str:
    """Return the text of a sources.yaml in order. Raises ConfigError as `format_file` does; `path` is for its message."""
    before = parse(path, text.removeprefix(_BOM))
    if before.faults:
        raise ConfigError(*(f"{path}:{line}: {fault}" for line, fault in sorted(before.faults)))
    bom = _BOM if text.startswith(_BOM) else ""
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = [line.rstrip("\r\n") for line in LINE.findall(text.removeprefix(_BOM))]
    node = mapping(compose_nodes(text.removeprefix(_BOM))).get("sources")
    if isinstance(node, yaml.SequenceNode) and node.value and not node.flow_style:
        lines = _in_order(lines, node, path)
    while lines and not lines[-1].strip():
        lines.pop()
    new = bom + "".join(line + newline for line in lines)
    if _sorted(parse(path, new.removeprefix(_BOM)).value) != _sorted(before.value):
        raise ConfigError(f"{path}: cannot be put in order without changing a value; put it in order by hand")
    return new


def _sorted(value: Any) -> Any:
    """Return the values of a file, its entries in an order that does not depend on the file's."""
    if isinstance(value, dict) and isinstance(value.get("sources"), list):
        return value | {"sources": sorted(value["sources"], key=_as_text)}
    return value


def _as_text(entry: object) -> str:
    """Return a text by which equal entries are equal, whatever the order of their keys."""
    return repr(sorted(entry.items(), key=repr)) if isinstance(entry, dict) else repr(entry)


def _in_order(lines: list[str], node: yaml.SequenceNode, path: Path) -> list[str]:
    items, above, below = _items(lines, node, path)
    between = [item.is_spaced for item in items[1:] if not item.heading]
    is_spaced = 2 * sum(between) >= len(between)
    written: list[str] = []
    for group in _groups(items):
        for block in group[0].heading:
            written += ([""] if written else []) + block
        for number, item in enumerate(_in_group(group)):
            is_first = not number and not written
            written += [""] if not is_first and (is_spaced or (not number and written)) else []
            written += item.lines
    return [*above, *written, *below]


def _groups(items: list[_Item]) -> Iterator[list[_Item]]:
    group: list[_Item] = []
    for item in items:
        if item.heading and group:
            yield group
            group = []
        group.append(item)
    yield group


def _in_group(group: list[_Item]) -> list[_Item]:
    if group[0].heading and not _names_division(group[0].heading[-1]):
        return group
    return sorted(group, key=lambda item: item.code)


def _names_division(block: list[str]) -> bool:
    heading = " ".join(line.strip().lstrip("#").strip() for line in block)
    return heading in {name for row in all_regions() for name in (row.name, row.short)}


def _items(lines: list[str], node: yaml.SequenceNode, path: Path) -> tuple[list[_Item], list[str], list[str]]:
    """Return the entries of a list, the lines above them, and those below."""
    items: list[_Item] = []
    end = node.start_mark.line
    while end > 0 and (is_comment(lines[end - 1]) or not lines[end - 1].strip()):
        end -= 1  # comments between `sources:` and the first entry
    above = lines[:end]
    for entry in node.value:
        start = entry.start_mark.line
        dash = re.match(r"\s*-\s+$", lines[start][: entry.start_mark.column])
        if dash is None:
            raise ConfigError(
                f"{path}:{start + 1}: an entry must begin on the line of its dash; put it there by hand"
            )
        end = _own_comments(lines, end, start, items, node.start_mark.column)
        blocks = _blocks(lines[end:start])
        leading = blocks.pop() if blocks and lines[start - 1].strip() else []
        last = _last_line(lines, entry)
        items.append(
            _Item(
                code=_code(entry),
                lines=[*(_at(_DASH, line) for line in leading), *_entry_lines(lines, entry, start, last)],
                heading=[[_at(_DASH, line) for line in block] for block in blocks],
                is_spaced=end < start and not lines[end].strip(),
            )
        )
        end = last + 1
    end = _own_comments(lines, end, len(lines), items, node.start_mark.column)
    below = lines[end:]
    return items, above, ["", *_without_first_blanks(below)] if any(map(str.strip, below)) else []


def _own_comments(lines: list[str], end: int, start: int, items: list[_Item], dash: int) -> int:
    """Give the last entry the comments directly below it that are deeper than the dashes; return the line after them."""
    while items and end < start and is_comment(lines[end]) and width(lines[end]) > dash:
        items[-1].lines.append(_at(_KEYS, lines[end]))
        end += 1
    return end


def _last_line(lines: list[str], node: yaml.Node) -> int:
    """The index of the last line of a value, without the blank lines below it, which a block of text includes."""
    last = last_line(node)
    while not lines[last].strip() and last > node.start_mark.line:
        last -= 1
    return last


def _without_first_blanks(lines: list[str]) -> list[str]:
    first = next(i for i, line in enumerate(lines) if line.strip())
    return lines[first:]


def _blocks(lines: list[str]) -> list[list[str]]:
    """Return the runs of lines that are not blank."""
    blocks: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    return [block for block in blocks if block]


def _code(entry: yaml.Node) -> str:
    region = mapping(entry).get("region")
    return str(region.value) if region is not None else ""


def _entry_lines(lines: list[str], entry: yaml.Node, start: int, last: int) -> list[str]:
    """Return the lines of an entry with its keys in order. An entry in braces stays as it is."""
    column = entry.start_mark.column
    own = [" " * column + lines[start][column:], *lines[start + 1 : last + 1]]
    if not isinstance(entry, yaml.MappingNode) or entry.flow_style:
        return _dashed([_moved(line, column) for line in own])
    parts: list[tuple[int, list[str]]] = []
    end = start
    for key, value in entry.value:
        first = key.start_mark.line
        while parts and end < first and is_comment(lines[end]) and width(lines[end]) > column:
            parts[-1][1].append(own[end - start])
            end += 1
        through = _last_line(lines, value)
        block = [line for line in own[end - start : first - start] if line.strip()]
        block += own[first - start : through - start + 1]
        parts.append((_ORDER.get(key.value, len(_ORDER)), block))
        end = through + 1
    parts.sort(key=lambda part: part[0])
    return _dashed([_moved(line, column) for _, block in parts for line in block])


def _dashed(lines: list[str]) -> list[str]:
    """Return lines of an entry with the dash before the first one that is no comment. Comments above it are at the dash."""
    first = next(i for i, line in enumerate(lines) if not is_comment(line))
    dashed = f"{' ' * _DASH}- {lines[first][_KEYS:]}"
    return [*(_at(_DASH, line) for line in lines[:first]), dashed, *lines[first + 1 :]]


def _moved(line: str, column: int) -> str:
    """Return a line of an entry whose keys were at a column, at the column of keys."""
    if not line.strip():
        return line
    return _at(max(_KEYS, width(line) + _KEYS - column) if width(line) >= column else _KEYS, line)


def _at(column: int, line: str) -> str:
    return " " * column + line.lstrip(" ")
