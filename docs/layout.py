"""Draw boxes in rows, and arrows between them, as an SVG for light and dark pages.

It knows boxes and arrows, not this project; `drawing` supplies them. The same input gives the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH = 960  # of the drawing; all lengths are in pixels
MARGIN, ROW_GAP = 16, 58
BOX_HEIGHT, WING_HEIGHT, WING_GAP = 46, 26, 6
NAME_LETTER, SMALL_LETTER = 8.6, 6.7  # width of a letter in a room's name, and in other text
PADDING = 14


Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A room. `middle`: distance of its middle from the left. `modules`: their number. `wings`: name and modules of each."""

    name: str
    middle: float
    modules: int
    wings: tuple[tuple[str, int], ...] = ()
    kind: str = ""

    @property
    def lines(self) -> list[tuple[tuple[str, int], ...]]:
        """Its wings, two in a line."""
        return [self.wings[first : first + 2] for first in range(0, len(self.wings), 2)]

    @property
    def width(self) -> float:
        """Width that fits its name and its wings."""
        wings = max((_wide(line) for line in self.lines), default=0.0)
        return max(len(self.name) * NAME_LETTER + 2 * PADDING + 10, wings + 2 * PADDING, 96)

    @property
    def height(self) -> float:
        """Height of its name, its number of modules and its lines of wings."""
        return BOX_HEIGHT + len(self.lines) * (WING_HEIGHT + WING_GAP) + (4 if self.lines else 0)


@dataclass(frozen=True, slots=True)
class Arrow:
    """`source` uses `target`, with `number` imports."""

    source: str
    target: str
    number: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A box and the position of its upper edge."""

    box: Box
    y: float

    @property
    def left(self) -> float:
        """Its left edge."""
        return self.box.middle - self.box.width / 2

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.box.middle + self.box.width / 2

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.box.height


def wing_width(name: str, modules: int) -> float:
    """Return the width of a wing's box."""
    return len(f"{name} {modules}") * SMALL_LETTER + 16


def _wide(wings: Sequence[tuple[str, int]]) -> float:
    """Return the width of wings side by side."""
    return sum(wing_width(*wing) + WING_GAP for wing in wings) - WING_GAP


def svg(
    rows: Sequence[Sequence[Box]], arrows: Sequence[Arrow], ground: Sequence[str], legend: Mapping[str, str]
) -> str:
    """Return the drawing.

    `rows`: boxes from top to bottom. `ground`: names in the bar below them. `legend`: text for each kind of box. Raises
    ValueError if two boxes of a row overlap, or one crosses the edge.
    """
    places = placed(rows)
    ground_y = max(each.bottom for each in places.values()) + ROW_GAP * 0.6
    height = ground_y + BOX_HEIGHT + 44
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img"'
        ' aria-label="the rooms by rank, and which uses which">',
        _STYLE,
        *_arrows(arrows, places),
        *(line for each in places.values() for line in _box(each)),
        _rect("ground", MARGIN, ground_y, WIDTH - 2 * MARGIN, BOX_HEIGHT, 8),
        _text(WIDTH / 2, ground_y + 20, "  ·  ".join(ground), "name"),
        _text(WIDTH / 2, ground_y + 37, "every room may use these", "small"),
        *_legend(legend, ground_y + BOX_HEIGHT + 24),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


# -- positions --------------------------------------------------------------------------------------------


def placed(rows: Sequence[Sequence[Box]]) -> dict[str, Placed]:
    """Return the boxes by name with their positions; boxes of a row are centred on one line."""
    places, y = {}, float(MARGIN)
    for boxes in rows:
        tall = max(box.height for box in boxes)
        row = [Placed(box, y + (tall - box.height) / 2) for box in sorted(boxes, key=lambda box: box.middle)]
        edges = [MARGIN, *(edge for each in row for edge in (each.left, each.right)), WIDTH - MARGIN]
        if edges != sorted(edges):
            raise ValueError(
                f"the boxes {', '.join(each.box.name for each in row)} overlap or cross the edge"
            )
        places |= {each.box.name: each for each in row}
        y += tall + ROW_GAP
    return places


