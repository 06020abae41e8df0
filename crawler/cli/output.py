"""Output of the commands: JSON with the contract's keys, lines and tables for people.

`streams` makes stdout and stderr safe to write to; `display` prints a running crawl.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any, TextIO, cast

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from crawler.cli.streams import ConsoleFile, Stream
from crawler.cli.terminal.table import Column, columns_of, folded, table_lines
from crawler.field.text import json_escaped, visible, visible_line
from crawler.field.times import iso
from crawler.model import JSON_KEYS, Holding, Outcome, Report

NO_TERMINAL_WIDTH_COLUMNS = 200
"""Width of tables where there is no terminal; rich would wrap them at 80."""


def report_json(report: Report, *, body: bool = True) -> dict[str, Any]:
    """Return a report under the contract's keys, absent values as None. `body=False` leaves `body` out, for lists."""
    values = {key: getattr(report, key) for key in JSON_KEYS}
    values["index"] = dict(report.index) if report.index else None
    values["sections"] = [asdict(section) for section in report.sections]
    values["attachments"] = [asdict(attachment) for attachment in report.attachments]
    if not body:
        del values["body"]
    return values


def holding_json(holding: Holding) -> dict[str, Any]:
    """Return what the archive knows of a report under the contract's keys, times in UTC."""
    times = {"first_seen": iso(holding.first_seen), "last_seen": iso(holding.last_seen)}
    return asdict(holding) | times


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as a value for JSON Lines."""
    value = asdict(outcome) | {"ending": outcome.ending.value, "at": iso(outcome.at)}
    del value["as_before"], value["unread"]  # only decide what people see
    return value


def print_json(value: Any, *, indent: int | None = 2) -> None:
    """Print one JSON value on stdout. Chinese is escaped only if stdout's encoding is not a Unicode one."""
    unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    sys.stdout.write(json_escaped(json.dumps(value, ensure_ascii=not unicode, indent=indent)) + "\n")
    sys.stdout.flush()


def message(text: str) -> None:
    """Print a line for people on stderr."""
    print(visible_line(text), file=sys.stderr)


def tab_separated(cells: Iterable[object]) -> str:
    """Return cells as one line: white space within a cell becomes single spaces. A cell that is None is empty."""
    return "\t".join(" ".join(_cell(cell).split()) for cell in cells)


class PlainConsole(Console):
    """A rich console for untrusted text: no markup is interpreted, and control characters are escaped.

    Without a terminal, lines are not wrapped.
    """

    def __init__(self, file: TextIO) -> None:
        super().__init__(
            file=cast(TextIO, ConsoleFile(file)) if isinstance(file, Stream) else file,
            markup=False,
            emoji=False,
            highlight=False,
            soft_wrap=True,
            width=None if file.isatty() else NO_TERMINAL_WIDTH_COLUMNS,
        )

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """Yield the segments to write; only the console's own control sequences stay as they are."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=visible(segment.text))


def print_table(
    headings: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    text: Iterable[str] = (),
    numbers: Iterable[str] = (),
    aside: Iterable[str] = (),
) -> None:
    """Print a table on a terminal, else the same columns as tab-separated lines without headings.

    `text`: headings of the columns that may be folded; others are never broken, however narrow the terminal is. `numbers`:
    headings of those set to the right. `aside`: of those that come last where a row needs several lines.
    """
    if sys.stdout.isatty():
        columns = columns_of(headings, text=text, numbers=numbers, aside=aside)
        show_table(PlainConsole(sys.stdout), columns, rows)
        return
    for row in rows:
        print(tab_separated(row))


def show_table(
    console: PlainConsole, columns: Sequence[Column], rows: Iterable[Sequence[object]], *, gap: int = 2
) -> None:
    """Print a table for people, with headings, as wide as the terminal; without one, each row is one line."""
    width = console.width if console.is_terminal else None
    console.print(Text("\n").join(table_lines(columns, rows, width, gap=gap)))


def print_facts(facts: Iterable[tuple[str, str]]) -> None:
    """Print names and values, a line each; on a terminal aligned, and folded where a value is too long for its line."""
    if not sys.stdout.isatty():
        for name, value in facts:
            print(f"{name}\t{visible_line(value)}")
        return
    console = PlainConsole(sys.stdout)
    facts = list(facts)
    indent = max((cell_len(name) for name, _ in facts), default=0) + 2
    for name, value in facts:
        first, *further = folded(Text(visible_line(value)), max(console.width - indent, 1), cuts=False)
        console.print(Text.assemble((name, "bold"), " " * (indent - cell_len(name)), first))
        for line in further:
            console.print(Text.assemble(" " * indent, line))


def _cell(cell: object) -> str:
    return "" if cell is None else str(cell)  # of a Text its characters
