"""Add an entry to sources.yaml, at its place in the order of region codes. Every other byte of the file stays as it is.

The file is edited as text, because a YAML writer would drop comments and layout. `entry_yaml` formats the entry; the
YAML nodes only tell at which line it goes. The result is loaded before it replaces the file.
"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import yaml

from crawler.errors import ConfigError
from crawler.model import Site
from crawler.sources.entry_yaml import INDENT, Entry, entry_in_braces, entry_lines
from crawler.sources.further_files import folder_of
from crawler.sources.lines import LINE, is_comment, last_line, replace_file, width
from crawler.sources.load import load_sites, region_doubt
from crawler.sources.yaml_file import compose_nodes

_BOM = "\ufeff"
HEAD_BESIDE = """# yaml-language-server: $schema=../sources.schema.json
#
# Entries of one province, by region code. `fazhi source find` adds those that it finds; they are read with the sources.yaml
# beside this folder, whose `defaults:` count here too. Edit them as you like: no entry is changed by a command.

"""
"""Beginning of a new file in the folder beside a sources.yaml."""


def existing_sites(path: Path) -> tuple[Site, ...]:
    """Return the sites of a sources.yaml; none if the file does not exist or has no entry yet.

    Raises ConfigError for a file with faults.
    """
    try:
        text = path.read_text("utf-8")
        root = compose_nodes(text)
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return load_sites(path)  # raises a ConfigError that says what is wrong
    keys = _keys(root)
    holds_none = _is_null(root) or (
        keys is not None and "include" not in keys and _is_null(keys.get("sources"))
    )
    holds_none = holds_none and not any(folder_of(path).glob("[!.]*.yaml"))
    return () if holds_none else load_sites(path)


def add_entry(path: Path, entry: Entry, *, into: Path | None = None) -> None:
    """Add an entry to a sources.yaml, or to the file `into` of the folder beside it; it is created if it does not exist.

    Raises ConfigError if the id is taken, the region does not fit the name, or the file cannot be edited or written; the
    file is then unchanged.
    """
    for each in (path, into or path):  # a device in the place of the file would be replaced by the new file
        if each.exists() and not each.is_file():
            raise ConfigError(f"{each}: no entry can be added, it is not a regular file")
    before = existing_sites(path)
    if entry["id"] in {site.id for site in before}:
        raise ConfigError(f"{path}: the id {entry['id']!r} is taken; give another with --id")
    if doubt := region_doubt(entry["name"], entry["region"]):
        raise ConfigError(f"{path}: the entry's region {doubt}; give the right --name or --region")
    real = (into or path).resolve()  # a symbolic link is kept, its target is replaced
    try:
        if into:
            real.parent.mkdir(exist_ok=True)
        old = real.read_bytes().decode("utf-8") if real.exists() else HEAD_BESIDE if into else ""
        new = with_entry(old, entry)
        unified = re.sub("\r\n?", "\n", new)
        after = load_sites(path, beside=(into, unified)) if into else load_sites(path, unified)
        if {site.id for site in after} != {entry["id"], *(site.id for site in before)}:
            raise ConfigError(f"{into or path}: the entry cannot be added to this layout; add it by hand")
        replace_file(real, new.encode("utf-8"))
    except OSError as error:
        raise ConfigError(f"{into or path}: cannot be written: {error.strerror or error}") from error


def with_entry(text: str, entry: Entry) -> str:
    """Return the text of a sources.yaml with one more entry in `sources:`."""
    bom = _BOM if text.startswith(_BOM) else ""
    text = text.removeprefix(_BOM)
    newline = "\r\n" if "\r\n" in text else "\r" if "\r" in text and "\n" not in text else "\n"
    lines: list[str] = LINE.findall(text)
    root = compose_nodes(text)
    node = (_keys(root) or {}).get("sources")
    if isinstance(node, yaml.SequenceNode) and node.value:
        if node.flow_style:
            return bom + _into_brackets(lines, node, entry)
        at, new = _into_lines(lines, node, entry)
    elif node is not None:
        at, new = _into_nothing(lines, node), [INDENT + line for line in entry_lines(entry)]
    else:
        at = next((i for i, line in enumerate(lines) if line.startswith("...")), len(lines))
        new = ["sources:", *(INDENT + line for line in entry_lines(entry))]
    if at and not lines[at - 1].endswith(("\r", "\n")):
        lines[at - 1] += newline
    return bom + "".join([*lines[:at], *(line + newline for line in new), *lines[at:]])


def _keys(root: yaml.Node | None) -> dict[str, yaml.Node] | None:
    if not isinstance(root, yaml.MappingNode):
        return None
    return {key.value: value for key, value in root.value if isinstance(key, yaml.ScalarNode)}


def _is_null(node: yaml.Node | None) -> bool:
    """Whether a value is missing, null or an empty list."""
    return node is None or (
        node.tag.endswith(":null") if isinstance(node, yaml.ScalarNode) else not node.value
    )


def _position(node: yaml.SequenceNode, entry: Entry) -> tuple[int, int]:
    """Return the index at which an entry goes into a list, and the index at which the sorted entries begin.

    The shipped file begins with the governments of the seeds, which are not in the order of region codes.
    """
    codes = [_code(item) for item in node.value]
    descents = [i for i, (one, other) in enumerate(pairwise(codes), 1) if one > other]
    begin = descents[-1] if descents else 0
    code = str(entry.get("region", ""))
    return next((i for i in range(begin, len(codes)) if codes[i] > code), len(codes)), begin


def _code(item: yaml.Node) -> str:
    found = (_keys(item) or {}).get("region")
    return str(found.value) if found is not None else ""


def _into_lines(lines: list[str], node: yaml.SequenceNode, entry: Entry) -> tuple[int, list[str]]:
    """Return the index of the line to insert at, and the entry's lines, indented and separated like the other entries."""
    place, begin = _position(node, entry)
    dash = lines[node.value[-1].start_mark.line].index("-")
    new = [" " * dash + line for line in entry_lines(entry)]
    above = _first_comment_above(lines, node.value[-1].start_mark.line)
    blank = [""] if len(node.value) > 1 and above and not lines[above - 1].strip() else []
    if place == begin:
        return _first_comment_above(lines, node.value[place].start_mark.line), [*new, *blank]
    end = last_line(node.value[place - 1]) + 1
    while not lines[end - 1].strip():
        end -= 1  # a block scalar includes the blank lines below it
    while end < len(lines) and is_comment(lines[end]) and width(lines[end]) > dash:
        end += 1  # a comment that belongs to the entry above
    return end, [*blank, *new]


def _first_comment_above(lines: list[str], start: int) -> int:
    """Return the index of the first comment line directly above a line, or of the line itself."""
    while start and is_comment(lines[start - 1]):
        start -= 1
    return start


def _into_nothing(lines: list[str], node: yaml.Node) -> int:
    """Remove the null or `[]` after `sources:`, and return the index of the line below."""
    start, end = node.start_mark, node.end_mark
    if start.line == end.line and start.column < end.column:
        line = lines[start.line]
        lines[start.line] = line[: start.column].rstrip() + line[end.column :]
    return int(start.line) + 1


def _into_brackets(lines: list[str], node: yaml.SequenceNode, entry: Entry) -> str:
    """Return the file's text with the entry added, in braces, to a list in brackets."""
    place, _ = _position(node, entry)
    new = entry_in_braces(entry)
    mark = node.value[place - 1].end_mark if place else node.value[0].start_mark
    line = lines[mark.line]
    more = f", {new}" if place else f"{new}, "
    lines[mark.line] = line[: mark.column] + more + line[mark.column :]
    return "".join(lines)
