"""The house's fifth rule: imports run one way, and each outside library has one room."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent / "crawler"
ROOMS = (
    ("__init__", "lazy", "language", "coding", "model", "errors", "address", "regular_files", "state_files"),
    ("field", "cms", "sources"),
    ("extract", "discover", "warc", "reading"),
    ("fetch", "archive"),
    ("anchoring", "crawl"),
    ("questions", "intake", "onboarding", "ocr", "notification"),
    ("api", "verify", "spread", "web"),
    ("cli", "__main__"),
)
"""Rooms by rank; within a rank a room may use those written before it."""
RANKS = {room: (rank, place) for rank, rooms in enumerate(ROOMS) for place, room in enumerate(rooms)}
WINGS = {
    "cms": ("lists",),
    "archive": (
        "catalogue",
        "ledger",
        "storage",
        "evidence",
        "packs",
        "anchors",
        "loading",
        "segments",
        "comparison",
        "fulltext",
        "reader_queries",
    ),
    "extract": ("page", "roles", "documents", "meaning"),
    "fetch": ("answers", "connections", "pacing", "browser"),
    "warc": ("foreign",),
    "web": ("drawing", "formats", "memento", "pages", "serving", "static_site"),
}
"""The wings of a room, each below the next; the room's own modules stand above them all, but for those in SHARED."""
SHARED = {
    "archive": {"damage"},
    "cms": {"base_url", "preset"},
    "fetch": {"cookies", "figures", "limits", "session", "turns"},
    "warc": {"digests", "fields", "record", "write"},
    "web": {
        "answer",
        "asked",
        "format",
        "headers",
        "links",
        "memory",
        "page",
        "question",
        "readers",
        "settings",
        "words",
    },
}
"""Modules of a room's own floor that its wings use. They use no wing."""
MAX_MODULES = 14
"""Modules on one floor of a folder, its door left out."""
ONLY_IN = {
    "httpx": {"fetch"},
    "httpcore": {"fetch"},
    "socket": {"fetch"},
    "ssl": {"fetch"},
    "tenacity": {"fetch"},
    "playwright": {"fetch"},
    "sqlalchemy": {"archive"},
    "alembic": {"archive"},
    "warcio": set(),  # a second opinion in the tests alone
    "isal": {"warc"},
    "pydantic": {"sources"},
    "selectolax": {"cms", "discover", "extract"},
    "pypdfium2": {"extract", "ocr"},
    "rapidocr": {"ocr"},
    "numpy": {"ocr"},
    "PIL": {"ocr"},
    "ada_url": {"address"},
    "apprise": {"notification"},
    "obstore": {"archive"},
    "cryptography": {"archive"},
    "rfc3161_client": {"archive"},
    "starlette": {"web"},
    "uvicorn": {"web"},
    "jinja2": {"web"},
    "markupsafe": {"web"},
    "rapidfuzz": {"questions"},
    "duckdb": {"questions"},
    "xlsxwriter": {"questions"},
    "procrastinate": {"spread"},
    "psycopg": {"archive", "spread"},
    "psycopg_pool": {"spread"},
    "typer": {"cli"},
    "rich": {"cli"},
}


def room_of(path: Path) -> str:
    return path.relative_to(HOUSE).with_suffix("").parts[0]


def is_module(name: str) -> bool:
    path = HOUSE.parent / name.replace(".", "/")
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


@cache
def nodes() -> list[tuple[Path, ast.AST]]:
    """Every node of every module of the house, parsed once."""
    return [
        (path, node)
        for path in sorted(HOUSE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
    ]


@cache
def imports(*, submodules: bool = False) -> list[tuple[Path, int, str]]:
    """Each import of the house: file, line, module. `submodules`: of `from a import b` the module a.b where it is one."""
    return list(read_imports(submodules))


def read_imports(submodules: bool) -> Iterator[tuple[Path, int, str]]:
    for path, node in nodes():
        if isinstance(node, ast.Import):
            for name in node.names:
                yield path, node.lineno, name.name
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}:{node.lineno}: imports are written out from crawler"
            if node.module == "crawler":
                for name in node.names:
                    yield path, node.lineno, f"crawler.{name.name}"
            else:
                for name in node.names if submodules else ():
                    inner = f"{node.module}.{name.name}"
                    yield path, node.lineno, inner if is_module(inner) else node.module
                if not submodules:
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


def wing_rank(parts: list[str]) -> int:
    """The rank within its room of a module such as `archive.ledger.versions`, by its parts."""
    wings = WINGS[parts[0]]
    name = parts[1] if len(parts) > 1 else "__init__"
    if name in wings:
        return wings.index(name) + 1
    return 0 if name in SHARED.get(parts[0], ()) else len(wings) + 1


def test_imports_within_a_room_run_from_higher_wing_to_lower() -> None:
    faults = []
    for path, line, module in imports():
        here = list(path.relative_to(HOUSE).with_suffix("").parts)
        there = module.split(".")[1:]
        if here[0] not in WINGS or not there or there[0] != here[0]:
            continue
        if wing_rank(there) > wing_rank(here):
            faults.append(f"{path.relative_to(HOUSE.parent)}:{line}: imports {module}, which stands above it")
    assert not faults, "\n".join(faults)


def test_no_modules_import_each_other_in_a_circle() -> None:
    names = {
        ".".join(("crawler", *path.relative_to(HOUSE).with_suffix("").parts)).removesuffix(".__init__"): path
        for path in HOUSE.rglob("*.py")
    }
    of_path = {path: name for name, path in names.items()}
    uses: dict[str, set[str]] = {name: set() for name in names}
    for path, _, module in imports(submodules=True):
        if module in names and module != of_path[path]:
            uses[of_path[path]].add(module)
    order = TopologicalSorter(uses)
    try:
        order.prepare()
    except CycleError as error:
        raise AssertionError(f"a circle: {' -> '.join(error.args[1])}") from error


def test_no_folder_has_more_modules_than_one_can_take_in() -> None:
    full = {
        folder.relative_to(HOUSE.parent).as_posix(): len(modules)
        for folder in (HOUSE, *(path for path in HOUSE.rglob("*") if path.is_dir()))
        if folder.parent.name
        != "migrations"  # their number grows with every schema, and nobody reads them together
        and len(modules := [each for each in folder.glob("*.py") if each.stem != "__init__"]) > MAX_MODULES
    }
    assert full == {}


@pytest.mark.parametrize("library", sorted(ONLY_IN))
def test_a_library_stands_only_in_its_room(library: str) -> None:
    faults = [
        f"{path.relative_to(HOUSE.parent)}:{line}"
        for path, line, module in imports()
        if module.split(".")[0] == library and room_of(path) not in ONLY_IN[library]
    ]
    assert not faults, f"{library} may stand only in {ONLY_IN[library]}: {faults}"


def test_the_house_has_one_broad_except() -> None:
    """And the two that carry what was raised to where it is raised again: in another process, or ahead of its turn."""
    broad = [
        f"{path.relative_to(HOUSE.parent)}:{node.lineno}"
        for path, node in nodes()
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id == "Exception"))
    ]
    assert [place.split(":")[0] for place in broad] == [
        "crawler/crawl/site.py",
        "crawler/reading/child.py",
        "crawler/reading/look_ahead.py",
    ]
