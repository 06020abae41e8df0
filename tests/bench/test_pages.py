from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.pages import GENERAL, GOVERNMENT, load


def write(folder: Path, name: str, **gold: str) -> None:
    for part, content in (("html", "<p>text</p>"), ("gold", json.dumps(gold))):
        (folder / part).mkdir(exist_ok=True)
        (folder / part / f"{name}.{'html' if part == 'html' else 'json'}").write_text(content)


def test_pages_come_with_what_gold_says_of_them(tmp_path: Path) -> None:
    write(tmp_path, "b", body="text", host="www.wuhan.gov.cn", date="2023-02-21", source="某局")
    write(tmp_path, "a", body="text")
    general, government = load(tmp_path).pages
    assert (general.id, general.kind, general.gold.source) == ("a", GENERAL, None)
    assert (government.kind, government.gold.date, government.gold.source) == (
        GOVERNMENT,
        "2023-02-21",
        "某局",
    )


def test_a_folder_without_pages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="html/<id>"):
        load(tmp_path)


def test_without_a_folder_the_saved_pages_are_used_and_named() -> None:
    pages = load(None)
    assert "tests/fixtures" in str(pages)
    assert len(pages.pages) > 15
    assert all(page.url and page.gold.body and page.gold.title and page.gold.date for page in pages.pages)
