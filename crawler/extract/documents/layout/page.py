"""What a reader of a drawn format says of a page: its size, runs of text and straight rules. Values without behaviour."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Run(NamedTuple):
    """Text that is drawn without a gap, on one line, upright. y grows downwards; `size` is the font's, in the same unit.

    A run ends where a gap of `MAX_GAP_IN_RUN` sizes or more follows, so that columns and cells can be told apart.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float

    @property
    def middle(self) -> float:
        """The height at which the run stands."""
        return (self.top + self.bottom) / 2


MAX_GAP_IN_RUN = 0.3
"""In font sizes. Justified Chinese text and the space between Chinese and Latin characters stay below it."""


class Rule(NamedTuple):
    """A straight thin line, horizontal or vertical, or an edge of a box."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page, as drawn."""

    width: float
    height: float
    runs: list[Run]
    rules: list[Rule] = field(default_factory=list)


class Row(NamedTuple):
    """A line of text as a reader sees it, within its column. `pieces` are its parts between wide gaps."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    pieces: tuple[Run, ...]

    @property
    def middle(self) -> float:
        """The height at which the row stands."""
        return (self.top + self.bottom) / 2


class Table(NamedTuple):
    """A table on one page: the texts of its cells by row, and its place. `edges`: left edges of its columns."""

    rows: tuple[tuple[str, ...], ...]
    left: float
    top: float
    right: float
    bottom: float
    edges: tuple[float, ...]

    @property
    def middle(self) -> float:
        """The height at which the table stands."""
        return (self.top + self.bottom) / 2
