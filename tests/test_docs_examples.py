"""The Python examples of docs/library.md and docs/questions.md run, and print what the pages say they print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crawler import api

ROOT = Path(__file__).parent.parent
PAGES = {name: (ROOT / "docs" / name).read_text("utf-8") for name in ("library.md", "questions.md")}
_EXAMPLE = re.compile(r"## ([^\n]+)\n(?:(?!\n## ).)*?```python\n(.*?)```\n\n```text\n(.*?)```", re.S)
EXAMPLES = [(name, *found) for name, page in PAGES.items() for found in _EXAMPLE.findall(page)]
"""Page, heading, code, output."""


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the examples name: the archive of `make demo`, saved pages, sources.yaml."""
    folder = tmp_path_factory.mktemp("library")
    for name in ("sources.yaml", "tests"):
        (folder / name).symlink_to(ROOT / name)
    api.crawl(ROOT / "sources.yaml", folder / "demo-archive", replay=ROOT / "tests" / "fixtures")
    return folder


@pytest.mark.parametrize(
    ("name", "code", "printed"),
    [(name, code, printed) for name, _, code, printed in EXAMPLES],
    ids=[f"{name}: {heading}" for name, heading, *_ in EXAMPLES],
)
def test_an_example_prints_what_the_page_says(
    shelf: Path,
    name: str,
    code: str,
    printed: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(shelf)
    exec(compile(code, f"docs/{name}", "exec"), {"__name__": "example"})
    assert capsys.readouterr() == (printed, "")


def test_every_python_block_is_an_example() -> None:
    for name, page in PAGES.items():
        assert len([each for each in EXAMPLES if each[0] == name]) == page.count("```python") > 0


def test_examples_import_the_public_face_alone() -> None:
    modules = re.findall(r"^(?:from|import) (crawler\S*)", "".join(PAGES.values()), re.M)
    assert set(modules) == {"crawler.api"}
