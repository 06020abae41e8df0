"""Find ruled tables: rules that cross, the cells between them, and the text in each cell. A page in, tables and the rest out."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from crawler.extract.documents.layout.page import Page, Run, Table
from crawler.extract.documents.layout.tables.cells import cell_text, cut_at
from crawler.extract.documents.layout.tables.strokes import Stroke, groups_of, strokes_of

MAX_RULES = 4000  # of a page; more are a drawing
_MAX_LINES = 300  # in one direction, once their pieces are joined; more are a drawing
_MAX_CELLS = 6000
_TOUCH = 0.004  # of the page's width: rules as close as that touch; 2.4 points on A4
_MIN_OVERHANG = (
    0.02  # of the page's width; rules that stick out farther bound a cell that is open at the side
)


def tables_of(page: Page) -> tuple[list[Table], list[Run]]:
    """Return the ruled tables of a page, and the runs that are in none."""
    if not 3 <= len(page.rules) <= MAX_RULES:
        return [], page.runs
    touch = _TOUCH * page.width
    across, down = strokes_of(page.rules, touch)
    if len(across) > _MAX_LINES or len(down) > _MAX_LINES:
        return [], page.runs
    tables: list[Table] = []
    rest = page.runs
    for rows, columns in groups_of(across, down, touch):
        grid = _grid(rows, columns, page.width)
        inner = [run for run in rest if grid.holds(run)] if grid else []
        if grid and inner:
            rest = [run for run in rest if not grid.holds(run)]
            tables.append(grid.table(inner))
    return tables, rest


def _grid(across: Sequence[Stroke], down: Sequence[Stroke], page_width: float) -> _Grid | None:
    """The grid of rules that cross; None unless it has two columns."""
    overhang = _MIN_OVERHANG * page_width
    touch = _TOUCH * page_width
    lefts = _merged([stroke.at for stroke in down], touch)
    tops = _merged([stroke.at for stroke in across], touch)
    if not lefts or not tops:
        return None
    lefts = _with_ends(lefts, min(s.start for s in across), max(s.end for s in across), overhang)
    tops = _with_ends(tops, min(s.start for s in down), max(s.end for s in down), overhang)
    if len(lefts) < 3 or len(tops) < 2 or len(lefts) * len(tops) > _MAX_CELLS:
        return None
    return _Grid(tuple(lefts), tuple(tops), tuple(across), tuple(down), touch)


@dataclass(frozen=True, slots=True)
class _Grid:
    """The edges of columns and rows, and the strokes that are drawn along them."""

    lefts: tuple[float, ...]
    tops: tuple[float, ...]
    across: tuple[Stroke, ...]
    down: tuple[Stroke, ...]
    touch: float

    def holds(self, run: Run) -> bool:
        """Whether most of a run is in the grid."""
        center = (run.left + run.right) / 2
        return self.tops[0] <= run.middle <= self.tops[-1] and self.lefts[0] <= center <= self.lefts[-1]

    def table(self, runs: list[Run]) -> Table:
        """Return the table of the runs in the grid."""
        first_of = self._merged_cells()
        inside: dict[tuple[int, int], list[Run]] = defaultdict(list)
        for run in runs:
            row = self._row(run.middle)
            edges = [edge for edge in self.lefts[1:-1] if run.left < edge < run.right]
            for part in cut_at(run, [edge for edge in edges if self._is_drawn_down(edge, run.middle)]):
                column = self._column((part.left + part.right) / 2)
                inside[first_of[row, column]].append(part)
        width = len(self.lefts) - 1
        rows = tuple(
            tuple(self._text(inside.get((row, column)), column) for column in range(width))
            for row in range(len(self.tops) - 1)
        )
        return Table(
            tuple(row for row in rows if any(row)),
            self.lefts[0],
            self.tops[0],
            self.lefts[-1],
            self.tops[-1],
            self.lefts,
        )

    def _text(self, runs: list[Run] | None, column: int) -> str:
        return cell_text(runs) if runs else ""

    def _row(self, y: float) -> int:
        return min(max(bisect_right(self.tops, y) - 1, 0), len(self.tops) - 2)

    def _column(self, x: float) -> int:
        return min(max(bisect_right(self.lefts, x) - 1, 0), len(self.lefts) - 2)

    def _merged_cells(self) -> dict[tuple[int, int], tuple[int, int]]:
        """For each cell the first one of those it is merged with: no rule is drawn between them."""
        first: dict[tuple[int, int], tuple[int, int]] = {}
        for row in range(len(self.tops) - 1):
            y = (self.tops[row] + self.tops[row + 1]) / 2
            drawn = {edge: self._is_drawn_down(edge, y) for edge in self.lefts[1:-1]}
            for column in range(len(self.lefts) - 1):
                cell = (row, column)
                if column and not drawn[self.lefts[column]]:
                    first[cell] = first[row, column - 1]
                elif row and not self._is_drawn_across(column, self.tops[row]):
                    first[cell] = first[row - 1, column]
                else:
                    first[cell] = cell
        return first

    def _is_drawn_down(self, x: float, y: float) -> bool:
        return any(abs(s.at - x) <= self.touch and s.start <= y <= s.end for s in self.down)

    def _is_drawn_across(self, column: int, y: float) -> bool:
        x = (self.lefts[column] + self.lefts[column + 1]) / 2
        return any(abs(s.at - y) <= self.touch and s.start <= x <= s.end for s in self.across)


def _merged(places: list[float], touch: float) -> list[float]:
    """Sorted places, those that touch as one."""
    found: list[float] = []
    for place in sorted(places):
        if not found or place - found[-1] > 1.5 * touch:
            found.append(place)
    return found


def _with_ends(places: list[float], start: float, end: float, overhang: float) -> list[float]:
    """Places with the ends of the rules across them, where these stick out: a table without rules at its sides."""
    first = [start] if start < places[0] - overhang else []
    last = [end] if end > places[-1] + overhang else []
    return [*first, *places, *last]
