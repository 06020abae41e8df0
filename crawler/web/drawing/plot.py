"""A plot of values over years: where points, lines and marks of the axes stand. Pure geometry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10

WIDTH, HEIGHT = 760, 340
LEFT, RIGHT, TOP, BOTTOM = 64, 136, 16, 28
"""Margins: for values, for the names of series, and for years."""
NAME_HEIGHT = 18
MAX_SERIES = 8
"""Lines that can be told apart by colour and by mark."""
_STEPS = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One value."""

    year: int
    value: float
    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A line of points. `path`: for an SVG path; years without a value break it."""

    name: str
    points: tuple[Point, ...]
    path: str
    name_y: float
    """Where its name stands in the right margin: at its last point, or as near as other names allow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A drawing of WIDTH by HEIGHT."""

    series: tuple[Series, ...]
    years: tuple[tuple[int, float], ...]
    """Years with their x."""
    values: tuple[tuple[float, float], ...]
    """Values at the axis with their y."""


def plot(values: Mapping[str, Mapping[int, float]]) -> Plot:
    """Return the plot of some series by name, each values by year. The axis of values begins at 0."""
    shown = {name: dict(series) for name, series in list(values.items())[:MAX_SERIES] if series}
    years = sorted({year for series in shown.values() for year in series})
    if not years:
        return Plot(series=(), years=(), values=())
    span = list(range(years[0], years[-1] + 1))
    marks = axis(max(value for series in shown.values() for value in series.values()))
    across = (WIDTH - LEFT - RIGHT) / max(len(span) - 1, 1)
    x = {
        year: round(LEFT + (at * across if len(span) > 1 else (WIDTH - LEFT - RIGHT) / 2), 1)
        for at, year in enumerate(span)
    }

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - value / marks[-1] * (HEIGHT - TOP - BOTTOM), 1)

    points = {
        name: [Point(year=year, value=series[year], x=x[year], y=y(series[year])) for year in sorted(series)]
        for name, series in shown.items()
    }
    names = spread({name: series[-1].y for name, series in points.items()})
    return Plot(
        series=tuple(_series(name, series, names[name]) for name, series in points.items()),
        years=tuple((year, x[year]) for year in span),
        values=tuple((value, y(value)) for value in marks),
    )


def spread(wanted: Mapping[str, float]) -> dict[str, float]:
    """Return heights near the wanted ones, no two of which are nearer than a name is high, all within the drawing."""
    placed: dict[str, float] = {}
    free = float(TOP)
    for name, height in sorted(wanted.items(), key=lambda item: item[1]):
        placed[name] = max(height, free)
        free = placed[name] + NAME_HEIGHT
    limit = float(HEIGHT - BOTTOM)
    for name in reversed(placed):
        placed[name] = round(min(placed[name], limit), 1)
        limit = placed[name] - NAME_HEIGHT
    return placed


def _series(name: str, points: Sequence[Point], name_y: float) -> Series:
    steps, before = [], None
    for point in points:
        steps.append(f"{'L' if before == point.year - 1 else 'M'}{point.x} {point.y}")
        before = point.year
    return Series(name=name, points=tuple(points), path="".join(steps), name_y=name_y)


def axis(most: float) -> list[float]:
    """Return round values from 0 to at least `most`: three to six of them."""
    if most <= 0:
        return [0.0, 1.0]
    scale = 10.0 ** floor(log10(most))
    step = next(step for step in (scale * each / 5 for each in _STEPS) if most / step <= 5)
    number = int(-(-most // step))
    return [round(step * each, 10) for each in range(number + 1)]
