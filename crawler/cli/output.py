"""Output of the commands: JSON with the contract's keys, lines and tables for people.

`streams` makes stdout and stderr safe to write to; `display` prints a running crawl.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from crawler.field.text import json_escaped, visible_line
from crawler.field.times import iso
from crawler.language import translate
from crawler.lazy import exports

if TYPE_CHECKING:
    from crawler.cli.program.console import PlainConsole as PlainConsole
    from crawler.model import Outcome
else:
    __getattr__, __dir__ = exports(
        __name__, {"crawler.cli.program.console": ("PlainConsole",), "crawler.model": ("Outcome",)}
    )


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as a value for JSON Lines."""
    news = outcome.news.value if outcome.news and not outcome.as_before else None
    times = {"at": iso(outcome.at), "since": iso(outcome.since)}
    value = (
        asdict(outcome)
        | {"ending": outcome.ending.value, "news": news, "title": outcome.title or None}
        | times
    )
    del value["as_before"], value["unread"]  # only decide what people see
    return value


def print_json(value: Any, *, indent: int | None = 2) -> None:
    """Print one JSON value on stdout. Chinese is escaped only if stdout's encoding is not a Unicode one."""
    unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    sys.stdout.write(json_escaped(json.dumps(value, ensure_ascii=not unicode, indent=indent)) + "\n")
    sys.stdout.flush()


def message(text: str) -> None:
    """Print a line for people on stderr, in the language of the command."""
    print(translate(visible_line(text)), file=sys.stderr)


def say(text: str) -> None:
    """Print a line for people on stdout, in the language of the command."""
    print(translate(visible_line(text)), flush=True)


def tab_separated(cells: Iterable[object]) -> str:
    """Return cells as one line: white space within a cell becomes single spaces. A cell that is None is empty."""
    return "\t".join(" ".join(_cell(cell).split()) for cell in cells)


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
        from crawler.cli.terminal.printing import show_table  # here, because rich is slow to import
        from crawler.cli.terminal.table import columns_of

        show_table(sys.stdout, columns_of(headings, text=text, numbers=numbers, aside=aside), rows)
        return
    for row in rows:
        print(tab_separated(row))


def print_facts(facts: Iterable[tuple[str, str]]) -> None:
    """Print names and values, a line each; on a terminal aligned, and folded where a value is too long for its line."""
    if sys.stdout.isatty():
        from crawler.cli.terminal.printing import show_facts  # here, because rich is slow to import

        show_facts(sys.stdout, list(facts))
        return
    for name, value in facts:
        print(f"{name}\t{visible_line(value)}")


def _cell(cell: object) -> str:
    return "" if cell is None else str(cell)  # of a Text its characters
