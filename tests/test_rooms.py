"""The house's fifth rule: imports run one way, and each outside library has one room."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent / "crawler"
ROOMS = (
    ("__init__", "coding", "model", "errors", "text", "fingerprint", "address"),
    ("regions", "titles", "cms", "sources"),
    ("extract", "discover", "warc", "readers"),
    ("fetch", "archive"),
    ("crawl", "verify"),
    ("fixtures", "check", "imports", "onboard"),
    (),
    ("cli", "__main__"),
)
"""Rooms by rank; within a rank a room may use those written before it."""
RANKS = {room: (rank, place) for rank, rooms in enumerate(ROOMS) for place, room in enumerate(rooms)}
ONLY_IN = {
    "httpx": {"fetch"},
    "httpcore": {"fetch"},
    "socket": {"fetch"},
    "ssl": {"fetch"},
    "tenacity": {"fetch"},
    "playwright": {"fetch"},
    "sqlalchemy": {"archive"},
    "alembic": {"archive"},
    "warcio": {"warc"},
    "isal": {"warc"},
    "pydantic": {"sources"},
    "selectolax": {"cms", "discover", "extract"},
    "ada_url": {"address"},
    "typer": {"cli"},
    "rich": {"cli"},
}


def room_of(path: Path) -> str:
    return path.relative_to(HOUSE).with_suffix("").parts[0]


def imports() -> Iterator[tuple[Path, int, str]]:
    for path in sorted(HOUSE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                for name in node.names:
                    yield path, node.lineno, name.name
            elif isinstance(node, ast.ImportFrom) and node.module:
                assert node.level == 0, f"{path}:{node.lineno}: imports are written out from crawler"
                if node.module == "crawler":
                    for name in node.names:
                        yield path, node.lineno, f"crawler.{name.name}"
                else:
                    yield path, node.lineno, node.module


def test_every_room_has_a_rank() -> None:
    assert {room_of(path) for path in HOUSE.rglob("*.py")} <= set(RANKS)


def test_imports_run_from_higher_rank_to_lower() -> None:
    faults = []
    for path, line, module in imports():
        parts = module.split(".")
        if parts[0] != "crawler" or len(parts) == 1 or parts[1] not in RANKS:
            continue
        here, there = room_of(path), parts[1]
        if here != there and RANKS[there] >= RANKS[here]:
            faults.append(
                f"{path.relative_to(HOUSE.parent)}:{line}: {here} (rank {RANKS[here][0]}) imports {there} (rank {RANKS[there][0]})"
            )
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("library", sorted(ONLY_IN))
def test_a_library_stands_only_in_its_room(library: str) -> None:
    faults = [
        f"{path.relative_to(HOUSE.parent)}:{line}"
        for path, line, module in imports()
        if module.split(".")[0] == library and room_of(path) not in ONLY_IN[library]
    ]
    assert not faults, f"{library} may stand only in {ONLY_IN[library]}: {faults}"


def test_the_house_has_one_broad_except() -> None:
    """And the one that carries what was raised in another process to it."""
    broad = [
        f"{path.relative_to(HOUSE.parent)}:{node.lineno}"
        for path in sorted(HOUSE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id == "Exception"))
    ]
    assert [place.split(":")[0] for place in broad] == [
        "crawler/crawl/site.py",
        "crawler/crawl/page_process.py",
    ]
