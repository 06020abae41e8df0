"""Every message of the code has its Chinese, with the same values; and the table has no other messages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from crawler.language import speak, translate
from crawler.language.table import Entry
from crawler.language.template import Template
from crawler.questions.changes.weights import RULES
from docs import messages

TABLE = messages.TABLE
ENTRIES = messages.entries()


@cache
def all_messages() -> tuple[messages.Message, ...]:
    return tuple(messages.messages())


@pytest.fixture
def chinese() -> Iterator[None]:
    speak("zh")
    yield
    speak("en")


def where(entry: Entry) -> str:
    return f"{TABLE.name}:{entry.line}: {entry.english[0]}"


def test_every_message_of_the_code_has_its_chinese() -> None:
    known = {
        Template.parse(english).literals for entry in ENTRIES if entry.shown for english in entry.english
    }
    missing = [f"{message.where}: {message.text}" for message in all_messages() if message.key not in known]
    assert not missing, "run `make messages` and translate in zh_CN.po:\n" + "\n".join(missing)


def test_every_entry_is_a_message_of_the_code_or_of_an_earlier_version() -> None:
    used = {message.key for message in all_messages()}
    stale = [
        where(entry)
        for entry in ENTRIES
        if entry.line < messages.first_line_of_earlier_versions()
        and not any(Template.parse(english).literals in used for english in entry.english)
    ]
    assert not stale, "no message of the code; remove these, or move them to the end:\n" + "\n".join(stale)


def test_a_translation_has_the_values_of_its_message() -> None:
    faults = []
    for entry in ENTRIES:
        shown = {name for name, _ in Template.parse(entry.shown).places}
        for english in entry.english:
            names = {name for name, _ in Template.parse(english).places}
            if shown - names or names - shown - messages.GRAMMAR:
                faults.append(where(entry))
    assert not faults, "\n".join(faults)


def test_no_message_stands_twice_in_the_table() -> None:
    counts = Counter(Template.parse(english).literals for entry in ENTRIES for english in entry.english)
    assert not [key for key, number in counts.items() if number > 1]


def test_a_message_that_says_little_takes_only_values_of_a_known_kind() -> None:
    """`{a}: {b}` would fit every text with a colon in it."""
    weak = [
        where(entry)
        for entry in ENTRIES
        for template in map(Template.parse, entry.english)
        if template.places and template.letters < 2
    ]
    assert not weak, "\n".join(weak)


@pytest.mark.usefixtures("chinese")
def test_no_message_is_taken_for_another_one() -> None:
    """Each message, filled with values, is shown as its own entry says."""
    faults = []
    for entry in ENTRIES:
        for english in entry.english:
            if re.search(
                r"[A-Za-z]\{|\}[A-Za-z]|\n", english
            ):  # a value that would not stand apart; lines of a text
                continue
            values = {
                name: "are"
                if name in ("verb", "them")
                else ""
                if name in messages.GRAMMAR
                else "7"
                if kind == "d"
                else "甲"
                for name, kind in Template.parse(english).places
            }
            if translate(Template.parse(english).fill(values)) != Template.parse(entry.shown).fill(values):
                faults.append(where(entry))
    assert not faults, "\n".join(faults)


@pytest.mark.usefixtures("chinese")
def test_findings_of_a_change_are_told_as_each_of_them_is() -> None:
    """A joined one must not be taken for another message: `{files} added: {new}` fits `characters added: 7` too."""
    faults = [
        (one, other)
        for one in RULES.values()
        for other in RULES.values()
        if translate(f"{one.words}: 3; {other.words}: 7")
        != f"{translate(one.words)}：3；{translate(other.words)}：7"
    ]
    assert not faults


SOURCE = '''
"""A docstring is no message."""
import re, logging
log = logging.getLogger(__name__)
PATTERN = re.compile("a pattern of words")
WORDS = {"gone": "the page is gone"}
def f(path, rows, why):
    """Nor is this one."""
    log.info("a line of the log")
    if not rows:
        raise CrawlerError(f"{path}: no rows here, {len(rows):,} of {why}")
    raise CrawlerError(f"{counted(rows, 'entry', 'entries')} left; " + f" and {why} more")
    connection.exec_driver_sql("SELECT a FROM b")
    raise AssertionError("a fault of the program")
'''


def test_messages_are_found_in_code(tmp_path: Path) -> None:
    found = [
        (message.line, message.text, message.plural)
        for message in messages.messages_of(tmp_path / "a.py", SOURCE)
    ]
    assert found == [
        (6, "the page is gone", ""),
        (11, "{path}: no rows here, {number_of_rows:d} of {why}", ""),
        (12, "{rows} left", ""),
        (12, "{number:d} entry", "{number:d} entries"),
        (12, "{before} and {why} more", ""),
    ]


@pytest.mark.parametrize(
    "text", ["SELECT a FROM b", "(SELECT a FROM b)", '<a href="x">text here</a>', r"\d+ of them"]
)
def test_what_only_looks_like_a_message_is_left_out(tmp_path: Path, text: str) -> None:
    assert not list(messages.messages_of(tmp_path / "a.py", f"x = {text!r}"))
