"""Every word of the pages in both languages, and nothing inline in a template."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

import crawler.web
from crawler.field.regions import LEVELS
from crawler.questions.changes import ChangeKind
from crawler.questions.changes.change import KIND_WORDS, kind_words
from crawler.questions.search.answer import SECTIONS
from crawler.web.pages.sources import HEALTH
from crawler.web.words import CHINESE, ENGLISH, NAMED, words

TEMPLATES = sorted(Path(crawler.web.__file__).with_name("templates").glob("*.html"))
PREFIXED: dict[str, tuple[str, ...]] = {
    "level": LEVELS,
    "health": HEALTH,
    "section": tuple(SECTIONS),
    "field": ("title", "issuer", "published", "source", "signed"),
    "state": ("live", "unreachable", "missing", "moved", "gone", "none"),
    "paragraph": ("changed", "added", "removed", "moved from", "moved to"),
    "unread": ("needs_ocr", "encrypted", "damaged", "too_large", "empty", "gone", "not_fetched", "no_document",
               "unknown_format", "archive_rar", "archive_7z", "unsupported", "not_read"),
}  # fmt: skip
"""What may stand behind the first part of a word that a template puts together."""


def asked(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and word of each `_()` of a template. A variable gives the texts that its loop goes over."""
    tree = Environment().parse(path.read_text())
    constants = {each.value for each in tree.find_all(nodes.Const) if isinstance(each.value, str)}
    for call in tree.find_all(nodes.Call):
        if not (isinstance(call.node, nodes.Name) and call.node.name == "_"):
            continue
        (word,) = call.args
        if isinstance(word, nodes.Const):
            yield call.lineno, word.value
        elif isinstance(word, nodes.Concat):
            first = word.nodes[0]
            assert isinstance(first, nodes.Const), f"{path.name}:{call.lineno}"
            name = first.value.strip()
            assert name in NAMED, f"{path.name}:{call.lineno}: {name} is none of words.NAMED"
            for value in PREFIXED[name]:
                yield call.lineno, f"{name} {value}"
        else:  # the variable of a loop over pairs of texts
            assert isinstance(word, nodes.Name), f"{path.name}:{call.lineno}"
            assert word.name == "name", f"{path.name}:{call.lineno}"
            assert constants & CHINESE.keys()
            for loop in tree.find_all(nodes.For):
                if "name" in {each.name for each in loop.target.find_all(nodes.Name)}:
                    for pair in loop.iter.find_all(nodes.Tuple):
                        if isinstance(pair.items[-1], nodes.Const):
                            yield call.lineno, pair.items[1].value


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_word_of_a_template_has_both_languages(path: Path) -> None:
    missing = [f"{path.name}:{line}: {word}" for line, word in asked(path) if word not in CHINESE]
    assert missing == []
    for _, word in asked(path):
        assert re.search("[\u4e00-\u9fff]", words("zh")(word)) or word in (
            "language tag",
            "other language code",
            "Other language",
        )
        assert not re.search("[\u4e00-\u9fff]", words("en")(word)) or word == "Other language"


def test_no_word_is_left_over() -> None:
    used = {word for path in TEMPLATES for _, word in asked(path)}
    assert CHINESE.keys() - used == set()
    assert ENGLISH.keys() - used == set()


def test_every_kind_of_change_has_both_languages() -> None:
    assert set(ChangeKind) == KIND_WORDS.keys()
    assert all(kind_words(kind, "en").isascii() for kind in ChangeKind)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_style_and_no_script_of_its_own(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    assert re.findall(r"<script(?![^>]*\ssrc=)", text) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_bare_words(path: Path) -> None:
    """Text between tags that is no expression is in one language alone."""
    bare: list[str] = []
    for data in Environment().parse(path.read_text()).find_all(nodes.TemplateData):
        shown = re.sub(r"<[^<>]*(>|$)|^[^<>]*>", " ", data.data)
        if not ('"' in shown and shown == data.data):  # else the middle of a tag
            bare += re.findall(r"[A-Za-z]{3,}", shown)
    assert set(bare) <= {"SHA", "fazhi"}
