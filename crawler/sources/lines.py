"""Edit a YAML file as lines: what `add` and `formatting` share. The YAML nodes tell which lines a value has."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from pathlib import Path

import yaml

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
"""A line as YAML and editors count it; `str.splitlines` also splits at U+2028."""


def mapping(node: yaml.Node | None) -> dict[str, yaml.Node]:
    """Return the values of a mapping by key; nothing for any other node."""
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {key.value: value for key, value in node.value if isinstance(key, yaml.ScalarNode)}


def last_line(node: yaml.Node) -> int:
    """Return the index of the last line of a value."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        inner = node.value[-1]
        return last_line(inner[1] if isinstance(inner, tuple) else inner)
    mark = node.end_mark
    return int(mark.line - 1 if mark.column == 0 and mark.line > node.start_mark.line else mark.line)


def is_comment(line: str) -> bool:
    """Whether a line has a comment and nothing else."""
    return line.lstrip().startswith("#")


def width(line: str) -> int:
    """Return the number of characters of a line's indentation."""
    return len(line) - len(line.lstrip())


def replace_file(path: Path, content: bytes) -> None:
    """Write a file in one step: it has the old content or the new one, also after a kill. Its mode stays. Raises OSError.

    A symbolic link is kept, its target is replaced.
    """
    real = path.resolve()
    scratch = real.with_name(f".{real.name}.new")
    try:
        scratch.write_bytes(content)
        if real.exists():
            shutil.copymode(real, scratch)
        os.replace(scratch, real)
    finally:
        with contextlib.suppress(OSError):  # it is mostly not there
            scratch.unlink()
