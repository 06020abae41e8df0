"""The tile map: one square a province, in its place among its neighbours. No border is drawn, so none can be drawn wrongly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

TILE = 64
GAP = 4
PLACES = {
    "23": (7, 0),
    "65": (0, 1), "15": (4, 1), "22": (6, 1),
    "62": (1, 2), "64": (2, 2), "14": (3, 2), "13": (4, 2), "11": (5, 2), "21": (6, 2),
    "63": (1, 3), "61": (2, 3), "41": (3, 3), "37": (4, 3), "12": (5, 3),
    "54": (0, 4), "51": (1, 4), "50": (2, 4), "42": (3, 4), "34": (4, 4), "32": (5, 4), "31": (6, 4),
    "53": (1, 5), "52": (2, 5), "43": (3, 5), "36": (4, 5), "33": (5, 5),
    "45": (2, 6), "44": (3, 6), "35": (4, 6), "71": (6, 6),
    "46": (2, 7), "82": (3, 7), "81": (4, 7),
}  # fmt: skip
"""Column and row of each province, by the first two digits of its code."""
OTHER_NAMES = {"710000": "台湾", "810000": "香港", "820000": "澳门"}
"""Provinces whose governments are under no rule of ours: they have a place and no status."""
COLUMNS_OF_A_PROVINCE = 7
"""Columns of the tiles of a province's cities, which stand in the order of their codes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A square: its place in the drawing, and the code of what it stands for."""

    code: str
    x: int
    y: int
    size: int = TILE


def provinces() -> Iterator[Tile]:
    """Yield the tiles of the provinces by code, 110000 first."""
    for start, (column, row) in sorted(PLACES.items()):
        yield Tile(code=f"{start}0000", x=column * (TILE + GAP), y=row * (TILE + GAP))


def in_rows(codes: Iterable[str], columns: int = COLUMNS_OF_A_PROVINCE) -> Iterator[Tile]:
    """Yield tiles for divisions in rows, in the order given."""
    for number, code in zip(count(), codes):
        yield Tile(code=code, x=number % columns * (TILE + GAP), y=number // columns * (TILE + GAP))


def extent(tiles: Sequence[Tile]) -> tuple[int, int]:
    """Return width and height of a drawing that holds tiles."""
    return (
        max((tile.x + tile.size for tile in tiles), default=0),
        max((tile.y + tile.size for tile in tiles), default=0),
    )
