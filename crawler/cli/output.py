"""What commands print: JSON as the contract says, lines and tables for people."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from crawler.model import JSON_KEYS, Outcome, Report


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
    """One JSON value on stdout, Chinese as it is."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=indent) + "\n")
    sys.stdout.flush()


def print_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table on a terminal; tab-separated lines with the same columns when stdout goes elsewhere."""
    if not sys.stdout.isatty():
        for row in rows:
            print("\t".join("" if cell is None else str(cell) for cell in row))
        return
    table = Table(*headings, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    Console().print(table)


def pad(text: str, width: int) -> str:
    """Text filled with spaces to a width in terminal columns, in which Chinese takes two each."""
    taken = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
    return text + " " * max(width - taken, 0)
