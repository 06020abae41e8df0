"""Format tables as aligned Markdown, for the terminal and for documents."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

NOTHING = "–"


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """One line of a table: our figure, the peer's, their ratio, and the aim for it."""

    what: str
    ours: float
    peer: float
    unit: str
    aim: str

    def __str__(self) -> str:
        ratio = self.ours / self.peer
        return f"{self.what:<46} {self.ours:>10.2f} {self.peer:>10.2f}  {self.unit:<22} {ratio:>5.2f}   {self.aim}"


RATIO_HEAD = f"{'':<46} {'ours':>10} {'peer':>10}  {'':<22} {'ratio':>5}   aim"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table, first column left-aligned, the others right-aligned. Raises ValueError for a row of another length."""
    widths = [max(map(_width, column)) for column in zip(heads, *rows, strict=True)]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join(_line(cells, widths) for cells in (heads, rule, *rows))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    gaps = [" " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)]
    padded = [cells[0] + gaps[0], *(gap + cell for gap, cell in zip(gaps[1:], cells[1:], strict=True))]
    return f"| {' | '.join(padded)} |"


def _width(text: str) -> int:
    """Return the width in terminal columns; a Chinese character takes two."""
    return len(text) + sum(unicodedata.east_asian_width(char) in "WF" for char in text)


def figure(value: float | None, form: str = ".3f") -> str:
    """Return a formatted number, or NOTHING for None."""
    return NOTHING if value is None else format(value, form)


def percent(value: float | None) -> str:
    """Return a share of 0 to 1 as per cent, or NOTHING for None."""
    return NOTHING if value is None else f"{100 * value:.0f} %"
