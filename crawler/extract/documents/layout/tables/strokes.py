"""Join the pieces of a table's rules and group the rules that cross. Rules in, strokes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from crawler.extract.documents.layout.page import Rule

_MAX_THICKNESS = 1.2  # times the distance at which rules touch; a thicker one is an area


class Stroke(NamedTuple):
    """A rule along one axis: its place on the other axis, and where it begins and ends."""

    at: float
    start: float
    end: float


def strokes_of(rules: Sequence[Rule], touch: float) -> tuple[list[Stroke], list[Stroke]]:
    """Return the horizontal and the vertical strokes of a page. Rules closer than `touch` are one."""
    across: list[Stroke] = []
    down: list[Stroke] = []
    for rule in rules:
        width, height = rule.right - rule.left, rule.bottom - rule.top
        if height <= _MAX_THICKNESS * touch and width > height:
            across.append(Stroke((rule.top + rule.bottom) / 2, rule.left, rule.right))
        elif width <= _MAX_THICKNESS * touch:
            down.append(Stroke((rule.left + rule.right) / 2, rule.top, rule.bottom))
    return _joined(across, touch), _joined(down, touch)


def _joined(strokes: list[Stroke], touch: float) -> list[Stroke]:
    """Strokes whose pieces follow each other on one line, as one."""
    lines: list[list[Stroke]] = []
    for stroke in sorted(strokes):
        if lines and stroke.at - lines[-1][0].at <= touch:
            lines[-1].append(stroke)
        else:
            lines.append([stroke])
    return [joined for line in lines for joined in _joined_line(line, touch)]


def _joined_line(line: list[Stroke], touch: float) -> Iterator[Stroke]:
    at = line[0].at
    line.sort(key=lambda stroke: stroke.start)
    start, end = line[0].start, line[0].end
    for stroke in line[1:]:
        if stroke.start <= end + touch:
            end = max(end, stroke.end)
        else:
            yield Stroke(at, start, end)
            start, end = stroke.start, stroke.end
    yield Stroke(at, start, end)


def groups_of(
    across: Sequence[Stroke], down: Sequence[Stroke], touch: float
) -> list[tuple[list[Stroke], list[Stroke]]]:
    """Return the horizontal and vertical strokes of each table: those that cross or touch, directly or by others."""
    group = list(range(len(across) + len(down)))

    def first(i: int) -> int:
        while group[i] != i:
            group[i] = group[group[i]]
            i = group[i]
        return i

    for i, row in enumerate(across):
        for j, column in enumerate(down, start=len(across)):
            crosses = (
                row.start - touch <= column.at <= row.end + touch
                and column.start - touch <= row.at <= column.end + touch
            )
            if crosses:
                group[first(j)] = first(i)
    found: dict[int, tuple[list[Stroke], list[Stroke]]] = {}
    for i, stroke in enumerate((*across, *down)):
        found.setdefault(first(i), ([], []))[i >= len(across)].append(stroke)
    return [tables for tables in found.values() if tables[0] and tables[1]]
