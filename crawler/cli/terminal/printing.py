"""Print tables and facts for people with rich. A module of its own, because rich is slow to import."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TextIO

from rich.cells import cell_len
from rich.text import Text

from crawler.cli.program.console import PlainConsole
from crawler.cli.terminal.table import Column, folded, table_lines
from crawler.field.text import visible_line
from crawler.language import translate


def show_table(
    out: TextIO | PlainConsole, columns: Sequence[Column], rows: Iterable[Sequence[object]], *, gap: int = 2
) -> None:
    """Print a table with headings, as wide as the terminal; without one, each row is one line."""
    console = out if isinstance(out, PlainConsole) else PlainConsole(out)
    width = console.width if console.is_terminal else None
    console.print(Text("\n").join(table_lines(columns, rows, width, gap=gap)))


def show_facts(out: TextIO, facts: Sequence[tuple[str, str]]) -> None:
    """Print names and values, aligned, and folded where a value is too long for its line."""
    console = PlainConsole(out)
    facts = [(translate(name), translate(value)) for name, value in facts]
    indent = max((cell_len(name) for name, _ in facts), default=0) + 2
    for name, value in facts:
        first, *further = folded(Text(visible_line(value)), max(console.width - indent, 1), cuts=False)
        console.print(Text.assemble((name, "bold"), " " * (indent - cell_len(name)), first))
        for line in further:
            console.print(Text.assemble(" " * indent, line))
