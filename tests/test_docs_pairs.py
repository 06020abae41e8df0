"""Pages in English and Chinese say the same in the same order: headings, code, rows of tables, links. Links lead to what exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAIRS = ("README.md", "docs/operating.md", "docs/questions.md", "CONTRIBUTING.md")
ONLY = {"CONTRIBUTING.md": "\n## Add a content management system\n"}
"""The heading at which the part that is translated ends."""

_FENCED = re.compile(r"^```.*?^```$", re.M | re.S)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_COMMENT = re.compile(r"(^|\s)#\s.*$", re.M)


def chinese(name: str) -> str:
    return name.removesuffix(".md") + ".zh-CN.md"


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8").partition(ONLY.get(name, "\0"))[0]


def without_code(text: str) -> str:
    return _FENCED.sub("", text)


def headings(text: str) -> list[str]:
    return re.findall(r"^#+ .*$", without_code(text), re.M)


def anchors(text: str) -> set[str]:
    """Anchors that GitHub gives to the headings of a page."""
    plain = (re.sub(r"[`*]|\[([^]]*)\]\([^)]*\)", r"\1", line.lstrip("# ")) for line in headings(text))
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in plain}


def code(text: str) -> list[str]:
    """Blocks without comments, and with placeholders (DIR, 目录) as one word."""
    bare = (_COMMENT.sub("", block) for block in _FENCED.findall(text))
    words = (re.sub(r"\b(?!FAZHI)[A-Z][A-Z_]{2,}\b(?!=)|[\u4e00-\u9fff]+", "_", block) for block in bare)
    return [re.sub(r"[ \t]+$", "", re.sub(r"[ \t]+", " ", block), flags=re.M) for block in words]


def links(text: str) -> list[str]:
    """Targets without anchors and languages, sorted."""
    found = (target.partition("#")[0] for target in _LINK.findall(without_code(text)))
    return sorted(target.replace(".zh-CN.md", ".md").replace("-en.webp", ".webp") for target in found)


def rows(text: str) -> list[str]:
    """First cells of tables that have code in them: keys, options, statuses."""
    cells = re.findall(r"^\| (.*?)(?<!\\) \|", without_code(text), re.M)
    return ["".join(re.findall(r"`[^`]*`", cell)) for cell in cells if "`" in cell]


@pytest.mark.parametrize("name", PAIRS)
class TestPair:
    """One page and its translation."""

    def test_headings_have_the_same_levels_in_the_same_order(self, name: str) -> None:
        levels = [[line.split()[0] for line in headings(text_of(page))] for page in (name, chinese(name))]
        assert levels[0] == levels[1]

    def test_commands_files_and_output_are_the_same(self, name: str) -> None:
        ours, theirs = code(text_of(name)), code(text_of(chinese(name)))
        assert len(ours) == len(theirs) > 0
        for one, other in zip(ours, theirs, strict=True):
            assert one == other

    def test_tables_have_the_same_rows(self, name: str) -> None:
        assert rows(text_of(name)) == rows(text_of(chinese(name)))
        counts = [without_code(text_of(page)).count("\n|") for page in (name, chinese(name))]
        assert counts[0] == counts[1]

    def test_the_same_places_are_linked(self, name: str) -> None:
        assert links(text_of(name)) == links(text_of(chinese(name)))

    def test_the_chinese_page_is_chinese(self, name: str) -> None:
        """No paragraph was left in English."""
        for paragraph in re.split(r"\n\n+", without_code(text_of(chinese(name)))):
            words = re.sub(r"`[^`]*`|\]\([^)]*\)", "", paragraph)
            assert len(re.findall(r"[a-z]{2,}", words)) <= max(
                8, len(re.findall("[\u4e00-\u9fff]", words))
            ), paragraph


PAGES = sorted(path.relative_to(ROOT).as_posix() for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")))


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_to_files_and_headings_that_exist(name: str) -> None:
    page = (ROOT / name).read_text("utf-8")
    for target in _LINK.findall(without_code(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = ((ROOT / name).parent / path).resolve() if path else ROOT / name
        assert file.exists(), target
        if anchor:
            assert anchor in anchors(file.read_text("utf-8")), target


def test_the_weights_of_the_chinese_page_are_those_of_the_english_one() -> None:
    numbers = [
        re.findall(r"^\| `(\w+)` \| (\d+) \|", text_of(page), re.M)
        for page in ("docs/questions.md", "docs/questions.zh-CN.md")
    ]
    assert numbers[0] == numbers[1]
    assert len(numbers[0]) > 20
