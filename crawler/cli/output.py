"""What commands print: JSON as the contract says, lines and tables for people."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, TextIO, cast

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table

from crawler.cli.streams import Sequences, Stream
from crawler.field.text import json_escaped, visible
from crawler.model import JSON_KEYS, Outcome, Report

WIDTH = 200
"""Characters that tables take where there is no terminal to say; rich would fold them at 80."""


def report_json(report: Report, *, body: bool = True) -> dict[str, Any]:
    """A report under the keys of the contract, absent values None; without `body` where only a list is wanted."""
    values = {key: getattr(report, key) for key in JSON_KEYS}
    values["index"] = dict(report.index) if report.index else None
    values["sections"] = [asdict(section) for section in report.sections]
    values["attachments"] = [asdict(attachment) for attachment in report.attachments]
    if not body:
        del values["body"]
    return values


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """An outcome for JSON Lines."""
    told = asdict(outcome) | {"ending": outcome.ending.value, "at": iso(outcome.at)}
    del told["as_before"]  # for people, who are not to be told twice
    return told


def iso(when: datetime | None) -> str | None:
    """A time as ISO 8601 in UTC."""
    return when.isoformat(timespec="seconds").replace("+00:00", "Z") if when else None


def print_json(value: Any, *, indent: int | None = 2) -> None:
    """One JSON value on stdout, Chinese as it is; as escapes where stdout's encoding is not a Unicode one."""
    unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    sys.stdout.write(json_escaped(json.dumps(value, ensure_ascii=not unicode, indent=indent)) + "\n")
    sys.stdout.flush()


def message(text: str) -> None:
    """A line for people, on stderr."""
    print(visible(text), file=sys.stderr)


class PlainConsole(Console):
    """A console for what pages, files and people say: text is no markup, and its control characters are escaped.

    Without a terminal it writes lines as they are, and tables as wide as they come.
    """

    def __init__(self, file: TextIO) -> None:
        super().__init__(
            file=cast(TextIO, Sequences(file)) if isinstance(file, Stream) else file,
            markup=False,
            emoji=False,
            highlight=False,
            soft_wrap=True,
            width=None if file.isatty() else WIDTH,
        )

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """What is written: control sequences of the console's own alone."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=visible(segment.text))


def print_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table on a terminal; tab-separated lines with the same columns when stdout goes elsewhere."""
    cells = ([" ".join(_cell(cell).split()) for cell in row] for row in rows)
    if not sys.stdout.isatty():
        for row in cells:
            print("\t".join(row))
        return
    table = Table(*headings, box=None, header_style="bold", pad_edge=False)
    for row in cells:
        table.add_row(*map(visible, row))
    PlainConsole(sys.stdout).print(table)


def _cell(cell: object) -> str:
    return "" if cell is None else str(cell)


def pad(text: str, width: int) -> str:
    """Text filled with spaces to a width in terminal columns, in which Chinese takes two each."""
    taken = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
    return text + " " * max(width - taken, 0)