def curve(arrow: Arrow, places: Mapping[str, Placed]) -> tuple[Point, Point, Point, Point]:
    """Return a Bézier curve from the using box to the used one: down to another row, or horizontal in the same row."""
    source, target = places[arrow.source], places[arrow.target]
    if source.bottom > target.y:  # the same row
        y = max(source.y, target.y) + BOX_HEIGHT / 2
        left = source.left > target.left
        x0, x1 = (source.left, target.right) if left else (source.right, target.left)
        return (x0, y), (x0, y), (x1, y), (x1, y)
    x0, x1 = _toward(source.box, target.box), _toward(target.box, source.box)
    bend = (target.y - source.bottom) * 0.4
    return (x0, source.bottom), (x0, source.bottom + bend), (x1, target.y - bend), (x1, target.y)


def _toward(here: Box, there: Box) -> float:
    """Return the position on a box's edge where an arrow to or from another box begins or ends."""
    reach = here.width / 2 - PADDING
    return here.middle + max(-reach, min(reach, (there.middle - here.middle) * 0.45))


# -- look -------------------------------------------------------------------------------------------------

_STYLE = """<style>
text { font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; text-anchor: middle; fill: #1f2328; }
.name { font-size: 15px; font-weight: 600; }
.small { font-size: 11px; fill: #59636e; }
.wing { font-size: 11.5px; }
rect { fill: #ffffff; stroke: #59636e; stroke-width: 1.2; }
rect.pure { fill: #dff3e4; stroke: #2da44e; }
rect.network { fill: #ddf0ff; stroke: #0969da; }
rect.disk { fill: #fff1d6; stroke: #bf8700; }
rect.ground { fill: #eceff2; }
rect.in { fill: #ffffff; fill-opacity: .75; stroke-width: .8; }
path { fill: none; stroke: #6e7781; }
marker path { fill: #6e7781; stroke: none; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; }
.small { fill: #9da7b1; }
text.out { fill: #9da7b1; }
rect { fill: #161b22; stroke: #8b949e; }
rect.pure { fill: #12261a; stroke: #3fb950; }
rect.network { fill: #10233b; stroke: #58a6ff; }
rect.disk { fill: #2b2110; stroke: #d29922; }
rect.ground { fill: #21262d; }
rect.in { fill: #0d1117; fill-opacity: .6; }
path { stroke: #8b949e; }
marker path { fill: #8b949e; }
}
text.out { fill: #6e7781; text-anchor: start; }
</style>
<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path d="M0,1 L10,5 L0,9 Z"/></marker></defs>"""


def _arrows(arrows: Sequence[Arrow], places: Mapping[str, Placed]) -> Iterator[str]:
    for arrow in arrows:
        start, *rest = (f"{x:.0f},{y:.0f}" for x, y in curve(arrow, places))
        width = 1 + math.log2(arrow.number) * 0.35
        said = f"{arrow.source} uses {arrow.target}: {arrow.number} imports"
        yield (
            f'<path d="M{start} C{" ".join(rest)}" stroke-width="{width:.1f}" marker-end="url(#head)">'
            f"<title>{escape(said)}</title></path>"
        )


def _box(placed: Placed) -> Iterator[str]:
    box, y = placed.box, placed.y
    yield _rect(box.kind, placed.left, y, box.width, box.height, 8)
    yield _text(box.middle, y + 20, box.name, "name")
    yield _text(box.middle, y + 36, "1 module" if box.modules < 2 else f"{box.modules} modules", "small")
    for number, line in enumerate(box.lines):
        x, top = box.middle - _wide(line) / 2, y + BOX_HEIGHT + number * (WING_HEIGHT + WING_GAP)
        for name, modules in line:
            width = wing_width(name, modules)
            yield _rect(f"in {box.kind}", x, top, width, WING_HEIGHT, 5)
            yield _text(x + width / 2, top + 17, f"{name} {modules}", "wing")
            x += width + WING_GAP


def _rect(style: str, x: float, y: float, width: float, height: float, round_by: int) -> str:
    place = f'x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}" rx="{round_by}"'
    return f'<rect class="{style}" {place}/>'


def _legend(legend: Mapping[str, str], y: float) -> Iterator[str]:
    x = float(MARGIN)
    for kind, said in legend.items():
        yield _rect(kind, x, y - 11, 16, 14, 3)
        yield _text(x + 24, y, said, "small out")
        x += len(said) * 5.8 + 46
    yield _text(x, y, "An arrow: uses. What follows from others is left out.", "small out")


def _text(x: float, y: float, text: str, style: str) -> str:
    return f'<text class="{style}" x="{x:.0f}" y="{y:.0f}">{escape(text)}</text>'
