"""Tables as aligned Markdown: read on a terminal, and pasted into a document as they are."""

from __future__ import annotations

from collections.abc import Sequence

NOTHING = "–"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The first column to the left, the others to the right. Raises ValueError for a row of another length."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join(_line(cells, widths) for cells in (heads, rule, *rows))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    padded = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
    return f"| {' | '.join(padded)} |"


def figure(value: float | None, form: str = ".3f") -> str:
    """A number, or the mark of what was not measured."""
    return NOTHING if value is None else format(value, form)


def percent(value: float | None) -> str:
    """A share of 0 to 1 as per cent."""
    return NOTHING if value is None else f"{100 * value:.0f} %"
