"""Draw docs/house.svg from the imports, and write the table of rooms in docs/house.md from their docstrings: `make drawing`.

Ranks and wings are those of tests/test_rooms.py. This file gives the content: rooms, arrows, lines of the table.
docs/layout.py gives their places and their look.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from docs.layout import Arrow, Box, svg
from tests.test_rooms import HOUSE, RANKS, ROOMS, WINGS, imports, room_of

FOLDER = Path(__file__).parent
DRAWING, PAGE = FOLDER / "house.svg", FOLDER / "house.md"
BEGIN, END = "<!-- rooms: made by docs/drawing.py -->\n", "<!-- end of rooms -->\n"
LEFT_OUT = ("__init__", "__main__", "lazy", "verify")
"""Modules that are not rooms: the version, lazy exports, the function `verify`, and `python -m crawler`."""

GROUND = tuple(room for room in ROOMS[0] if room not in LEFT_OUT)
"""Rooms of the lowest rank. All others use them, so they get no arrows."""

MIDDLES = {
    "cli": 690,
    "api": 80, "spread": 440, "web": 800,
    "onboarding": 390, "intake": 540, "questions": 700, "ocr": 250, "notification": 868,
    "crawl": 510, "anchoring": 300,
    "fetch": 500, "archive": 790,
    "extract": 460, "discover": 690, "warc": 870, "reading": 200,
    "sources": 130, "cms": 330, "field": 530,
}  # fmt: skip
"""Middle of each room's box, in pixels from the left; its rank gives the row. Chosen so that no arrow crosses a box."""

KINDS = {"extract": "pure", "discover": "pure", "cms": "pure", "fetch": "network", "archive": "disk"}
LEGEND = {
    "pure": "pure functions of bytes",
    "network": "opens connections, alone",
    "disk": "writes what is kept, alone",
}


def main() -> None:
    """Write drawing and table."""
    DRAWING.write_text(drawing(), "utf-8")
    PAGE.write_text(with_rooms(PAGE.read_text("utf-8")), "utf-8")


def drawing() -> str:
    """Return the SVG."""
    rows = [[_box(room) for room in rooms if room not in LEFT_OUT] for rooms in reversed(ROOMS[1:])]
    return svg([row for row in rows if row], arrows(), GROUND, LEGEND)


def _box(room: str) -> Box:
    wings = [(wing, _modules(HOUSE / room / wing)) for wing in reversed(WINGS.get(room, ()))]
    kind, modules = KINDS.get(room, ""), _modules(HOUSE / room)
    return Box(name=room, middle=MIDDLES[room], modules=modules, wings=tuple(wings), kind=kind)


def _modules(folder: Path) -> int:
    """Count the modules of a folder and its subfolders, without `__init__.py`; 0 for a room that is a module."""
    return sum(path.stem != "__init__" for path in folder.rglob("*.py") if "migrations" not in path.parts)


def uses() -> Counter[tuple[str, str]]:
    """Count the imports between each pair of rooms, without those of GROUND."""
    found: Counter[tuple[str, str]] = Counter()
    for path, _, module in imports():
        here, (house, _, rest) = room_of(path), module.partition(".")
        there = rest.partition(".")[0]
        if house == "crawler" and there in RANKS and here != there:
            found[here, there] += 1
    return Counter({pair: n for pair, n in found.items() if not {*pair} & {*GROUND, *LEFT_OUT}})


def arrows() -> tuple[Arrow, ...]:
    """Return an arrow for each use that does not follow from others.

    If crawl uses archive and archive uses extract, there is no arrow from crawl to extract.
    """
    found = uses()
    below: dict[str, set[str]] = {}
    for here, there in found:
        below.setdefault(here, set()).add(there)

    def reached(room: str) -> set[str]:
        return {far for near in below.get(room, ()) for far in (near, *reached(near))}

    def by_others(here: str, there: str) -> bool:
        return any(there in reached(other) for other in below[here] - {there})

    return tuple(Arrow(*pair, number) for pair, number in sorted(found.items()) if not by_others(*pair))


def with_rooms(page: str) -> str:
    """Return the page with a current table of rooms."""
    before, _, rest = page.partition(BEGIN)
    return before + BEGIN + table() + END + rest.partition(END)[2]


def table() -> str:
    """Return the table: a line for each room and each wing, highest rank first."""
    lines = ["| rank | room | what it is |", "|---|---|---|"]
    for rank, rooms in reversed(tuple(enumerate(ROOMS))):
        for room in rooms:
            if room not in LEFT_OUT:
                lines += [f"| {rank} | {_link(place)} | {_first_line(place)} |" for place in _places(room)]
    return "\n".join(lines) + "\n"


def _places(room: str) -> Iterator[str]:
    yield room
    for wing in reversed(WINGS.get(room, ())):
        yield f"{room}/{wing}"


def _file(place: str) -> Path:
    folder = HOUSE / place
    return folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")


def _link(place: str) -> str:
    shown = f"{place}/" if (HOUSE / place).is_dir() else f"{place}.py"
    target = shown if (HOUSE / place).is_dir() else _file(place).name
    return f"[`{shown}`](../crawler/{target})"


def _first_line(place: str) -> str:
    said = ast.get_docstring(ast.parse(_file(place).read_text("utf-8"))) or ""
    return said.partition("\n")[0].replace("|", "\\|")


if __name__ == "__main__":
    main()
