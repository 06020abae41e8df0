"""bench/README.md names every benchmark and every module; the commands and paths in it exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "bench" / "README.md").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "bench").glob("[!_]*.py")))
def test_every_module_is_named(name: str) -> None:
    assert f"`bench/{name}.py`" in README or f"`{name}`" in README


def test_every_benchmark_of_the_makefile_has_its_line_and_every_line_its_target() -> None:
    targets = set(re.findall(r"^(bench-\w+|soak):", MAKEFILE, re.M))
    assert set(re.findall(r"^\| `make ([\w-]+)`", README, re.M)) == targets


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:bench|docs|tests)/[\w./-]+)`", README))))
def test_a_path_that_is_named_is_there(path: str) -> None:
    assert (ROOT / path).exists()
