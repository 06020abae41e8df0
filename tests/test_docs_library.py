"""The examples of docs/library.md run, and print what it says they print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crawler import api

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "library.md").read_text("utf-8")
EXAMPLES = re.findall(r"## ([^\n]+)\n(?:(?!\n## ).)*?```python\n(.*?)```\n\n```text\n(.*?)```", PAGE, re.S)
"""Heading, code, output."""


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the examples name: the archive of `make demo`, saved pages, sources.yaml."""
    folder = tmp_path_factory.mktemp("library")
    for name in ("sources.yaml", "tests"):
        (folder / name).symlink_to(ROOT / name)
    api.crawl(ROOT / "sources.yaml", folder / "demo-archive", replay=ROOT / "tests" / "fixtures")
    return folder


@pytest.mark.parametrize(("code", "printed"), [each[1:] for each in EXAMPLES], ids=[e[0] for e in EXAMPLES])
def test_an_example_prints_what_the_page_says(
    shelf: Path,
    code: str,
    printed: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(shelf)
    exec(compile(code, "docs/library.md", "exec"), {"__name__": "example"})
    assert capsys.readouterr() == (printed, "")


def test_every_python_block_is_an_example() -> None:
    assert len(EXAMPLES) == PAGE.count("```python") == 5


def test_examples_import_the_public_face_alone() -> None:
    modules = re.findall(r"^(?:from|import) (crawler\S*)", PAGE, re.M)
    assert set(modules) == {"crawler.api"}
