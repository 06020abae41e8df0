"""An entry of sources.yaml as its lines of YAML: `- id: wuhan`, then its other keys."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from crawler.sources.marked import TEXT, TIME, compose

Entry = Mapping[str, str | list[str]]

STEP = "  "

_PLAIN = re.compile(r"[^\W\d_](?:[\w ./%=+~-]|:(?=\S))*|\d{4}-\d\d-\d\d")
"""Texts that mean themselves wherever they stand: names, addresses without a query, days. Others go into quotes."""
_NOT_SHOWN = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def entry_lines(entry: Entry) -> list[str]:
    """An entry as it is written: `- id: wuhan`, then its other keys, two spaces in."""
    lines = [line for key, value in entry.items() for line in _key_lines(key, value)]
    return [("- " if i == 0 else STEP) + line for i, line in enumerate(lines)]


def entry_in_braces(entry: Entry) -> str:
    """An entry as it is written into a list in brackets."""
    return _quoted(entry)


def _key_lines(key: str, value: str | list[str]) -> Iterator[str]:
    if isinstance(value, str):
        yield f"{key}: {_scalar(value)}"
    elif len(value) == 1:
        yield f"{key}: [{_scalar(value[0])}]"
    else:
        yield f"{key}:"
        yield from (f"{STEP}- {_scalar(each)}" for each in value)


def _scalar(value: str) -> str:
    """Plain where every YAML parser reads the same text back (a day stays a day), else in double quotes, which are JSON's."""
    if not _PLAIN.fullmatch(value):
        return _quoted(value)
    node = compose(value)
    same = node is not None and node.value == value and node.tag in (TEXT, TIME)
    return value if same else _quoted(value)


def _quoted(value: str | Entry) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return _NOT_SHOWN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
