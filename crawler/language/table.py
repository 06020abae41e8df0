"""Read a table of messages: a PO file of GNU gettext, so that the tools of translators edit it.

Only what these files have is read: `msgid`, `msgid_plural`, `msgstr`, `msgstr[0]` and their further lines.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from crawler.language.template import Template


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A message: `english` as in the code (with its plural, where it has one), and what is shown for it."""

    english: tuple[str, ...]
    shown: str
    line: int
    """Number of its first line in the file."""


@dataclass(frozen=True)
class Table:
    """The messages of a language, ready to be found by a text made from one of them."""

    entries: tuple[Entry, ...]
    exact: dict[str, str] = field(init=False, default_factory=dict)
    """Messages without values, and what is shown for them."""

    templates: tuple[tuple[Template, Template], ...] = field(init=False)
    """Messages with values, and what is shown for them; those that say most of a text first."""

    def __post_init__(self) -> None:
        templates = []
        for entry in self.entries:
            shown = Template.parse(entry.shown)
            for english in map(Template.parse, entry.english):
                if not english.places:
                    self.exact[english.literals[0]] = shown.literals[0]
                elif "\n" not in "".join(english.literals):
                    templates.append((english, shown))
                else:  # a text with values is translated line by line
                    for one, other in zip(entry.english[0].split("\n"), entry.shown.split("\n"), strict=True):
                        templates.append((Template.parse(one.strip()), Template.parse(other.strip())))
        templates.sort(key=lambda pair: pair[0].weight, reverse=True)
        object.__setattr__(self, "templates", tuple(templates))


def read_table(path: Path) -> Table:
    """Read a PO file. An entry without a translation is left out. Raises ValueError on a line that is none of PO."""
    return Table(tuple(entry for entry in read_entries(path.read_text("utf-8")) if entry.shown))


def read_entries(text: str) -> Iterator[Entry]:
    """Yield the entries of a PO file's text but for its header. Raises ValueError, with the line's number."""
    for first, block in _blocks(text):
        values: dict[str, str] = {}
        key = ""
        for number, line in enumerate(block, first):
            if line.startswith("#"):
                continue
            word, _, quoted = line.partition('"')
            key = word.strip() or key
            if key not in ("msgid", "msgid_plural", "msgstr", "msgstr[0]"):
                raise ValueError(f"line {number}: not a line of a PO file: {line}")
            values[key] = values.get(key, "") + json.loads(f'"{quoted}')
        if values.get("msgid"):
            english = tuple(values[key] for key in ("msgid", "msgid_plural") if key in values)
            yield Entry(
                english=english, shown=values.get("msgstr") or values.get("msgstr[0]", ""), line=first
            )


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines between blank lines, and the number of the first one."""
    block: list[str] = []
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if line.strip():
            block.append(line)
        elif block:
            yield number - len(block), block
            block = []
