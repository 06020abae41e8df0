"""docs/house.md and its drawing say what is: rooms, arrows, functions and files."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from importlib import import_module
from pathlib import Path

import pytest

from docs import drawing
from tests.test_rooms import ROOMS, imports, room_of

ROOT = Path(__file__).parent.parent
PAGE = drawing.PAGE.read_text("utf-8")
SVG = drawing.DRAWING.read_text("utf-8")


def section(heading: str) -> str:
    return PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


STEPS = re.findall(r"^\| (\d+) \| `([\w.]+)`", section("The way of a page"), re.M)
FUNCTIONS = sorted(set(re.findall(r"`(crawler\.[\w.]+)`", PAGE)))
PATHS = sorted(set(re.findall(r"`((?:crawler|tests|docs)/[\w./-]*|[\w-]+\.yaml)`", PAGE)))


def test_the_drawing_is_that_of_the_imports() -> None:
    assert drawing.drawing() == SVG, "run: make drawing"


def test_the_table_of_rooms_is_that_of_the_docstrings() -> None:
    assert drawing.with_rooms(PAGE) == PAGE, "run: make drawing"


def test_every_room_has_its_place_in_the_drawing() -> None:
    drawn = {room for rooms in ROOMS[1:] for room in rooms if room not in drawing.LEFT_OUT}
    assert set(drawing.MIDDLES) == drawn, "give a new room its place: MIDDLES in docs/drawing.py"


def test_every_import_between_rooms_is_an_arrow_or_follows_from_arrows() -> None:
    drawn: dict[str, set[str]] = {}
    for said in re.findall(r"<title>(\w+) uses (\w+): \d+ imports?</title>", SVG):
        drawn.setdefault(said[0], set()).add(said[1])

    def reached(room: str) -> set[str]:
        return {far for near in drawn.get(room, ()) for far in (near, *reached(near))}

    used = {(room_of(path), module.split(".")[1]) for path, _, module in imports() if module.count(".")}
    used = {pair for pair in used if pair[0] != pair[1] and not {*pair} & {*drawing.GROUND, "__main__"}}
    inside = {pair for pair in used if pair[0] in drawing.MIDDLES and pair[1] in drawing.MIDDLES}
    assert len(inside) > 30
    assert {(here, there) for here, there in inside if there not in reached(here)} == set()
    assert {(here, there) for here in drawn for there in drawn[here]} <= inside


def test_the_drawing_is_well_formed_and_names_every_room() -> None:
    texts = {each.text for each in ET.fromstring(SVG).iter("{http://www.w3.org/2000/svg}text")}
    assert set(drawing.MIDDLES) <= texts
    assert "  ·  ".join(drawing.GROUND) in texts


def test_the_way_of_a_page_has_ten_steps() -> None:
    assert [int(number) for number, _ in STEPS] == list(range(1, 11))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_that_is_named_is_there(name: str) -> None:
    parts = name.split(".")
    depth = next(
        n for n in range(len(parts), 0, -1) if (ROOT / "/".join(parts[:n])).is_dir() or _is_file(parts[:n])
    )
    value = import_module(".".join(parts[:depth]))
    for part in parts[depth:]:
        value = getattr(value, part)
    assert depth < len(parts)
    assert callable(value)
    assert value.__doc__


def _is_file(parts: list[str]) -> bool:
    return (ROOT / "/".join(parts)).with_suffix(".py").is_file()


@pytest.mark.parametrize("path", PATHS)
def test_a_path_that_is_named_is_there(path: str) -> None:
    assert (ROOT / path).exists()


def test_changes_have_a_place_each() -> None:
    rows = [line for line in section("Where do I change …").splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= 10
    assert all(any(f"`{path}`" in row for path in PATHS) for row in rows)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)\)", PAGE))))
def test_a_link_leads_somewhere(target: str) -> None:
    assert (drawing.FOLDER / target).exists()
