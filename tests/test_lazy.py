"""Lazy exports: what a package exports when it runs is what a type checker reads in it."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from crawler.lazy import exports

HOUSE = Path(__file__).parent.parent / "crawler"
LAZY = [
    path
    for path in sorted(HOUSE.rglob("*.py"))
    if "from crawler.lazy import exports" in path.read_text("utf-8")
]


def name_of(path: Path) -> str:
    return ".".join(("crawler", *path.relative_to(HOUSE).with_suffix("").parts)).removesuffix(".__init__")


def for_type_checkers(path: Path) -> dict[str, tuple[str, str]]:
    """Names that are imported in `if TYPE_CHECKING`, with the module and the name there."""
    (block,) = (
        node
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    )
    found = {}
    for node in block.body:
        assert isinstance(node, ast.ImportFrom)
        for name in node.names:
            found[name.asname or name.name] = (str(node.module), name.name)
    return found


def test_some_packages_are_lazy() -> None:
    assert {"crawler.model", "crawler.archive"} <= set(map(name_of, LAZY))


@pytest.mark.parametrize("path", LAZY, ids=name_of)
def test_a_lazy_package_gives_the_names_that_type_checkers_see(path: Path) -> None:
    package = import_module(name_of(path))
    declared = for_type_checkers(path)
    for name, (module, there) in declared.items():
        assert getattr(package, name) is getattr(import_module(module), there), name
    if path.stem == "__init__":
        assert set(package.__all__) == set(declared)
    assert set(declared) <= set(dir(package))


@pytest.mark.parametrize("path", LAZY, ids=name_of)
def test_no_exported_name_is_that_of_a_submodule(path: Path) -> None:
    """The import of a submodule would put the module in the place of the name."""
    if path.stem == "__init__":
        modules = {each.stem for each in path.parent.glob("*.py")} | {
            each.name for each in path.parent.iterdir()
        }
        assert not set(for_type_checkers(path)) & modules


@pytest.mark.parametrize("path", LAZY, ids=name_of)
def test_the_import_of_a_lazy_package_imports_no_library(path: Path) -> None:
    code = f"import sys, {name_of(path)}; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"sqlalchemy", "httpx", "pydantic", "selectolax", "alembic", "yaml"} & set(done.stdout.split())


def test_an_unknown_name_is_an_attribute_error() -> None:
    get, listed = exports("crawler.lazy", {".lazy": ("exports",)})
    assert "exports" in listed()
    with pytest.raises(AttributeError, match=r"'crawler\.lazy' has no attribute 'nothing'"):
        get("nothing")
