"""Format an entry of sources.yaml as lines of YAML. `add` puts the lines into the file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from crawler.sources.yaml_file import TEXT, TIME, compose_nodes

Entry = Mapping[str, str | list[str] | bool]

INDENT = "  "

_PLAIN = re.compile(r"[^\W\d_](?:[\w ./%=+~-]|:(?=\S))*|\d{4}-\d\d-\d\d")
"""Texts that need no quotes in any YAML context: names, addresses without a query, dates. Others are quoted."""
_INVISIBLE = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def entry_lines(entry: Entry) -> list[str]:
    """Return an entry in block style: `- id: wuhan`, then its other keys, indented by two spaces."""
    lines = [line for key, value in entry.items() for line in _key_lines(key, value)]
    return [("- " if i == 0 else INDENT) + line for i, line in enumerate(lines)]


def entry_in_braces(entry: Entry) -> str:
    """Return an entry in flow style, for a list in brackets."""
    return _quoted(entry)


def _key_lines(key: str, value: str | list[str] | bool) -> Iterator[str]:
    if isinstance(value, bool):
        yield f"{key}: {'true' if value else 'false'}"
    elif isinstance(value, str):
        yield f"{key}: {_scalar(value)}"
    elif len(value) == 1:
        yield f"{key}: [{_scalar(value[0])}]"
    else:
        yield f"{key}:"
        yield from (f"{INDENT}- {_scalar(each)}" for each in value)


def _scalar(value: str) -> str:
    """Return a text as a YAML scalar: plain if every YAML parser reads the same text back, else as a JSON string."""
    if not _PLAIN.fullmatch(value):
        return _quoted(value)
    node = compose_nodes(value)
    same = node is not None and node.value == value and node.tag in (TEXT, TIME)
    return value if same else _quoted(value)


def _quoted(value: str | Entry) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return _INVISIBLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
