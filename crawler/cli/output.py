"""Output of the commands: JSON with the contract's keys, lines and tables for people.

`streams` makes stdout and stderr safe to write to; `display` prints a running crawl.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from crawler.field.text import json_escaped, visible, visible_line
from crawler.field.times import iso
from crawler.lazy import exports
from crawler.model import JSON_KEYS, Holding, Outcome, Report

if TYPE_CHECKING:
    from crawler.cli.program.console import PlainConsole as PlainConsole
else:
    __getattr__, __dir__ = exports(__name__, {"crawler.cli.program.console": ("PlainConsole",)})


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


def print_table(
    headings: Sequence[str], rows: Iterable[Sequence[object]], *, whole: Sequence[str] = ()
) -> None:
    """Print a table on a terminal, else the same columns as tab-separated lines without headings.

    The columns `whole` are never broken over lines, however narrow the terminal is.
    """
    lines = map(tab_separated, rows)
    if not sys.stdout.isatty():
        for line in lines:
            print(line)
        return
    from rich.table import Table  # here, because rich is slow to import

    from crawler.cli.program.console import PlainConsole

    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in headings:
        table.add_column(heading, no_wrap=heading in whole, overflow="fold")
    for line in lines:
        table.add_row(*map(visible, line.split("\t")))
    PlainConsole(sys.stdout).print(table, soft_wrap=False)


def _cell(cell: object) -> str:
    return "" if cell is None else str(cell)
