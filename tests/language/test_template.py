"""A template gives the values of a text that was made from it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.language.template import Template


@pytest.mark.parametrize(
    ("template", "text", "values"),
    [
        ("no site", "no site", {}),
        ("no site", "no sites", None),
        ("{path}: no archive here", "/a b/c: no archive here", {"path": "/a b/c"}),
        ("{path}: no archive here", "/a: no archive here; more", None),
        ("{place}: {what}", "a: b: c", {"place": "a", "what": "b: c"}),
        ("no report{filters} passes", "no report passes", {"filters": ""}),
        ("{number:d} sites", "1,234 sites", {"number": "1,234"}),
        ("{number:d} sites", "no sites", None),
        ("{seconds:d} seconds", "1.5 seconds", {"seconds": "1.5"}),
        ("run {id:w}", "run 12", {"id": "12"}),
        ("run {id:w}", "run a b", None),
        ("{id}: {id}", "a: a", {"id": "a"}),
        ("{id}: {id}", "a: b", None),
        ("with {{page}} and {n:d}", "with {page} and 3", {"n": "3"}),
        ("limits such as {most: 20}", "limits such as {most: 20}", {}),
        ("ab{x}ba", "aba", None),
    ],
)
def test_the_values_of_a_text(template: str, text: str, values: dict[str, str] | None) -> None:
    assert Template.parse(template).values(text) == values


@given(st.lists(st.text(st.characters(exclude_characters="\n<>")), min_size=3, max_size=3))
def test_what_is_filled_in_is_found_again(given_values: list[str]) -> None:
    template = Template.parse("<{a}> and <{b}>, <{c}>")
    values = dict(zip("abc", given_values, strict=True))
    assert template.values(template.fill(values)) == values


def test_a_hostile_text_costs_no_more_than_its_length() -> None:
    template = Template.parse("".join(f"{{v{n}}} of " for n in range(40)) + "end")
    text = " of " * 100_000
    started = time.process_time()
    assert template.values(text) is None
    assert time.process_time() - started < 5


def test_a_value_that_is_missing_is_named() -> None:
    with pytest.raises(KeyError, match="path"):
        Template.parse("{path}: no").fill({})
